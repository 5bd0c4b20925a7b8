"""A folder or a label list as a dataset of labelled films, as they are given. Opens no image."""

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from core.datasets.label_list import FILM_SUFFIXES, find_attribute_columns, guess_columns, read_label_list
from core.datasets.patient_ids import EACH_FILE, extract_patients, propose_pattern
from core.datasets.preparation import AS_IT_IS, Action, Preparation
from core.system.errors import JobFailed, Reason
from core.system.language import marked, tr

NEGATIVE_NAMES: Final = frozenset(
    {"normal", "negative", "healthy", "clear", "no", "none", "0", "false", "control", "no finding", "no_finding"}
)
SPLIT_NAMES: Final = {
    "train": "train", "training": "train",
    "val": "val", "valid": "val", "validation": "val", "dev": "val",
    "test": "test", "testing": "test", "holdout": "test",
}  # fmt: skip


class Split(StrEnum):
    """What a film is used for. The values stand in files; people are shown `tr` of them."""

    TRAINING = marked("train")
    VALIDATION = marked("val")
    TEST = marked("test")


@dataclass(frozen=True, slots=True)
class Film:
    """One labelled file. label: index into the dataset's classes. split: None until it is given or made.

    patient_is_guessed: from the file's name, so that a DICOM PatientID may replace it. attributes: what a label list
    tells beside that, (name, value) of age, sex, view and device.
    """

    path: Path
    label: int
    patient: str
    split: Split | None = None
    patient_is_guessed: bool = True
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Dataset:
    """Labelled films under one root. classes: negative first, so that with two classes index 1 is the finding.

    patient_pattern: the regular expression that told patients from file names.
    """

    root: Path
    classes: tuple[str, ...]
    films: tuple[Film, ...]
    patient_pattern: str = EACH_FILE

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
    attributes: tuple[tuple[str, str], ...] = ()


def read_dataset(source: Path, preparation: Preparation = AS_IT_IS) -> Dataset:
    """The dataset at `source`: class folders, class folders under train/val/test, or a label list (CSV, TSV, Excel).

    Columns, root folder and patient pattern are those of the preparation; its corrections are not applied here.
    Raises JobFailed (dataset_invalid) with what is missing, and what a dataset has to look like.
    """
    if not source.exists():
        raise invalid_dataset(tr("{source} does not exist", source=source))
    try:
        entries = list_entries(source) if source.is_dir() else _entries_of_list(source, preparation)
    except PermissionError as error:
        sentence = tr("{path} may not be read; ask for permission to open it", path=error.filename or source)
        raise invalid_dataset(sentence) from error
    if not entries:
        sentence = tr(
            "{source} holds no films in class folders. Put the films of each class into a folder of its own, "
            "for example NORMAL and PNEUMONIA",
            source=source,
        )
        raise invalid_dataset(sentence)
    classes = _ordered_classes({entry.class_name for entry in entries})
    if len(classes) < 2:
        sentence = tr(
            "{source} holds one class only ({name}); a classifier needs at least two", source=source, name=classes[0]
        )
        raise invalid_dataset(sentence)
    indices = {name: index for index, name in enumerate(classes)}
    unnamed = [entry.path.stem for entry in entries if entry.patient is None]
    pattern = preparation.patient_pattern or propose_pattern(unnamed)
    patients = iter(extract_patients(unnamed, pattern))
    films = [
        Film(
            entry.path,
            indices[entry.class_name],
            entry.patient or next(patients),
            entry.split,
            entry.patient is None,
            entry.attributes,
        )
        for entry in entries
    ]
    root = source if source.is_dir() else preparation.root or source.parent
    return Dataset(root, classes, tuple(sorted(films, key=lambda film: os.fsencode(film.path))), pattern)


def invalid_dataset(sentence: str) -> JobFailed:
    """The error for what cannot be used as a dataset, as one sentence."""
    return JobFailed(Reason.DATASET_INVALID, f"{sentence}.")


def apply_corrections(dataset: Dataset, preparation: Preparation) -> Dataset:
    """The dataset after the preparation's corrections, which may add classes that no folder has."""
    decided = preparation.corrections()
    if not decided:
        return dataset
    names = {value for (_, action), value in decided.items() if action is Action.RELABEL} | set(dataset.classes)
    classes = _ordered_classes(names)
    films = []
    for film in dataset.films:
        name = dataset.name_of(film.path)
        if (name, Action.EXCLUDE) not in decided:
            label = decided.get((name, Action.RELABEL), dataset.classes[film.label])
            split = decided.get((name, Action.MOVE), film.split)
            films.append(replace(film, label=classes.index(label), split=Split(split) if split else None))
    return replace(dataset, classes=classes, films=tuple(films))


def _ordered_classes(names: Iterable[str]) -> tuple[str, ...]:
    """Class names in alphabetical order, but a name that means 'nothing found' first."""
    return tuple(sorted(names, key=lambda name: (name.strip().lower() not in NEGATIVE_NAMES, name)))


def list_entries(root: Path) -> list[_Entry]:
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


def _entries_of_list(source: Path, preparation: Preparation) -> list[_Entry]:
    """Films of a label list, one line a film, paths relative to the chosen root or to the list."""
    table = read_label_list(source)
    columns = preparation.columns or guess_columns(table)
    root = preparation.root or source.parent
    file_at, label_at = table.column(columns.file), table.column(columns.label)
    patient_at = table.column(columns.patient) if columns.patient else None
    split_at = table.column(columns.split) if columns.split else None
    more = find_attribute_columns(table, columns)
    entries: dict[Path, _Entry] = {}
    for line, cells in table.rows:
        if not cells[file_at] or not cells[label_at]:
            raise invalid_dataset(tr("line {line} of {source} has no file or no label", line=line, source=source))
        patient = cells[patient_at] if patient_at is not None else ""
        split = _split_named(cells[split_at], line) if split_at is not None else None
        told = tuple((name, cells[place]) for name, place in more.items() if cells[place])
        entry = _Entry(_listed_file(root, cells[file_at]), cells[label_at], patient or None, split, told)
        if entries.setdefault(entry.path, entry) != entry:
            sentence = tr(
                "line {line} of {source} says something else about {file} than before",
                line=line,
                source=source,
                file=cells[file_at],
            )
            raise invalid_dataset(sentence)
    return list(entries.values())


def _listed_file(root: Path, name: str) -> Path:
    """The file that a list names; lists made on Windows have backslashes, some name films without their suffix."""
    path = root / (name if os.sep == "\\" else name.replace("\\", "/"))
    if path.suffix.lower() not in FILM_SUFFIXES - {""} and not path.exists():
        for suffix in sorted(FILM_SUFFIXES - {""}):
            if (longer := path.with_name(path.name + suffix)).exists():
                return longer
    return path


def _split_named(name: str, line: int) -> Split | None:
    if not name:
        return None
    if name.lower() not in SPLIT_NAMES:
        sentence = tr("line {line} names the split {name!r}; it must be train, val or test", line=line, name=name)
        raise invalid_dataset(sentence)
    return Split(SPLIT_NAMES[name.lower()])
