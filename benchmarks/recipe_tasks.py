"""The tasks that recipes are measured on: films, classes and splits that are fair to the bundled model."""

import csv
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from core.datasets.dataset import Dataset, Film, read_dataset
from core.datasets.entries import Split
from core.datasets.splits import VALIDATION_FRACTION, assign_splits
from core.films.film_code import film_code
from core.models.model_header import bundled_model_path, read_header

DATA: Final = Path(__file__).parents[2] / "shared/data"
REAL: Final = DATA / "kermany-224"
OTHERS: Final = DATA / "other-sources/films.csv"
TEST_FILMS: Final = 100  # of each class


def read_bundled_splits() -> Dataset:
    """Return the films in the splits of the bundled model.

    The model was made before copies were kept in one split. It may know films of other sources as
    well. Ends the program if these films or their splits are not those of the model.
    """
    dataset = assign_splits(read_dataset(REAL), 0)
    header, every = read_header(bundled_model_path()), _read_codes(dataset.films)
    if any(_read_codes(dataset.of_split(split)) != header.film_codes(split) & every for split in Split):
        sys.exit("These are not the films, or not the splits, that the bundled model was made with.")
    return dataset


def _read_codes(films: Sequence[Film]) -> set[str]:
    """Return the codes of the films' contents."""
    return {_read_code(film) for film in films}


def _read_code(film: Film) -> str:
    return film_code(sha256(film.path.read_bytes()).hexdigest())


def read_causes() -> Dataset:
    """Return another task on the same films and splits: bacterial or viral pneumonia, from the file name."""
    dataset = read_bundled_splits()
    films = [film for film in dataset.films if dataset.classes[film.label] == "PNEUMONIA"]
    films = [replace(film, label=int("virus" in film.path.name)) for film in films]
    return replace(dataset, classes=("BACTERIA", "VIRUS"), films=tuple(films))


def read_adults() -> Dataset:
    """Return RSNA's films of adults that radiologists called normal or pneumonia.

    In the splits of the bundled model if it knows them; else TEST_FILMS of each class are drawn for
    testing, and VALIDATION_FRACTION of the rest for validation, by patient.
    """
    with OTHERS.open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["source"] == "rsna_dicom" and row["label"] != "OTHER"]
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "films.csv"
        with path.open("w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["file", "label", "patient"])
            writer.writerows([OTHERS.parent / row["file"], row["label"], row["patient"]] for row in rows)
        dataset = read_dataset(path)
    header = read_header(bundled_model_path())
    splits = {code: split for split in Split for code in header.film_codes(split)}
    films = [replace(film, split=splits.get(_read_code(film))) for film in dataset.films]
    if any(film.split for film in films):
        return replace(dataset, films=tuple(film for film in films if film.split))
    return replace(dataset, films=tuple(_draw_unknown(films)))


def _draw_unknown(films: list[Film]) -> list[Film]:
    """Return films that the bundled model does not know in splits of their own."""
    drawn: list[Film] = []
    for label in range(2):
        rest, order = [film for film in films if film.label == label], random.Random(200 + label)
        for split in (Split.TEST, Split.VALIDATION):
            count = TEST_FILMS if split is Split.TEST else round(VALIDATION_FRACTION * len(rest))
            chosen = draw_by_patient(rest, count, order)
            patients = {film.patient for film in chosen}
            drawn += [replace(film, split=split) for film in chosen]
            rest = [film for film in rest if film.patient not in patients]
        drawn += [replace(film, split=Split.TRAINING) for film in rest]
    return drawn


TASKS: Final[dict[str, Callable[[], Dataset]]] = {
    "children": read_bundled_splits,
    "adults": read_adults,
    "causes": read_causes,
}


def draw_by_patient(films: list[Film], count: int, order: random.Random) -> list[Film]:
    """Draw patients at random and return `count` of their films; fewer if there are not so many."""
    patients: dict[str, list[Film]] = {}
    for film in films:
        patients.setdefault(film.patient, []).append(film)
    names = sorted(patients)
    order.shuffle(names)
    drawn: list[Film] = []
    for name in names:
        if len(drawn) >= count:
            break
        drawn += patients[name][: count - len(drawn)]
    return drawn


def draw_splits(dataset: Dataset, films: int, seed: int, test_films: int = TEST_FILMS) -> list[Film]:
    """Draw films of all splits.

    films: for training and validation together; 0 for all. test_films: of each class, the same for
    every seed, none of them identical to a film of another split.
    """
    digests = {film.path: sha256(film.path.read_bytes()).digest() for film in dataset.films}
    elsewhere = {digests[film.path] for film in dataset.films if film.split is not Split.TEST}
    drawn: list[Film] = []
    for label in range(2):
        by_split = {split: [film for film in dataset.of_split(split) if film.label == label] for split in Split}
        unique = [film for film in by_split[Split.TEST] if digests[film.path] not in elsewhere]
        test = draw_by_patient(unique, test_films, random.Random(100 + label))
        patients = {film.patient for film in test}
        unused = [film for film in by_split[Split.TEST] if film.patient not in patients]
        training = by_split[Split.TRAINING] + [replace(film, split=Split.TRAINING) for film in unused]
        validation = by_split[Split.VALIDATION]
        order = random.Random(1000 * seed + label)
        if films:
            count = round(films / 2 * VALIDATION_FRACTION)
            validation = draw_by_patient(validation, count, order)
            training = draw_by_patient(training, films // 2 - count, order)
        drawn += test + validation + training
    return drawn
