"""What is wrong with a dataset before anything is trained on it. Changes no file and drops none but unreadable ones."""

import hashlib
import threading
from collections import defaultdict
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.cache import Pace, in_order
from core.dataset import Dataset, Film, read_dataset
from core.errors import FilmUnreadable
from core.events import AuditResult, FilmLeftOut, Finding, Noted, Progressed, Severity, Stage
from core.files import readable_name
from core.images import read_film

FEW_FILMS = 50
IMBALANCE = 3
CHECK_SIZE_PX = 64  # every row of a file is decoded, but JPEG files at a fraction of their size


def audit(source: Path, cancel: threading.Event) -> Generator[Progressed | Noted | FilmLeftOut, None, AuditResult]:
    """Read and decode every film of the dataset at `source`; return the dataset of readable films and the findings.

    Cancelled: the films read so far, completed False. Raises JobFailed where there is no dataset.
    """
    yield Progressed(Stage.READING_DATASET, 0, None)
    dataset = read_dataset(source)
    pace = Pace(Stage.CHECKING_FILMS, len(dataset.films))
    left_out: list[FilmLeftOut] = []
    readable: list[Film] = []
    same: dict[str, list[Film]] = defaultdict(list)
    for done, (film, future) in enumerate(in_order(_checked, dataset.films), start=1):
        if cancel.is_set():
            return AuditResult(replace(dataset, films=tuple(readable)), tuple(left_out), (), completed=False)
        try:
            same[future.result()].append(film)
            readable.append(film)
        except FilmUnreadable as refusal:
            left_out.append(FilmLeftOut(film.path, refusal.reason, refusal.sentence))
            yield left_out[-1]
        if progress := pace.at(done):
            yield progress
    dataset = replace(dataset, films=tuple(readable))
    copies = [films for films in same.values() if len(films) > 1]
    findings = [*_unreadable(left_out), *_copies(copies), *_leaks(dataset), *_balance(dataset)]
    return AuditResult(dataset, tuple(left_out), tuple(findings), completed=True)


def _checked(film: Film) -> str:
    """SHA-256 of the file, after every row of it was decoded. Raises FilmUnreadable."""
    read_film(film.path, CHECK_SIZE_PX)
    with film.path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _unreadable(left_out: Sequence[FilmLeftOut]) -> list[Finding]:
    if not left_out:
        return []
    sentence = f"{len(left_out)} files cannot be read and take no part."
    advice = "Look at the reasons below; export these films again if they matter."
    return [Finding("Unreadable files", Severity.WARNING, sentence, advice, tuple(film.path for film in left_out))]


def _copies(copies: Sequence[Sequence[Film]]) -> list[Finding]:
    """Identical files: harmless within a class, a contradiction across classes, a leak across given splits."""

    def of(kind: Callable[[Film], object], differ: bool) -> tuple[Path, ...]:
        chosen = [films for films in copies if (len({kind(film) for film in films}) > 1) == differ]
        return tuple(film.path for films in chosen for film in films)

    findings = []
    if files := of(lambda film: film.label, differ=True):
        sentence = f"{len(files)} identical files stand in more than one class."
        findings.append(
            Finding("Contradicting labels", Severity.BLOCKING, sentence, "Keep each in its true class.", files)
        )
    if files := of(lambda film: film.split, differ=True):
        sentence = f"{len(files)} identical files stand in more than one split: test figures would be too good."
        findings.append(Finding("Copies across splits", Severity.BLOCKING, sentence, "Keep one copy of each.", files))
    if files := of(lambda film: (film.label, film.split), differ=False):
        sentence = f"{len(files)} files are exact copies of one another."
        findings.append(Finding("Exact copies", Severity.WARNING, sentence, "Keep one copy of each.", files))
    return findings


def _leaks(dataset: Dataset) -> list[Finding]:
    """Patients with films in several given splits."""
    splits: dict[str, set[object]] = defaultdict(set)
    for film in dataset.films:
        splits[film.patient].add(film.split)
    files = tuple(film.path for film in dataset.films if len(splits[film.patient]) > 1)
    if not files:
        return []
    patients = sum(len(found) > 1 for found in splits.values())
    sentence = f"{patients} patients ({len(files)} films) stand in more than one split: test figures would be too good."
    return [Finding("Patients across splits", Severity.BLOCKING, sentence, "Give each patient to one split.", files)]


def _balance(dataset: Dataset) -> list[Finding]:
    counts = {name: sum(film.label == label for film in dataset.films) for label, name in enumerate(dataset.classes)}
    findings = [
        Finding("Few films", Severity.WARNING, f"{name} has {count} films only.", "Add films if you can.", ())
        for name, count in counts.items()
        if count < FEW_FILMS
    ]
    if max(counts.values()) > IMBALANCE * max(1, min(counts.values())):
        listed = ", ".join(f"{name} {count}" for name, count in counts.items())
        advice = "The recipes fast and best weight the classes; accuracy alone misleads here."
        findings.append(Finding("Unequal classes", Severity.INFORMATION, f"Films: {listed}.", advice, ()))
    return findings


def count_rows(dataset: Dataset) -> list[tuple[str, str, int, int]]:
    """Class, split ("not split" where none is given), films and patients, in the dataset's order."""
    groups: dict[tuple[int, str], list[Film]] = defaultdict(list)
    for film in dataset.films:
        groups[film.label, film.split or "not split"].append(film)
    return [
        (dataset.classes[label], split, len(films), len({film.patient for film in films}))
        for (label, split), films in sorted(groups.items())
    ]


def report_lines(result: AuditResult) -> list[str]:
    """The audit as lines for a terminal."""
    films, patients = len(result.dataset.films), result.dataset.patients()
    lines = [f"{result.dataset.root}: {films} readable films of {patients} patients"]
    lines += [f"  {name:16} {split:10} {n:6} films {p:6} patients" for name, split, n, p in count_rows(result.dataset)]
    lines += [f"  {readable_name(str(film.path))}: {film.reason}. {film.sentence}" for film in result.left_out]
    lines += [
        f"{finding.severity}: {finding.title}. {finding.sentence} {finding.advice}" for finding in result.findings
    ]
    return lines


def to_json_object(result: AuditResult) -> dict[str, Any]:
    """The audit as JSON values, files relative to the dataset's root."""

    def name(path: Path) -> str:
        return readable_name(result.dataset.name_of(path))

    return {
        "classes": list(result.dataset.classes),
        "counts": [
            {"class": kind, "split": split, "films": films, "patients": patients}
            for kind, split, films, patients in count_rows(result.dataset)
        ],
        "left_out": [
            {"file": name(film.path), "reason": film.reason, "sentence": film.sentence} for film in result.left_out
        ],
        "findings": [
            {
                "title": finding.title,
                "severity": finding.severity,
                "sentence": finding.sentence,
                "advice": finding.advice,
                "files": [name(path) for path in finding.files],
            }
            for finding in result.findings
        ],
    }
