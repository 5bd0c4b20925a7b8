"""Read a folder or a label list as a dataset of labelled films. No image is opened."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from core.datasets.entries import Entry, Split, invalid_dataset
from core.datasets.folder_films import list_folder_films
from core.datasets.listed_films import list_listed_films
from core.datasets.patient_ids import EACH_FILE, extract_patients, propose_pattern
from core.datasets.preparation import AS_IT_IS, Action, Preparation
from core.system.language import tr

NEGATIVE_NAMES: Final = frozenset(
    {"normal", "negative", "healthy", "clear", "no", "none", "0", "false", "control", "no finding", "no_finding"}
)


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


def _read_entries(source: Path, preparation: Preparation) -> list[Entry]:
    """List the films at `source`, at least one. Raises JobFailed (dataset_invalid)."""
    if not source.exists():
        raise invalid_dataset(tr("{source} does not exist", source=source))
    try:
        entries = list_folder_films(source) if source.is_dir() else list_listed_films(source, preparation)
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


def _make_films(entries: Sequence[Entry], classes: tuple[str, ...], pattern: str | None) -> tuple[list[Film], str]:
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
