"""Read a folder or a label list as a dataset of labelled films. No image is opened."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
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
    """What a film is used for. The values are written to files; `tr` of them is shown."""

    TRAINING = marked("train")
    VALIDATION = marked("val")
    TEST = marked("test")


@dataclass(frozen=True, slots=True)
class Film:
    """One labelled file.

    label: index into the dataset's classes. split: None until the dataset or `assign_splits` names
    one. patient_is_guessed: True if the patient was extracted from the file name, so that a DICOM
    PatientID may replace it. attributes: further columns of a label list, (name, value) of age,
    sex, view and device.
    """

    path: Path
    label: int
    patient: str
    split: Split | None = None
    patient_is_guessed: bool = True
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Dataset:
    """Labelled films under one root folder.

    classes: negative first, so that with two classes index 1 is the finding. patient_pattern: the
    regular expression that extracted patients from file names.
    """

    root: Path
    classes: tuple[str, ...]
    films: tuple[Film, ...]
    patient_pattern: str = EACH_FILE

    def of_split(self, split: Split) -> tuple[Film, ...]:
        """Return the films of one split, in the dataset's order."""
        return tuple(film for film in self.films if film.split is split)

    def count_films(self) -> dict[tuple[int, Split | None], int]:
        """Return the number of films for each class index and split."""
        return dict(Counter((film.label, film.split) for film in self.films))

    def count_patients(self) -> int:
        """Return the number of different patients."""
        return len({film.patient for film in self.films})

    def name_of(self, path: Path) -> str:
        """Return a film's path relative to the root, with "/"; its full path if it is outside."""
        return (path.relative_to(self.root) if path.is_relative_to(self.root) else path).as_posix()


@dataclass(frozen=True, slots=True)
class _Entry:
    """A film as folder or list describe it: class and patient as text, None if not named."""

    path: Path
    class_name: str
    patient: str | None
    split: Split | None
    attributes: tuple[tuple[str, str], ...] = ()


def read_dataset(source: Path, preparation: Preparation = AS_IT_IS) -> Dataset:
    """Read the dataset at `source`: class folders, alone or under train/val/test, or a label list.

    A label list is CSV, TSV or Excel. Columns, root folder and patient pattern are taken from the
    preparation; its corrections are not applied here (see `apply_corrections`).
    Raises JobFailed (dataset_invalid) with what is missing and what a dataset has to look like.
    """
    entries = _read_entries(source, preparation)
    classes = _sort_classes({entry.class_name for entry in entries})
    if len(classes) < 2:
        sentence = tr(
            "{source} contains only one class ({name}); a classifier needs at least two", source=source, name=classes[0]
        )
        raise invalid_dataset(sentence)
    films, pattern = _make_films(entries, classes, preparation.patient_pattern)
    root = source if source.is_dir() else preparation.root or source.parent
    return Dataset(root, classes, tuple(sorted(films, key=lambda film: os.fsencode(film.path))), pattern)


def _read_entries(source: Path, preparation: Preparation) -> list[_Entry]:
    """List the films at `source`, at least one. Raises JobFailed (dataset_invalid)."""
    if not source.exists():
        raise invalid_dataset(tr("{source} does not exist", source=source))
    try:
        entries = list_entries(source) if source.is_dir() else _list_entries_of_table(source, preparation)
    except PermissionError as error:
        sentence = tr("{path} cannot be read: you do not have permission to open it", path=error.filename or source)
        raise invalid_dataset(sentence) from error
    if not entries:
        sentence = tr(
            "{source} contains no films in class folders. Put the films of each class into a folder "
            "of their own, for example NORMAL and PNEUMONIA",
            source=source,
        )
        raise invalid_dataset(sentence)
    return entries


def _make_films(entries: Sequence[_Entry], classes: tuple[str, ...], pattern: str | None) -> tuple[list[Film], str]:
    """Number the classes and extract the patients that no entry names; return films and pattern.

    pattern: the patient pattern to use, None to propose one from the file names.
    """
    indices = {name: index for index, name in enumerate(classes)}
    stems = [entry.path.stem for entry in entries if entry.patient is None]
    pattern = pattern or propose_pattern(stems)
    patients = iter(extract_patients(stems, pattern))
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
    return films, pattern


def invalid_dataset(sentence: str) -> JobFailed:
    """Return the error for an unusable source. sentence: without the full stop."""
    return JobFailed(Reason.DATASET_INVALID, f"{sentence}.")


def apply_corrections(dataset: Dataset, preparation: Preparation) -> Dataset:
    """Return the dataset after the preparation's corrections, which may add classes."""
    corrections = preparation.corrections()
    if not corrections:
        return dataset
    new_labels = {value for (_, action), value in corrections.items() if action is Action.RELABEL}
    classes = _sort_classes(new_labels | set(dataset.classes))
    films = []
    for film in dataset.films:
        name = dataset.name_of(film.path)
        if (name, Action.EXCLUDE) not in corrections:
            label = corrections.get((name, Action.RELABEL), dataset.classes[film.label])
            split = corrections.get((name, Action.MOVE), film.split)
            films.append(replace(film, label=classes.index(label), split=Split(split) if split else None))
    return replace(dataset, classes=classes, films=tuple(films))


def _sort_classes(names: Iterable[str]) -> tuple[str, ...]:
    """Sort class names alphabetically, but names that mean "nothing found" first."""
    return tuple(sorted(names, key=lambda name: (name.strip().lower() not in NEGATIVE_NAMES, name)))


def list_entries(root: Path) -> list[_Entry]:
    """List the films in class folders, or in class folders under split folders.

    The latter where every folder in `root` has the name of a split.
    """
    folders = _list_visible_folders(root)
    if folders and all(folder.name.lower() in SPLIT_NAMES for folder in folders):
        return [
            entry
            for folder in folders
            for class_folder in _list_visible_folders(folder)
            for entry in _list_entries_of_class(class_folder, Split(SPLIT_NAMES[folder.name.lower()]))
        ]
    return [entry for folder in folders for entry in _list_entries_of_class(folder, None)]


def _list_visible_folders(folder: Path) -> list[Path]:
    return sorted(child for child in folder.iterdir() if child.is_dir() and not child.name.startswith("."))


def _list_entries_of_class(folder: Path, split: Split | None) -> list[_Entry]:
    """List all files below a class folder that may be films; a subfolder counts as a patient."""
    entries = []
    for parent, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = [name for name in folders if not name.startswith(".")]
        current = Path(parent)
        patient = current.relative_to(folder).parts[0] if current != folder else None
        for name in names:
            path = current / name
            if not name.startswith(".") and path.suffix.lower() in FILM_SUFFIXES and path.is_file():
                entries.append(_Entry(path, folder.name, patient, split))
    return entries


def _raise(error: OSError) -> None:
    raise error


def _list_entries_of_table(source: Path, preparation: Preparation) -> list[_Entry]:
    """List the films of a label list, one per row, paths relative to the root or the list."""
    table = read_label_list(source)
    columns = preparation.columns or guess_columns(table)
    root = preparation.root or source.parent
    file_index, label_index = table.column_index(columns.file), table.column_index(columns.label)
    patient_index = table.column_index(columns.patient) if columns.patient else None
    split_index = table.column_index(columns.split) if columns.split else None
    attribute_indices = find_attribute_columns(table, columns)
    entries: dict[Path, _Entry] = {}
    for line, cells in table.rows:
        if not cells[file_index] or not cells[label_index]:
            raise invalid_dataset(tr("line {line} of {source} has no file or no label", line=line, source=source))
        patient = cells[patient_index] if patient_index is not None else ""
        split = _parse_split(cells[split_index], line) if split_index is not None else None
        attributes = tuple((name, cells[index]) for name, index in attribute_indices.items() if cells[index])
        path = _find_listed_file(root, cells[file_index])
        entry = _Entry(path, cells[label_index], patient or None, split, attributes)
        if entries.setdefault(entry.path, entry) != entry:
            sentence = tr(
                "line {line} of {source} contradicts an earlier line about {file}",
                line=line,
                source=source,
                file=cells[file_index],
            )
            raise invalid_dataset(sentence)
    return list(entries.values())


def _find_listed_file(root: Path, name: str) -> Path:
    """Return the path of a file that a list names.

    Lists made on Windows have backslashes, and some lists leave out the suffix.
    """
    path = root / (name if os.sep == "\\" else name.replace("\\", "/"))
    if path.suffix.lower() not in FILM_SUFFIXES - {""} and not path.exists():
        for suffix in sorted(FILM_SUFFIXES - {""}):
            if (longer := path.with_name(path.name + suffix)).exists():
                return longer
    return path


def _parse_split(name: str, line: int) -> Split | None:
    """Return the split of a cell, None for an empty one. Raises JobFailed (dataset_invalid)."""
    if not name:
        return None
    if name.lower() not in SPLIT_NAMES:
        sentence = tr("line {line} names the split {name!r}; it must be train, val or test", line=line, name=name)
        raise invalid_dataset(sentence)
    return Split(SPLIT_NAMES[name.lower()])
