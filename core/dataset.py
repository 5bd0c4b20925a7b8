"""A folder or a CSV as a dataset of labelled films, and its splits by patient. Opens no image."""

import csv
import os
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from core.errors import JobFailed, Reason

FILM_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".dcm", ".dicom", ""})
NEGATIVE_NAMES: Final = frozenset(
    {"normal", "negative", "healthy", "clear", "no", "none", "0", "false", "control", "no finding", "no_finding"}
)
SPLIT_NAMES: Final = {
    "train": "train", "training": "train",
    "val": "val", "valid": "val", "validation": "val", "dev": "val",
    "test": "test", "testing": "test", "holdout": "test",
}  # fmt: skip
FILE_COLUMNS: Final = ("file", "filename", "file_name", "path", "filepath", "image", "image_path", "film", "dicom")
LABEL_COLUMNS: Final = ("label", "class", "finding", "diagnosis", "target", "category", "pneumonia")
PATIENT_COLUMNS: Final = ("patient", "patient_id", "patientid", "subject", "subject_id", "case", "case_id")
SPLIT_COLUMNS: Final = ("split", "set", "subset", "fold", "partition")

KNOWN_PATIENT_PATTERNS: Final = (
    re.compile(r"(person\d+_[a-z]+)_\d+"),  # Kermany 2018, pneumonia films
    re.compile(r"((?:NORMAL\d*-)?IM-\d+)-\d+(?:-\d+)?"),  # Kermany 2018, normal films
)
TRAILING_NUMBER: Final = re.compile(r"(.*\d.*?)[-_ ]\d{1,4}")  # an identifier with a digit, then a film's number
LARGEST_PATIENT_SHARE: Final = 0.2  # a guess that puts more of the films on one patient is taken for wrong

TEST_SHARE: Final = 0.15
VALIDATION_SHARE: Final = 0.15


class Split(StrEnum):
    """What a film is used for."""

    TRAINING = "train"
    VALIDATION = "val"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Film:
    """One labelled file. label: index into the dataset's classes. split: None until it is given or made."""

    path: Path
    label: int
    patient: str
    split: Split | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """Labelled films under one root. classes: negative first, so that with two classes index 1 is the finding."""

    root: Path
    classes: tuple[str, ...]
    films: tuple[Film, ...]

    def of_split(self, split: Split) -> tuple[Film, ...]:
        """The films of one split, in the dataset's order."""
        return tuple(film for film in self.films if film.split is split)

    def counts(self) -> dict[tuple[int, Split | None], int]:
        """Films for each class index and split."""
        return dict(Counter((film.label, film.split) for film in self.films))

    def name_of(self, path: Path) -> str:
        """The film's name relative to the root, with "/"; whole where a label list names a film outside of it."""
        return (path.relative_to(self.root) if path.is_relative_to(self.root) else path).as_posix()

    def patients(self) -> int:
        """How many different patients there are."""
        return len({film.patient for film in self.films})


@dataclass(frozen=True, slots=True)
class _Entry:
    """A film as it was found: class and patient still as text, patient None where nothing names one."""

    path: Path
    class_name: str
    patient: str | None
    split: Split | None


def read_dataset(source: Path) -> Dataset:
    """The dataset at `source`: class folders, class folders under train/val/test, or a CSV with file and label.

    Raises JobFailed (dataset_invalid) with what is missing, and what a dataset has to look like.
    """
    if not source.exists():
        raise _invalid(f"{source} does not exist")
    try:
        entries = _entries_of_folder(source) if source.is_dir() else _entries_of_csv(source)
    except PermissionError as error:
        raise _invalid(f"{error.filename or source} may not be read; ask for permission to open it") from error
    if not entries:
        raise _invalid(
            f"{source} holds no films in class folders. Put the films of each class into a folder of its own, "
            "for example NORMAL and PNEUMONIA"
        )
    classes = _ordered_classes({entry.class_name for entry in entries})
    if len(classes) < 2:
        raise _invalid(f"{source} holds one class only ({classes[0]}); a classifier needs films of at least two")
    indices = {name: index for index, name in enumerate(classes)}
    patients = _patients(entries)
    films = [
        Film(entry.path, indices[entry.class_name], patient, entry.split)
        for entry, patient in zip(entries, patients, strict=True)
    ]
    root = source if source.is_dir() else source.parent
    return Dataset(root, classes, tuple(sorted(films, key=lambda film: os.fsencode(film.path))))


def _invalid(sentence: str) -> JobFailed:
    return JobFailed(Reason.DATASET_INVALID, f"{sentence}.")


def _ordered_classes(names: Iterable[str]) -> tuple[str, ...]:
    """Class names in alphabetical order, but a name that means 'nothing found' first."""
    return tuple(sorted(names, key=lambda name: (name.strip().lower() not in NEGATIVE_NAMES, name)))


def _entries_of_folder(root: Path) -> list[_Entry]:
    """Films of class folders, or of class folders under split folders where all folders are named like splits."""
    folders = _visible_folders(root)
    if folders and all(folder.name.lower() in SPLIT_NAMES for folder in folders):
        return [
            entry
            for folder in folders
            for class_folder in _visible_folders(folder)
            for entry in _entries_of_class(class_folder, Split(SPLIT_NAMES[folder.name.lower()]))
        ]
    return [entry for folder in folders for entry in _entries_of_class(folder, None)]


def _visible_folders(folder: Path) -> list[Path]:
    return sorted(child for child in folder.iterdir() if child.is_dir() and not child.name.startswith("."))


def _entries_of_class(folder: Path, split: Split | None) -> list[_Entry]:
    """All files below a class folder that may be films; a folder inside it is taken for a patient."""
    entries = []
    for parent, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = [name for name in folders if not name.startswith(".")]
        inside = Path(parent)
        patient = inside.relative_to(folder).parts[0] if inside != folder else None
        for name in names:
            path = inside / name
            if not name.startswith(".") and path.suffix.lower() in FILM_SUFFIXES and path.is_file():
                entries.append(_Entry(path, folder.name, patient, split))
    return entries


def _raise(error: OSError) -> None:
    raise error


def _entries_of_csv(source: Path) -> list[_Entry]:
    """Films of a label list: one line a film, columns found by their names, paths relative to the list."""
    try:
        text = source.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _invalid(f"{source} is neither a folder nor a UTF-8 label list (CSV)") from error
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    rows = csv.DictReader(text.splitlines(), delimiter=delimiter)
    columns = {(name or "").strip().lower(): name for name in rows.fieldnames or ()}
    file_column, label_column = _column(columns, FILE_COLUMNS), _column(columns, LABEL_COLUMNS)
    if file_column is None or label_column is None:
        raise _invalid(f"{source} needs a column named file and one named label in its first line")
    patient_column, split_column = _column(columns, PATIENT_COLUMNS), _column(columns, SPLIT_COLUMNS)
    entries = []
    try:
        for row in rows:
            file, label = (row[file_column] or "").strip(), (row[label_column] or "").strip()
            if not file or not label:
                raise _invalid(f"line {rows.line_num} of {source} has no file or no label")
            patient = (row[patient_column] or "").strip() if patient_column else None
            split = _split_named((row[split_column] or "").strip(), rows.line_num) if split_column else None
            entries.append(_Entry(source.parent / file, label, patient or None, split))
    except csv.Error as error:
        raise _invalid(f"line {rows.line_num} of {source} cannot be read ({error})") from error
    return entries


def _column(columns: dict[str, str], candidates: Sequence[str]) -> str | None:
    return next((columns[name] for name in candidates if name in columns), None)


def _split_named(name: str, line: int) -> Split | None:
    if not name:
        return None
    if name.lower() not in SPLIT_NAMES:
        raise _invalid(f"line {line} names the split {name!r}; it must be train, val or test")
    return Split(SPLIT_NAMES[name.lower()])


def patient_of_name(stem: str) -> str:
    """The patient that a file name (without suffix) speaks of; the whole stem where no pattern fits.

    person17_bacteria_54 -> person17_bacteria, NORMAL2-IM-0587-0001 -> NORMAL2-IM-0587, p12_3 -> p12.
    """
    for pattern in (*KNOWN_PATIENT_PATTERNS, TRAILING_NUMBER):
        if match := pattern.fullmatch(stem):
            return match.group(1)
    return stem


def _patients(entries: Sequence[_Entry]) -> list[str]:
    """A patient for each entry: the one that was named, else one guessed from the file's name.

    A guess that puts more than a fifth of the films on one patient is not believed: then each file is a patient.
    """
    guesses = [entry.patient or patient_of_name(entry.path.stem) for entry in entries]
    unnamed = [guess for guess, entry in zip(guesses, entries, strict=True) if entry.patient is None]
    if unnamed and Counter(unnamed).most_common(1)[0][1] > max(2, LARGEST_PATIENT_SHARE * len(entries)):
        return [entry.patient or entry.path.stem for entry in entries]
    return guesses


def with_splits(dataset: Dataset, seed: int) -> Dataset:
    """The dataset with every film in a split; splits that were given stay, missing ones are made by patient.

    Made splits are stratified by class and never part the films of one patient: about 15 % test, 15 % validation.
    Films of given splits are left where they are, so a missing validation split comes out of training films only.
    Raises JobFailed (dataset_invalid) where training or validation would lack a class.
    """
    given = {film.split for film in dataset.films}
    films = list(dataset.films)
    if given == {None}:
        films = _divide(films, {Split.TEST: TEST_SHARE, Split.VALIDATION: VALIDATION_SHARE}, seed)
    else:
        films = [replace(film, split=film.split or Split.TRAINING) for film in films]
        for split, share in ((Split.TEST, TEST_SHARE), (Split.VALIDATION, VALIDATION_SHARE)):
            if split not in given:
                kept = [film for film in films if film.split is not Split.TRAINING]
                films = kept + _divide([f for f in films if f.split is Split.TRAINING], {split: share}, seed)
    divided = replace(dataset, films=tuple(sorted(films, key=lambda film: os.fsencode(film.path))))
    _check_classes(divided)
    return divided


def _check_classes(dataset: Dataset) -> None:
    counts = dataset.counts()
    for split in Split:
        for label, name in enumerate(dataset.classes):
            if not counts.get((label, split)):
                raise _invalid(
                    f"No {name} film falls into the {split} split of {dataset.root}; "
                    "each class needs films of at least three patients"
                )


def _divide(films: Sequence[Film], shares: dict[Split, float], seed: int) -> list[Film]:
    """Put whole patients into splits so that each class comes close to its share in each; the rest trains.

    Patients are taken in a seeded order, the ones with most films first; each goes where its classes lack most.
    """
    labels_of: dict[str, Counter[int]] = defaultdict(Counter)
    for film in films:
        labels_of[film.patient][film.label] += 1
    totals = Counter(film.label for film in films)
    wanted = {Split.TRAINING: 1 - sum(shares.values()), **shares}
    missing = {split: {label: share * totals[label] for label in totals} for split, share in wanted.items()}
    patients = sorted(labels_of)
    random.Random(seed).shuffle(patients)
    patients.sort(key=lambda patient: -labels_of[patient].total())
    place: dict[str, Split] = {}
    for patient in patients:
        labels = labels_of[patient]
        need = {
            split: sum(n * missing[split][label] / (wanted[split] * totals[label]) for label, n in labels.items())
            for split in wanted
        }
        chosen = max(wanted, key=lambda split: need[split])
        for label, count in labels.items():
            missing[chosen][label] -= count
        place[patient] = chosen
    return [replace(film, split=place[film.patient]) for film in films]
