"""Read, correct and check a dataset before training, and report on it. No file is changed."""

import hashlib
import threading
from collections import defaultdict
from collections.abc import Generator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from core.datasets.class_names import class_key
from core.datasets.dataset import Dataset, Film, apply_corrections, read_dataset
from core.datasets.entries import Split, invalid_dataset
from core.datasets.events import AuditResult, Finding, FindingKind, Shortcut
from core.datasets.findings import collect_findings
from core.datasets.gate_check import find_listed_laterals, find_refused_films
from core.datasets.patient_ages import stated_age
from core.datasets.preparation import AS_IT_IS, Action, Preparation
from core.datasets.shortcut_probe import probe_shortcuts
from core.datasets.splits import assign_splits, drop_unwanted_splits
from core.datasets.survey import SurveyEvent, survey_films
from core.films.film_code import film_code
from core.films.property_cache import key_of
from core.input_checks.gate import Gate
from core.jobs.events import Progressed, Severity, Stage
from core.system.errors import JobFailed
from core.system.files import escape_undecodable
from core.system.language import marked, tr
from core.system.outputs import json_kind

AUDIT_FILE: Final = json_kind("classes", "counts", "left_out", "findings")  # what `to_json_object` gives
PLAN_SEED: Final = 0
NOT_SPLIT: Final = marked("not split")


def audit(
    source: Path,
    cancel: threading.Event,
    preparation: Preparation = AS_IT_IS,
    gate: Gate | None = None,
) -> Generator[SurveyEvent, None, AuditResult]:
    """Read every film of the dataset at `source`, apply the preparation and check the result.

    gate: of a model of chest films, for finding what screening would refuse; None: only its rules.
    If cancelled, `completed` is False and the rest of the result must not be used; films read so
    far stay in the cache. Raises JobFailed if there is no dataset, or no film of it is left.
    """
    yield Progressed(Stage.READING_DATASET, 0, None)
    original = read_dataset(source, preparation)
    state = _hash_state(source, original)  # before any film is read: what changes meanwhile is then noticed
    survey = yield from survey_films(original, cancel)
    dataset = drop_unwanted_splits(apply_corrections(survey.dataset, preparation), preparation.splits)
    excluded = {name for name, action in preparation.corrections() if action is Action.EXCLUDE}
    left_out = tuple(
        film for film in (*original.left_out, *survey.left_out) if original.name_of(film.path) not in excluded
    )
    shortcuts: tuple[Shortcut, ...] = ()
    if not cancel.is_set():
        if not dataset.films:
            raise invalid_dataset(tr("No film of {source} can be used; all files were left out", source=source))
        shortcuts = yield from probe_shortcuts(dataset, survey.properties, cancel)
    if cancel.is_set():
        return AuditResult(preparation, dataset, None, left_out, (), (), {}, {}, (), completed=False, state=state)
    used = {film.path: survey.properties[film.path] for film in dataset.films}
    refused = find_refused_films(used, find_listed_laterals(dataset), gate)
    planned, no_split = plan_splits(dataset, survey.copies)
    findings = collect_findings(survey, dataset, left_out, shortcuts, refused, no_split)
    codes = {path: film_code(properties.sha256) for path, properties in survey.properties.items()}
    ages = {film.path: stated_age(film, survey.properties.get(film.path)) for film in dataset.films}
    return AuditResult(
        preparation, dataset, planned, left_out, findings, survey.copies, codes, ages, shortcuts, True, state
    )


def plan_splits(dataset: Dataset, copies: Sequence[Sequence[Path]]) -> tuple[Dataset | None, str]:
    """Return the dataset with the splits of a training with PLAN_SEED; None, and why, if it cannot be split."""
    try:
        return assign_splits(dataset, PLAN_SEED, copies), ""
    except JobFailed as error:
        return None, error.sentence


def split_dataset(result: AuditResult, seed: int) -> Dataset:
    """Return the audited dataset with every film in a split, as a training with this seed uses it.

    Raises JobFailed (dataset_invalid) if it cannot be split.
    """
    if seed == PLAN_SEED and result.planned is not None:
        return result.planned
    return assign_splits(result.dataset, seed, result.copies)


def is_current(result: AuditResult, source: Path, preparation: Preparation) -> bool:
    """Return whether `audit` would find the same again: same source, preparation, label list and files.

    No film is opened: size and times of its file tell whether it has changed. Raises JobFailed if
    the dataset can no longer be read.
    """
    if not result.completed or replace(result.preparation, accepts_leaks=preparation.accepts_leaks) != preparation:
        return False
    return result.state == _hash_state(source, read_dataset(source, preparation))


def _hash_state(source: Path, dataset: Dataset) -> str:
    """Return a hash of what is at `source`: the dataset as read, and the state of each film's file."""
    digest = hashlib.sha256(repr((source.absolute(), dataset)).encode("utf-8", "surrogatepass"))
    for film in dataset.films:
        digest.update(key_of(film.path) or b"missing")
    return digest.hexdigest()


def find_blocking(result: AuditResult) -> tuple[Finding, ...]:
    """Return the findings that must be resolved, or knowingly accepted, before training."""
    return tuple(finding for finding in result.findings if finding.severity is Severity.BLOCKING)


def check_finding(dataset: Dataset, finding: str) -> None:
    """Raise JobFailed (dataset_invalid) if there is no class of the name that was given for the finding."""
    if class_key(finding) not in map(class_key, dataset.classes):
        sentence = tr(
            "There is no class {name!r} that could be the finding; the classes are {classes}",
            name=finding,
            classes=", ".join(dataset.classes),
        )
        raise invalid_dataset(sentence)


def resolve_blocking(result: AuditResult, preparation: Preparation) -> Preparation:
    """Return the preparation extended by the first fix of each blocking finding that has one.

    Which class is the finding remains for a person to say.
    """
    for finding in find_blocking(result):
        if (
            finding.kind is not FindingKind.FINDING_UNKNOWN
            and finding.fixes
            and finding.fixes[0] not in preparation.steps
        ):
            preparation = preparation.with_step(finding.fixes[0])
    return preparation


def count_rows(dataset: Dataset) -> list[tuple[str, str, int, int]]:
    """Return (class, split, films, patients) for each group, in class and split order.

    The split is NOT_SPLIT for films without one; the user interface shows `tr` of it.
    """
    groups: dict[tuple[int, Split | None], list[Film]] = defaultdict(list)
    for film in dataset.films:
        groups[film.label, film.split].append(film)
    order: list[Split | None] = [*Split, None]
    return [
        (dataset.classes[label], split or NOT_SPLIT, len(films), len({film.patient for film in films}))
        for (label, split), films in sorted(groups.items(), key=lambda group: (group[0][0], order.index(group[0][1])))
    ]


def format_report(result: AuditResult) -> list[str]:
    """Format the audit as lines for a terminal."""
    dataset = result.planned or result.dataset
    lines = [
        f"{dataset.root}: {len(dataset.films)} readable films of {dataset.count_patients()} patients",
        f"  Patients in file names: {dataset.patient_pattern}",
    ]
    if dataset.finding:
        lines.append(f"  The finding is {dataset.finding}" + ("" if dataset.is_finding_certain else " (not certain)"))
    if dataset.system_files:
        lines.append(f"  {dataset.system_files} files of the operating system were not read")
    lines += [f"  {note}" for note in dataset.notes]
    lines += [f"  {name:16} {split:10} {n:6} films {p:6} patients" for name, split, n, p in count_rows(dataset)]
    if any(film.split is None for film in result.dataset.films):
        lines.append(f"  Missing splits are assigned by patient (here with seed {PLAN_SEED}).")
    lines += [f"  {escape_undecodable(str(film.path))}: {film.reason}. {film.sentence}" for film in result.left_out]
    lines += [f"  {shortcut.sentence}" for shortcut in result.shortcuts[:3]]
    for finding in result.findings:
        lines.append(f"{finding.severity}: {finding.kind}. {finding.sentence} {finding.advice}")
        lines += [f"    {escape_undecodable(dataset.name_of(path))}" for path in finding.files[:5]]
        if len(finding.files) > 5:
            lines.append(f"    and {len(finding.files) - 5} more (the JSON report lists all of them)")
    return lines


def to_json_object(result: AuditResult) -> dict[str, Any]:
    """Convert the audit to JSON values, with file names relative to the dataset's root."""

    def name(path: Path) -> str:
        return escape_undecodable(result.dataset.name_of(path))

    return {
        "classes": list(result.dataset.classes),
        "finding": result.dataset.finding,
        "finding_is_certain": result.dataset.is_finding_certain,
        "patient_pattern": result.dataset.patient_pattern,
        "counts": [
            {"class": class_name, "split": split, "films": films, "patients": patients}
            for class_name, split, films, patients in count_rows(result.planned or result.dataset)
        ],
        "left_out": [
            {"file": name(film.path), "reason": film.reason, "sentence": film.sentence} for film in result.left_out
        ],
        "system_files": result.dataset.system_files,
        "notes": list(result.dataset.notes),
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
