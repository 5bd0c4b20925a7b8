"""A dataset read, corrected and checked before anything is trained on it: the job, and its report. Changes no file."""

import threading
from collections import defaultdict
from collections.abc import Generator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from core.datasets.dataset import Dataset, Film, Split, apply_corrections, read_dataset
from core.datasets.events import AuditResult, Finding, Shortcut
from core.datasets.findings import collect_findings
from core.datasets.patient_ages import stated_age
from core.datasets.preparation import AS_IT_IS, Action, Preparation
from core.datasets.shortcut_probe import probe_shortcuts
from core.datasets.splits import assign_splits, drop_unwanted_splits
from core.datasets.survey import SurveyEvent, survey_films
from core.films.film_code import film_code
from core.jobs.events import Progressed, Severity, Stage
from core.system.errors import JobFailed
from core.system.files import escape_undecodable
from core.system.language import marked

PLAN_SEED: Final = 0
NOT_SPLIT: Final = marked("not split")


def audit(
    source: Path, cancel: threading.Event, preparation: Preparation = AS_IT_IS
) -> Generator[SurveyEvent, None, AuditResult]:
    """Read and check every film of the dataset at `source` as the preparation wants it.

    Cancelled: completed False, the rest is not to be used; what was read is known the next time.
    Raises JobFailed where there is no dataset.
    """
    yield Progressed(Stage.READING_DATASET, 0, None)
    given = read_dataset(source, preparation)
    found = yield from survey_films(given, cancel)
    dataset = drop_unwanted_splits(apply_corrections(found.dataset, preparation), preparation.splits)
    excluded = {name for name, action in preparation.corrections() if action is Action.EXCLUDE}
    left_out = tuple(film for film in found.left_out if given.name_of(film.path) not in excluded)
    shortcuts: tuple[Shortcut, ...] = ()
    if not cancel.is_set():
        shortcuts = yield from probe_shortcuts(dataset, found.facts, cancel)
    if cancel.is_set():
        return AuditResult(preparation, dataset, None, left_out, (), (), {}, {}, (), completed=False)
    findings = collect_findings(found, dataset, left_out, shortcuts)
    planned = _planned(dataset, found.copies)
    codes = {path: film_code(facts.sha256) for path, facts in found.facts.items()}
    ages = {film.path: stated_age(film, found.facts.get(film.path)) for film in dataset.films}
    return AuditResult(
        preparation, dataset, planned, left_out, findings, found.copies, codes, ages, shortcuts, completed=True
    )


def _planned(dataset: Dataset, copies: Sequence[Sequence[Path]]) -> Dataset | None:
    """The dataset with the splits that a training would make; the findings say why where it cannot."""
    try:
        return assign_splits(dataset, PLAN_SEED, copies)
    except JobFailed:
        return None


def find_blocking(result: AuditResult) -> tuple[Finding, ...]:
    """The findings that must be resolved, or knowingly accepted, before a training."""
    return tuple(finding for finding in result.findings if finding.severity is Severity.BLOCKING)


def resolve_blocking(result: AuditResult, preparation: Preparation) -> Preparation:
    """The preparation with the first fix of each blocking finding that has one."""
    for finding in find_blocking(result):
        if finding.fixes and finding.fixes[0] not in preparation.steps:
            preparation = preparation.with_step(finding.fixes[0])
    return preparation


def count_rows(dataset: Dataset) -> list[tuple[str, str, int, int]]:
    """Class, split (NOT_SPLIT where none is given; people are shown `tr` of it), films and patients, in order."""
    groups: dict[tuple[int, Split | None], list[Film]] = defaultdict(list)
    for film in dataset.films:
        groups[film.label, film.split].append(film)
    order: list[Split | None] = [*Split, None]
    return [
        (dataset.classes[label], split or NOT_SPLIT, len(films), len({film.patient for film in films}))
        for (label, split), films in sorted(groups.items(), key=lambda group: (group[0][0], order.index(group[0][1])))
    ]


def format_report(result: AuditResult) -> list[str]:
    """The audit as lines for a terminal."""
    dataset = result.planned or result.dataset
    lines = [
        f"{dataset.root}: {len(dataset.films)} readable films of {dataset.patients()} patients",
        f"  Patients in file names: {dataset.patient_pattern}",
    ]
    lines += [f"  {name:16} {split:10} {n:6} films {p:6} patients" for name, split, n, p in count_rows(dataset)]
    if any(film.split is None for film in result.dataset.films):
        lines.append(f"  Splits that are not given are made by patient (here with seed {PLAN_SEED}).")
    lines += [f"  {escape_undecodable(str(film.path))}: {film.reason}. {film.sentence}" for film in result.left_out]
    lines += [f"  {shortcut.sentence}" for shortcut in result.shortcuts[:3]]
    for finding in result.findings:
        lines.append(f"{finding.severity}: {finding.kind}. {finding.sentence} {finding.advice}")
        lines += [f"    {escape_undecodable(dataset.name_of(path))}" for path in finding.files[:5]]
        if len(finding.files) > 5:
            lines.append(f"    and {len(finding.files) - 5} more (all of them stand in the JSON report)")
    return lines


def to_json_object(result: AuditResult) -> dict[str, Any]:
    """The audit as JSON values, files relative to the dataset's root."""

    def name(path: Path) -> str:
        return escape_undecodable(result.dataset.name_of(path))

    return {
        "classes": list(result.dataset.classes),
        "patient_pattern": result.dataset.patient_pattern,
        "counts": [
            {"class": kind, "split": split, "films": films, "patients": patients}
            for kind, split, films, patients in count_rows(result.planned or result.dataset)
        ],
        "left_out": [
            {"file": name(film.path), "reason": film.reason, "sentence": film.sentence} for film in result.left_out
        ],
        "copies": [[name(path) for path in group] for group in result.copies],
        "shortcuts": [
            {"what": shortcut.what, "auc": asdict(shortcut.auc), "sentence": shortcut.sentence}
            for shortcut in result.shortcuts
        ],
        "findings": [
            {
                "title": finding.kind,
                "severity": finding.severity,
                "sentence": finding.sentence,
                "advice": finding.advice,
                "files": [name(path) for path in finding.files],
                "fixes": [fix.label for fix in finding.fixes],
            }
            for finding in result.findings
        ],
    }
