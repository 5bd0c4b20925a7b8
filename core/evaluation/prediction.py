"""A model's answers on the films of a dataset, with what else is known of each film. Judges nothing."""

import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.datasets.dataset import Dataset, Film
from core.datasets.decoded_films import decode_films
from core.datasets.events import FilmLeftOut
from core.datasets.survey import collect_properties
from core.films.film_code import film_code
from core.films.film_properties import FilmProperties
from core.jobs.events import Noted, Progressed, Stage
from core.jobs.progress import Pace
from core.metrics.intervals import group_numbers
from core.models.model_file import BATCH, Model
from core.models.predictions import Predictions
from core.system.errors import JobFailed, Reason
from core.system.language import tr, tr_count


@dataclass(frozen=True, slots=True)
class ScoredFilms:
    """films: readable ones, in the order of the answers. facts: of each. left_out: the unreadable ones."""

    films: tuple[Film, ...]
    facts: tuple[FilmProperties, ...]
    answers: Predictions
    left_out: tuple[FilmLeftOut, ...]


def score_in_batches(
    model: Model,
    films: Sequence[Film],
    store: Path,
    cancel: threading.Event,
    known: frozenset[str] = frozenset(),
) -> Generator[Progressed | Noted | FilmLeftOut, None, ScoredFilms | None]:
    """Read and score films, decoded into the file `store`, which is removed again; None where it was cancelled.

    known: codes of films to leave out. Raises JobFailed where no film is left.
    """
    facts, left_out = yield from collect_properties(films, cancel)
    if cancel.is_set():
        return None
    wanted = [film for film in films if film.path in facts and film_code(facts[film.path].sha256) not in known]
    if len(wanted) < len(facts):
        count = len(facts) - len(wanted)
        sentence = tr_count(
            "{count} film that the model was made with is left out.",
            "{count} films that the model was made with are left out.",
            count,
        )
        yield Noted(sentence)
    try:
        readable, pixels = yield from decode_films(wanted, model.preprocessing.size_px, store, cancel)
        rows, pace = [], Pace(Stage.TESTING, len(readable))
        for start in range(0, len(readable), BATCH):
            if cancel.is_set():
                return None
            rows.append(model.logits(pixels[start : start + BATCH]))
            if progress := pace.at(min(start + BATCH, len(readable))):
                yield progress
    finally:
        store.unlink(missing_ok=True)
    if cancel.is_set():
        return None
    if not rows:
        sentence = tr("There is no film to evaluate: none can be read, or the model was made with all.")
        raise JobFailed(Reason.DATASET_INVALID, sentence)
    labels = np.array([film.label for film in readable], dtype=np.int64)
    patients = group_numbers([film.patient for film in readable])
    codes = tuple(film_code(facts[film.path].sha256) for film in readable)
    answers = Predictions(labels, np.concatenate(rows), patients, codes)
    return ScoredFilms(tuple(readable), tuple(facts[film.path] for film in readable), answers, tuple(left_out))


def check_classes(model: Model, dataset: Dataset) -> Dataset:
    """The dataset with its labels in the model's order. Raises JobFailed where its classes are not the model's."""
    classes = model.header.classes
    if set(dataset.classes) != set(classes):
        sentence = tr(
            "The dataset's classes ({given}) are not those of the model ({expected}).",
            given=", ".join(dataset.classes),
            expected=", ".join(classes),
        )
        raise JobFailed(Reason.DATASET_INVALID, sentence)
    order = [classes.index(name) for name in dataset.classes]
    films = tuple(replace(film, label=order[film.label]) for film in dataset.films)
    return replace(dataset, classes=classes, films=films)
