"""Score the films of a dataset and keep what else is known of each film."""

import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.datasets.class_names import class_key
from core.datasets.dataset import Dataset, Film
from core.datasets.decoded_films import decode_films
from core.datasets.dicom_patients import name_dicom_patients
from core.datasets.entries import FilmLeftOut
from core.datasets.survey import collect_properties
from core.films.film_code import film_code
from core.films.film_properties import FilmProperties
from core.input_checks.likeness import Features
from core.jobs.events import Noted, Progressed, Stage
from core.jobs.progress import Pace
from core.metrics.intervals import group_numbers
from core.models.calibration import Logits
from core.models.model_file import BATCH, Model
from core.models.predictions import Predictions
from core.models.validated_films import find_unlike
from core.system.errors import JobFailed, Reason
from core.system.language import tr, tr_count


@dataclass(frozen=True, slots=True)
class ScoredFilms:
    """Readable films of a dataset with their predictions.

    films: in the order of the predictions. properties: one for each film.
    left_out: the unreadable films.
    """

    films: tuple[Film, ...]
    properties: tuple[FilmProperties, ...]
    predictions: Predictions
    left_out: tuple[FilmLeftOut, ...]


def score_in_batches(
    model: Model,
    films: Sequence[Film],
    store: Path,
    cancel: threading.Event,
    known: frozenset[str] = frozenset(),
) -> Generator[Progressed | Noted | FilmLeftOut, None, ScoredFilms | None]:
    """Read and score films; returns None if cancelled.

    store: file for the decoded films, removed at the end. known: codes of films to leave out.
    Raises JobFailed (dataset_invalid) where no film is left.
    """
    properties, left_out = yield from collect_properties(films, cancel)
    if cancel.is_set():
        return None
    codes = {path: film_code(film.sha256) for path, film in properties.items()}
    unknown = [film for film in films if film.path in codes and codes[film.path] not in known]
    wanted, _ = name_dicom_patients(unknown, properties)
    if len(wanted) < len(properties):
        yield Noted(_format_left_out(len(properties) - len(wanted)))
    try:
        readable, pixels = yield from decode_films(wanted, model.preprocessing.size_px, store, cancel)
        outputs = yield from _compute_outputs(model, pixels, len(readable), cancel)
    finally:
        store.unlink(missing_ok=True)
    if outputs is None or cancel.is_set():
        return None
    if not readable:
        sentence = tr("There are no films to evaluate: none can be read, or the model was made with all of them.")
        raise JobFailed(Reason.DATASET_INVALID, sentence)
    features, logits = outputs
    ages = [properties[film.path].age_years for film in readable]  # as screening knows them
    predictions = Predictions(
        labels=np.array([film.label for film in readable], dtype=np.int64),
        logits=logits,
        patients=group_numbers([film.patient for film in readable]),
        films=tuple(codes[film.path] for film in readable),
        unlike=find_unlike(model.header, features, ages),
    )
    return ScoredFilms(tuple(readable), tuple(properties[film.path] for film in readable), predictions, tuple(left_out))


def _format_left_out(count: int) -> str:
    return tr_count(
        "{count} film that the model was made with is left out.",
        "{count} films that the model was made with are left out.",
        count,
    )


def _compute_outputs(
    model: Model, pixels: npt.NDArray[np.uint8], films: int, cancel: threading.Event
) -> Generator[Progressed, None, tuple[Features, Logits] | None]:
    """Return the input of the head and the logits of `films` decoded films; None if cancelled."""
    batches: list[tuple[Features, Logits]] = []
    pace = Pace(Stage.TESTING, films)
    for start in range(0, films, BATCH):
        if cancel.is_set():
            return None
        batches.append(model.features_and_logits(pixels[start : start + BATCH]))
        if progress := pace.progress_at(min(start + BATCH, films)):
            yield progress
    if not batches:
        return np.zeros((0, 0), np.float32), np.zeros((0, 0), np.float32)
    features, logits = zip(*batches, strict=True)
    return np.concatenate(features), np.concatenate(logits)


def is_same(names: Sequence[str], others: Sequence[str]) -> bool:
    """Return True if class names are the same but for spelling and order."""
    return {class_key(name) for name in names} == {class_key(name) for name in others}


def check_classes(model: Model, dataset: Dataset) -> Dataset:
    """Return the dataset with its labels in the model's class order.

    Case, accents and separators of class names do not count. Two classes with other names are those
    of the model where the finding of both is known; a note says so. Raises JobFailed
    (dataset_invalid) where the classes are not those of the model.
    """
    classes = model.header.classes
    keys = [class_key(name) for name in classes]
    if len(classes) == 2 and dataset.finding and dataset.is_finding_certain and not is_same(dataset.classes, classes):
        note = tr(
            "The dataset's classes {given} were compared with those of the model, {expected}.",
            given=", ".join(dataset.classes),
            expected=", ".join(classes),
        )
        return replace(dataset, classes=classes, notes=(*dataset.notes, note))
    if not is_same(dataset.classes, classes):
        sentence = tr(
            "The dataset's classes ({given}) are not those of the model ({expected}).",
            given=", ".join(dataset.classes),
            expected=", ".join(classes),
        )
        raise JobFailed(Reason.DATASET_INVALID, sentence)
    order = [keys.index(class_key(name)) for name in dataset.classes]
    films = tuple(replace(film, label=order[film.label]) for film in dataset.films)
    return replace(dataset, classes=classes, films=films)
