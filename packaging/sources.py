"""Read the films of every source that the bundled model is trained, validated and tested on.

KERMANY: children, in the splits of the first bundled model. OTHERS: a folder with films.csv (file,
source, label, patient, view, age) and boxes.csv (file, x, y, w, h, source_width, source_height, in
pixels of the source), which shared/data/README.md describes. Films of the use "gate" are not read.
"""

import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from benchmarks.recipe_tasks import read_bundled_splits
from core.datasets.entries import Split
from core.films.film_code import film_code
from core.films.film_reader import read_square
from core.films.patient_age import parse_age
from core.networks.preprocessing import to_unit_range

DATA = Path(__file__).parents[2] / "shared/data"
OTHERS = DATA / "other-sources"
SIDE, MASK_SIDE = 224, 28
KERMANY, RSNA, COPIES, NIH, HANNOVER = (
    "kermany-224", "rsna_dicom", "rsna_normal_qatar256", "nih_chestxray14", "hannover_covid",
)  # fmt: skip
SOURCES = (KERMANY, RSNA, NIH, COPIES, HANNOVER)
# NIH Clinical Center took all of these, and its films are left out together
HOSPITALS = {KERMANY: (KERMANY,), RSNA: (RSNA, COPIES, NIH), HANNOVER: (HANNOVER,)}
KERMANY_AGES = (1, 5)  # years, Kermany 2018; no film states its patient's age
NORMAL, PNEUMONIA, OTHER = LABELS = ("NORMAL", "PNEUMONIA", "OTHER")  # OTHER: ill, but no opacity
# fractions of patients for training and validation, the rest for testing; labels of NIH ChestX-ray14
# were mined from reports and are not used, so that its films serve training only
FRACTIONS = {RSNA: (0.68, 0.15), COPIES: (0.72, 0.14), HANNOVER: (0.62, 0.19), NIH: (1.0, 0.0)}
SPLITS = (Split.TRAINING, Split.VALIDATION, Split.TEST)


class Entry(NamedTuple):
    """A film before it is read. patient: unique over all sources."""

    path: Path
    source: str
    label: str
    patient: str
    view: str
    age: str


@dataclass(frozen=True)
class Films:
    """Films of several sources.

    pixels: (n, 224, 224) uint8. masks: fraction of opacity boxes in each cell, (n, 28, 28) float16.
    sources, labels, patients, views, splits, codes: (n,) of texts. ages: (n,) years, NaN unknown.
    """

    paths: np.ndarray
    pixels: np.ndarray
    masks: np.ndarray
    sources: np.ndarray
    labels: np.ndarray
    patients: np.ndarray
    views: np.ndarray
    splits: np.ndarray
    codes: np.ndarray
    ages: np.ndarray

    def find(self, split: Split, sources: tuple[str, ...] = SOURCES, labels: tuple[str, ...] = LABELS) -> np.ndarray:
        """Return the indices of the films of a split, of these sources and labels."""
        chosen = (self.splits == split.value) & self.is_of(sources) & np.isin(self.labels, labels)
        return np.flatnonzero(chosen)

    def is_of(self, sources: tuple[str, ...]) -> np.ndarray:
        """Return which films are of these sources, (n,)."""
        return np.isin(self.sources, sources)

    def without(self, sources: tuple[str, ...]) -> "Films":
        """Return the films of all other sources."""
        kept = ~self.is_of(sources)
        return Films(**{name: values[kept] for name, values in vars(self).items()})

    @property
    def has_finding(self) -> np.ndarray:
        """Return 1 for films with pneumonia, else 0, (n,)."""
        return (self.labels == PNEUMONIA).astype(np.int64)

    @property
    def groups(self) -> torch.Tensor:
        """Return a whole number for each source and label, (n,)."""
        numbers = [SOURCES.index(source) * len(LABELS) for source in self.sources]
        return torch.tensor(numbers) + torch.tensor([LABELS.index(label) for label in self.labels])

    def select(self, indices: np.ndarray) -> torch.Tensor:
        """Return the films at `indices`, (n, 1, 224, 224), 0..1."""
        return to_unit_range(torch.from_numpy(np.array(self.pixels[indices])))


def read_films(work: Path) -> Films:
    """Return all films, read now or earlier into the work folder."""
    path = work / "films.npz"
    if not path.exists():
        part = path.with_suffix(".part.npz")
        np.savez(part, **vars(_read_all()))
        part.replace(path)
    with np.load(path) as file:
        return Films(**{name: file[name] for name in file.files})


def _read_all() -> Films:
    children = read_bundled_splits()
    splits = {film.path: film.split for film in children.films}
    entries = [
        Entry(film.path, KERMANY, children.classes[film.label], f"{KERMANY} {film.patient}", "", "")
        for film in children.films
    ]
    others = list(_read_list())
    of_others = _split_patients(others)
    splits |= of_others
    entries += _drop_known_patients(others, of_others)
    with ThreadPoolExecutor(2) as threads:
        pixels = np.stack(list(threads.map(lambda entry: read_square(entry.path, SIDE), entries)))
    columns = [np.array(column) for column in zip(*entries, strict=True)]
    _, sources, labels, patients, views, ages = columns
    boxes = _read_boxes()
    return Films(
        paths=np.array([str(entry.path) for entry in entries]),
        pixels=pixels,
        masks=np.stack([_draw_mask(boxes[entry.path]) for entry in entries]),
        sources=sources,
        labels=labels,
        patients=patients,
        views=views,
        splits=np.array([splits[entry.path].value for entry in entries]),
        codes=np.array([film_code(hashlib.sha256(entry.path.read_bytes()).hexdigest()) for entry in entries]),
        ages=np.array([np.nan if (age := parse_age(text)) is None else age for text in ages]),
    )


def _read_list() -> Iterator[Entry]:
    """Yield the films of films.csv that are not for the gate; one without patient is its own."""
    with (OTHERS / "films.csv").open(newline="") as stream:
        for row in csv.DictReader(stream):
            if row["use"] != "gate":
                patient = row["patient"] or row["file"]
                path = OTHERS / row["file"]
                yield Entry(path, row["source"], row["label"], f"{row['source']} {patient}", row["view"], row["age"])


def _split_patients(entries: list[Entry]) -> dict[Path, Split]:
    """Return the split of each film: by patient, the same fractions of each source, label and view."""
    strata: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        strata[entry.source, entry.label, entry.view if entry.source == RSNA else ""].append(entry)
    splits = {}
    for stratum, members in strata.items():
        training, validation = FRACTIONS[stratum[0]]
        patients = sorted({entry.patient for entry in members}, key=_shuffle_key)
        places = {patient: (number + 0.5) / len(patients) for number, patient in enumerate(patients)}
        for entry in members:
            place = places[entry.patient]
            splits[entry.path] = SPLITS[(place >= training) + (place >= training + validation)]
    return splits


def _drop_known_patients(entries: list[Entry], splits: dict[Path, Split]) -> list[Entry]:
    """Return the films without those for validation and test whose patient is in training by another source.

    RSNA and NIH share patients, and name some of them alike. Copies of RSNA normals name no patient.
    """
    patients = {entry.path: entry.patient.removeprefix(f"{entry.source} ") for entry in entries}
    trained = {patients[path] for path, split in splits.items() if split is Split.TRAINING}
    return [entry for entry in entries if splits[entry.path] is Split.TRAINING or patients[entry.path] not in trained]


def _shuffle_key(patient: str) -> str:
    return hashlib.sha256(patient.encode()).hexdigest()


def _read_boxes() -> dict[Path, list[tuple[float, ...]]]:
    """Return the boxes of each film, (left, top, right, bottom) in 0..1."""
    boxes: dict[Path, list[tuple[float, ...]]] = defaultdict(list)
    with (OTHERS / "boxes.csv").open(newline="") as stream:
        for row in csv.DictReader(stream):
            width, height = float(row["source_width"]), float(row["source_height"])
            left, top = float(row["x"]) / width, float(row["y"]) / height
            box = (left, top, left + float(row["w"]) / width, top + float(row["h"]) / height)
            boxes[OTHERS / row["file"]].append(box)
    return boxes


def _draw_mask(boxes: list[tuple[float, ...]]) -> np.ndarray:
    """Return which fraction of each cell lies in a box, (28, 28)."""
    mask = np.zeros((SIDE, SIDE), np.float32)
    for left, top, right, bottom in boxes:
        mask[round(SIDE * top) : round(SIDE * bottom), round(SIDE * left) : round(SIDE * right)] = 1
    step = SIDE // MASK_SIDE
    return mask.reshape(MASK_SIDE, step, MASK_SIDE, step).mean((1, 3)).astype(np.float16)
