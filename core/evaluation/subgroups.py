"""Figures for groups of films: age, sex, view, device. An overall figure may hide a group that fares badly."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.datasets.dataset import Film
from core.datasets.patient_ages import parse_years, stated_age
from core.films.film_properties import FilmProperties
from core.metrics.intervals import Figure, Groups, group_numbers, proportion
from core.metrics.roc import Floats, Labels, auc_figure
from core.system.language import marked

ATTRIBUTES: Final = (marked("age"), marked("sex"), marked("view"), marked("device"))
AGES: Final = (
    (1, marked("under 1 year")),
    (6, marked("1 to 5 years")),
    (18, marked("6 to 17 years")),
    (40, marked("18 to 39 years")),
    (65, marked("40 to 64 years")),
    (200, marked("65 years and over")),
)
SEXES: Final = {"M": marked("male"), "F": marked("female")}
OTHER: Final = marked("other")
NOT_TOLD: Final = marked("not told")
MOST_VALUES: Final = 12  # of one attribute; the rarest beyond are put together
FEW: Final = 10  # films with, or without the finding, below which a group says little


@dataclass(frozen=True, slots=True)
class Subgroup:
    """Films with one value of an attribute. positives: those with the finding. Figures None where undefined.

    attribute, value: as they stand in metrics.json; people are shown `tr` of them.
    """

    attribute: str
    value: str
    n: int
    positives: int
    sensitivity: Figure | None
    specificity: Figure | None
    roc_auc: Figure | None

    @property
    def is_small(self) -> bool:
        """True where its intervals are too wide to be of use."""
        return min(self.positives, self.n - self.positives) < FEW


def age_group(text: str) -> str:
    """The group of an age in DICOM's form (045Y, 006M) or in years; "" for what is no age."""
    years = parse_years(text)
    return next((name for end, name in AGES if years is not None and years < end), "")


def subgroup_attributes(film: Film, facts: FilmProperties | None) -> dict[str, str]:
    """Age group, sex, view and device of a film, from its label list, else from its DICOM file; "" is left out."""
    tags = facts.tags if facts else {}
    device = " ".join(tags[name] for name in ("Manufacturer", "ManufacturerModelName") if name in tags)
    found = {
        "sex": tags.get("PatientSex", ""),
        "view": tags.get("ViewPosition", ""),
        "device": device,
        **dict(film.attributes),
    }
    found["age"] = age_group(stated_age(film, facts))
    found["sex"] = SEXES.get(found["sex"].strip().upper()[:1], found["sex"])
    found["view"] = found["view"].strip().upper()
    return {name: value.strip() for name, value in found.items() if value.strip()}


def compute_subgroups(
    attributes: Sequence[dict[str, str]],
    labels: Labels,
    probabilities: Floats,
    threshold: float,
    groups: Groups,
) -> tuple[Subgroup, ...]:
    """Figures of every group at "probability >= threshold"; none for attributes that all films share or none has.

    groups (n,): the patient of each film.
    """
    made = []
    for name in ATTRIBUTES:
        values = np.array([found.get(name, "") for found in attributes], dtype=object)
        kinds, counts = np.unique(values.astype(str), return_counts=True)
        if set(kinds) <= {""} or len(kinds) < 2:
            continue
        common = [str(kind) for kind in kinds[np.argsort(-counts, kind="stable")] if kind][:MOST_VALUES]
        order = [age for _, age in AGES if age in common] if name == "age" else sorted(common)
        chosen = [(kind, values == kind) for kind in order]
        chosen += [(OTHER, ~np.isin(values.astype(str), [*common, ""])), (NOT_TOLD, values == "")]
        for kind, films in chosen:
            if films.any():
                made.append(_subgroup(name, kind, labels[films], probabilities[films], threshold, groups[films]))
    return tuple(made)


def _subgroup(
    attribute: str, value: str, labels: Labels, probabilities: Floats, threshold: float, groups: Labels
) -> Subgroup:
    called, groups = probabilities >= threshold, group_numbers(groups)
    with_it, without = labels == 1, labels == 0
    return Subgroup(
        attribute,
        value,
        len(labels),
        int(with_it.sum()),
        proportion(called[with_it], groups[with_it]),
        proportion(~called[without], groups[without]),
        auc_figure(labels, probabilities, groups),
    )
