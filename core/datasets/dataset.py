"""Read a folder or a label list as a dataset of labelled films. No image is opened."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.datasets.class_names import ClassOrder, fold_classes, order_classes
from core.datasets.entries import Entry, FilmLeftOut, Listing, Split, invalid_dataset
from core.datasets.folder_films import list_folder_films
from core.datasets.folder_names import split_suffix
from core.datasets.listed_films import list_listed_films
from core.datasets.patient_ids import EACH_FILE, extract_patients, propose_pattern
from core.datasets.preparation import AS_IT_IS, Action, Correction, Preparation, Step
from core.system.language import tr


@dataclass(frozen=True, slots=True)
class Film:
    """One labelled file.

    label: index into the dataset's classes. split: None until the dataset or `assign_splits` names
    one. patient_is_guessed: True if the patient was extracted from the file name by a proposed pattern,
    so that a DICOM PatientID may replace it. attributes: further columns of a label list, (name, value) of age,
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
    regular expression that extracted patients from file names. is_finding_certain: False if the
    names of two classes do not tell which one is the finding. spellings: the spellings of classes
    that the source writes in several ways. left_out, notes, system_files: as in Listing.
    """

    root: Path
    classes: tuple[str, ...]
    films: tuple[Film, ...]
    patient_pattern: str = EACH_FILE
    is_finding_certain: bool = True
    spellings: tuple[tuple[str, ...], ...] = ()
    left_out: tuple[FilmLeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    system_files: int = 0

    @property
    def finding(self) -> str | None:
        """The class that is the finding; None with more than two classes."""
        return self.classes[1] if len(self.classes) == 2 else None

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
    listing = _list_films(source, preparation)
    used, spellings = fold_classes(entry.class_name for entry in listing.entries)
    entries = [replace(entry, class_name=used[entry.class_name]) for entry in listing.entries]
    order = _order_classes({entry.class_name for entry in entries}, preparation)
    if len(order.names) < 2:
        sentence = tr(
            "{source} contains only one class ({name}); a classifier needs at least two",
            source=source,
            name=order.names[0],
        )
        raise invalid_dataset(sentence)
    films, pattern = _make_films(entries, order.names, preparation.patient_pattern)
    return Dataset(
        root=source if source.is_dir() else preparation.root or source.parent,
        classes=order.names,
        films=tuple(sorted(films, key=lambda film: os.fsencode(film.path))),
        patient_pattern=pattern,
        is_finding_certain=order.is_certain,
        spellings=tuple(spellings.values()),
        left_out=listing.left_out,
        notes=listing.notes,
        system_files=listing.system_files,
    )


def _list_films(source: Path, preparation: Preparation) -> Listing:
    """List the films at `source`, at least one. Raises JobFailed (dataset_invalid)."""
    if not source.exists():
        raise invalid_dataset(tr("{source} does not exist", source=source))
    try:
        listing = list_folder_films(source) if source.is_dir() else list_listed_films(source, preparation)
    except PermissionError as error:
        sentence = tr("{path} cannot be read: you do not have permission to open it", path=error.filename or source)
        raise invalid_dataset(sentence) from error
    if not listing.entries:
        sentence = tr(
            "{source} contains no films in class folders. Put the films of each class into a folder "
            "of their own, for example NORMAL and PNEUMONIA",
            source=source,
        )
        raise invalid_dataset(sentence)
    return listing


def _make_films(entries: Sequence[Entry], classes: tuple[str, ...], pattern: str | None) -> tuple[list[Film], str]:
    """Number the classes and extract the patients that no entry names; return films and pattern.

    pattern: the patient pattern that a person typed, which wins over DICOM's PatientID; None to
    propose one from the file names.
    """
    indices = {name: index for index, name in enumerate(classes)}
    stems = [split_suffix(entry.path.name)[0] for entry in entries if entry.patient is None]
    is_typed = pattern is not None
    pattern = pattern or propose_pattern(stems)
    patients = iter(extract_patients(stems, pattern))
    films = [
        Film(
            entry.path,
            indices[entry.class_name],
            entry.patient or next(patients),
            entry.split,
            entry.patient is None and not is_typed,
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
    used, _ = fold_classes([*dataset.classes, *sorted(new_labels)])
    order = _order_classes({*dataset.classes, *(used[label] for label in new_labels)}, preparation)
    films = []
    for film in dataset.films:
        name = dataset.name_of(film.path)
        if (name, Action.EXCLUDE) not in corrections:
            label = used[corrections.get((name, Action.RELABEL), dataset.classes[film.label])]
            split = corrections.get((name, Action.MOVE), film.split)
            films.append(replace(film, label=order.names.index(label), split=Split(split) if split else None))
    return replace(dataset, classes=order.names, is_finding_certain=order.is_certain, films=tuple(films))


def make_exclusion(dataset: Dataset, paths: Iterable[Path], label: str) -> Step:
    """Return the step that excludes files of a dataset. label: what the user reads on its button."""
    return Step(label, tuple(Correction(dataset.name_of(path), Action.EXCLUDE) for path in paths))


def _order_classes(names: set[str], preparation: Preparation) -> ClassOrder:
    """Order class names, the preparation's finding last.

    A finding that is no class any more, because a folder was renamed, is asked for again.
    """
    try:
        return order_classes(names, preparation.finding)
    except ValueError:
        return replace(order_classes(names), is_certain=len(names) != 2)
