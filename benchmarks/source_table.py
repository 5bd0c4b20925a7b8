"""Measure screened films for each source, view and age; format the figures as Markdown.

Labels: the model's two classes; OTHER (ill, but without the finding: a negative); chest_frontal
(should be scored, class unknown); chest_lateral, chest_rotated and not_chest... (should be refused).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from core.datasets.class_names import class_key
from core.datasets.patient_ages import age_range
from core.evaluation.subgroups import AGES, age_group
from core.metrics.figures import expected_calibration_error
from core.metrics.intervals import Figure, bootstrap_figure, group_numbers, proportion
from core.metrics.roc import auc_figure
from core.models.decision import Decision
from core.screening.events import LedgerRow, Status
from core.system.safe_text import escape_unprintable

UNLIKE: Final = "unlike_validated_films"  # reason of scored films that are unlike the validated ones
FEW: Final = 20  # films; a share of fewer decides neither the mean nor the worst of the sources
POOLED: Final = "all trusted sources"
WORST_IS_LOW: Final = {
    "roc_auc": True, "roc_auc_other": True, "sensitivity": True, "specificity": True, "refused": False,
    "normals_likely": False, "pneumonia_unlikely": False, "review": False,
}  # fmt: skip
TITLES: Final = {
    "refused": "refused",
    "roc_auc": "AUC",
    "roc_auc_other": "AUC, other disease among the negatives",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "normals_likely": "normals called likely",
    "other_likely": "other disease called likely",
    "pneumonia_unlikely": "pneumonia called unlikely",
    "review": "in review",
    "unlike": "unlike the validated films",
    "ece": "ECE",
    "not_chest_scored": "not chest: scored",
    "rotated_scored": "on their side: scored",
    "lateral_scored": "lateral: scored",
}


class Kind(StrEnum):
    """What a label says of a film."""

    NEGATIVE = "negative"
    POSITIVE = "positive"
    OTHER = "other"
    FRONTAL = "frontal"
    LATERAL = "lateral"
    ROTATED = "rotated"
    NOT_CHEST = "not_chest"


CHEST: Final = (Kind.NEGATIVE, Kind.POSITIVE, Kind.OTHER, Kind.FRONTAL)  # should be scored
KINDS: Final = {
    "other": Kind.OTHER, "chest frontal": Kind.FRONTAL, "chest lateral": Kind.LATERAL, "chest rotated": Kind.ROTATED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LabelledFilm:
    """A film of the list. file: its name in the ledger. view, age: "" where not stated."""

    file: str
    source: str
    kind: Kind
    label: str
    patient: str
    view: str = ""
    age: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A film and its row in the ledger."""

    film: LabelledFilm
    row: LedgerRow


def find_kind(label: str, classes: tuple[str, ...]) -> Kind | None:
    """Return what a label means, None for an unknown one. classes: the model's two, negative first."""
    key = class_key(label)
    if key.startswith("not chest"):
        return Kind.NOT_CHEST
    own = dict(zip(map(class_key, classes), (Kind.NEGATIVE, Kind.POSITIVE), strict=True))
    return own.get(key) or KINDS.get(key)


class Columns:
    """The outcomes of a group as arrays (n,)."""

    def __init__(self, outcomes: Sequence[Outcome], positive: str) -> None:
        rows = [outcome.row for outcome in outcomes]
        self.kind = np.array([outcome.film.kind for outcome in outcomes])
        self.patient = np.array([outcome.film.patient for outcome in outcomes])
        self.scored = np.array([row.status is Status.SCORED for row in rows], bool)
        self.refused = np.array([row.status is Status.REFUSED for row in rows], bool)
        self.is_positive = np.array([row.label == positive for row in rows], bool)
        self.likely = np.array([row.decision is Decision.LIKELY for row in rows], bool)
        self.unlikely = np.array([row.decision is Decision.UNLIKELY for row in rows], bool)
        self.review = np.array([row.decision is Decision.REVIEW for row in rows], bool)
        self.unlike = np.array([row.reason == UNLIKE for row in rows], bool)
        self.probability = np.array([row.probability or 0.0 for row in rows], np.float64)

    def of(self, *kinds: Kind) -> npt.NDArray[np.bool_]:
        """Return which films are of one of these kinds."""
        return np.isin(self.kind, kinds)

    def share(self, hits: npt.NDArray[np.bool_], films: npt.NDArray[np.bool_]) -> dict[str, float] | None:
        """Return the share of `hits` among `films` with Wilson's interval by patient."""
        if not films.any():
            return None
        return to_json(proportion(hits[films], group_numbers(self.patient[films])), films)

    def auc(self, negatives: npt.NDArray[np.bool_]) -> dict[str, float] | None:
        """Return the AUC of scored films with the finding against these negatives."""
        films = self.scored & (self.of(Kind.POSITIVE) | negatives)
        labels = (self.kind[films] == Kind.POSITIVE).astype(np.int64)
        if len(set(labels.tolist())) < 2:
            return None
        return to_json(auc_figure(labels, self.probability[films], group_numbers(self.patient[films])), films)

    def calibration_error(self) -> dict[str, float] | None:
        """Return the ECE of scored films of both classes; None where one is missing."""
        films = self.scored & self.of(Kind.NEGATIVE, Kind.POSITIVE)
        labels = (self.kind[films] == Kind.POSITIVE).astype(np.int64)
        if len(set(labels.tolist())) < 2:
            return None
        groups = group_numbers(self.patient[films])
        return to_json(bootstrap_figure(groups, expected_calibration_error, labels, self.probability[films]), films)


def to_json(figure: Figure | None, films: npt.NDArray[np.bool_]) -> dict[str, float] | None:
    """Return a figure with its bounds and its number of films."""
    if figure is None:
        return None
    return {"value": figure.value, "low": figure.low, "high": figure.high, "n": int(films.sum())}


def compute_figures(outcomes: Sequence[Outcome], positive: str) -> dict[str, dict[str, float]]:
    """Return the figures of a group that are defined. positive: the class that is the finding.

    Shares are of films that were answered (refused, ..._scored) or scored; failed files count in none.
    """
    columns = Columns(outcomes, positive)
    scored, answered = columns.scored, columns.scored | columns.refused
    chest, negative, ill = columns.of(*CHEST), columns.of(Kind.NEGATIVE), columns.of(Kind.POSITIVE)
    other = columns.of(Kind.OTHER)
    figures = {
        "refused": columns.share(columns.refused, chest & answered),
        "roc_auc": columns.auc(negative),
        "roc_auc_other": columns.auc(negative | other) if other.any() else None,
        "sensitivity": columns.share(columns.is_positive, scored & ill),
        "specificity": columns.share(~columns.is_positive, scored & negative),
        "normals_likely": columns.share(columns.likely, scored & negative),
        "other_likely": columns.share(columns.likely, scored & other),
        "pneumonia_unlikely": columns.share(columns.unlikely, scored & ill),
        "review": columns.share(columns.review, scored & chest),
        "unlike": columns.share(columns.unlike, scored & chest),
        "ece": columns.calibration_error(),
        "not_chest_scored": columns.share(scored, answered & columns.of(Kind.NOT_CHEST)),
        "rotated_scored": columns.share(scored, answered & columns.of(Kind.ROTATED)),
        "lateral_scored": columns.share(scored, answered & columns.of(Kind.LATERAL)),
    }
    return {name: figure for name, figure in figures.items() if figure is not None}


def measure_group(
    outcomes: Sequence[Outcome], positive: str, source: str, trusted: bool, view: str = "", age: str = ""
) -> dict[str, Any]:
    """Return counts and figures of a group as a JSON object; ages only where nearly all films state them."""
    films, rows = [outcome.film for outcome in outcomes], [outcome.row for outcome in outcomes]
    statuses = Counter(row.status for row in rows)
    years = age_range([film.age for film in films])
    return {
        "source": source,
        "view": view or None,
        "age": age or None,
        "trusted": trusted,
        "labels": dict(sorted(Counter(film.label for film in films).items())),
        "views": dict(sorted(Counter(film.view for film in films if film.view).items())),
        "ages_years": list(years) if years else None,
        "patients": len({film.patient for film in films}),
        "films": len(films),
        "scored": statuses[Status.SCORED],
        "refused": statuses[Status.REFUSED],
        "failed": statuses[Status.FAILED],
        "reasons": dict(Counter(row.reason for row in rows if row.status is not Status.SCORED).most_common()),
        "figures": compute_figures(outcomes, positive),
    }


def measure_sources(outcomes: Sequence[Outcome], positive: str, weak: Iterable[str]) -> dict[str, Any]:
    """Return the figures of each source and of its views and ages, of all trusted sources, and over sources.

    weak: sources whose labels cannot be trusted. The last two are empty with one trusted source. The
    figure "unlike" is left out where it is 0 in all groups: models without such an answer give 0 too.
    """
    untrusted: set[str] = set(weak)
    groups: list[dict[str, Any]] = []
    for source in sorted({outcome.film.source for outcome in outcomes}):
        own, trusted = [outcome for outcome in outcomes if outcome.film.source == source], source not in untrusted
        groups.append(measure_group(own, positive, source, trusted))
        views = sorted({outcome.film.view for outcome in own})
        for view in views if len(views) > 1 else []:
            part = [outcome for outcome in own if outcome.film.view == view]
            groups.append(measure_group(part, positive, source, trusted, view=view or "not stated"))
        ages = {age_group(outcome.film.age) for outcome in own}
        for age in [name for _, name in AGES if name in ages] if len(ages) > 1 else []:
            part = [outcome for outcome in own if age_group(outcome.film.age) == age]
            groups.append(measure_group(part, positive, source, trusted, age=age))
    pooled = [outcome for outcome in outcomes if outcome.film.source not in untrusted]
    has_several = len({outcome.film.source for outcome in pooled}) > 1
    whole = measure_group(pooled, positive, POOLED, True) if has_several else None
    if not any(outcome.row.reason == UNLIKE for outcome in outcomes):
        for group in [*groups, *([whole] if whole else [])]:
            group["figures"].pop("unlike", None)
    return {
        "groups": groups,
        "pooled": whole,
        "over_sources": summarise_sources(groups) if has_several else {},
    }


def summarise_sources(groups: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return mean and worst of each figure over the trusted sources that have FEW films of it or more."""
    summary = {}
    for name, is_low in WORST_IS_LOW.items():
        values = [
            (group["figures"][name]["value"], group["source"])
            for group in groups
            if group["trusted"] and not group["view"] and not group["age"]
            if name in group["figures"] and group["figures"][name]["n"] >= FEW
        ]
        if values:
            worst = min(values) if is_low else max(values)
            mean = float(np.mean([value for value, _ in values]))
            summary[name] = {"mean": mean, "worst": worst[0], "worst_source": worst[1], "sources": len(values)}
    return summary


def format_cell(figure: dict[str, float] | None) -> str:
    """Return "0.945 (0.920-0.965), n 283"; "" for an undefined figure."""
    if figure is None:
        return ""
    return f"{figure['value']:.3f} ({figure['low']:.3f}-{figure['high']:.3f}), n {figure['n']}"


def format_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table. Text from the list cannot break it."""
    cells = ([" ".join(escape_unprintable(cell).replace("|", "/").split()) for cell in row] for row in rows)
    lines = [header, ["---"] * len(header), *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def name_group(group: dict[str, Any]) -> str:
    """Return the source of a group, with its view or age, and a mark for labels that cannot be trusted."""
    parts = [group["source"], group["view"] or group["age"] or "", "" if group["trusted"] else "weak labels"]
    return ", ".join(part for part in parts if part)


def format_report(report: dict[str, Any]) -> str:
    """Return the report as Markdown: counts, figures, and figures over sources; no column without a value."""
    groups = [*report["groups"], *([report["pooled"]] if report["pooled"] else [])]
    counts = [
        (name_group(group), str(group["films"]), str(group["patients"]), str(group["scored"]), str(group["refused"]),
         str(group["failed"]), ", ".join(f"{reason} {count}" for reason, count in group["reasons"].items()))
        for group in groups
    ]  # fmt: skip
    used = [name for name in TITLES if any(name in group["figures"] for group in groups)]
    figures = [[name_group(group), *(format_cell(group["figures"].get(name)) for name in used)] for group in groups]
    over = [
        (TITLES[name], str(row["sources"]), f"{row['mean']:.3f}", f"{row['worst']:.3f}", row["worst_source"])
        for name, row in report["over_sources"].items()
    ]
    tables = [
        format_table(("films", "n", "patients", "scored", "refused", "failed", "reasons"), counts),
        format_table(("films", *(TITLES[name] for name in used)), figures),
    ]
    if over:
        tables.append(format_table(("over trusted sources", "sources", "mean", "worst", "of"), over))
    return "\n\n".join([f"{report['model']}, threshold {report['threshold']:.4f}.", *tables]) + "\n"
