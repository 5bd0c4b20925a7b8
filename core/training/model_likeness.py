"""Fit what the films of a finished training look like to its network."""

import threading
from typing import Final

import numpy as np
import numpy.typing as npt

from core.datasets.decoded_films import DecodedFilms
from core.input_checks.likeness import Features, Likeness, Mask, fit_likeness
from core.models.model_file import Model

MOST_FILMS: Final = 2000  # of each split; more hardly change which films are unlike


def fit_model_likeness(
    model: Model, training: DecodedFilms, of_validation: Features, cancel: threading.Event
) -> tuple[Likeness | None, Mask | None]:
    """Return the likeness of a model, and which of its validation films are unlike the training films, (n,).

    of_validation: features of the validation films, (n, m). Both are None for too few films, or if
    `cancel` is set meanwhile.
    """
    chosen = _sample(len(training.labels))
    features, _ = model.features_and_logits(training.pixels[chosen], cancel)
    if cancel.is_set():
        return None, None
    likeness = fit_likeness(features, training.labels[chosen], of_validation[_sample(len(of_validation))])
    return likeness, None if likeness is None else likeness.is_unlike(of_validation)


def _sample(count: int) -> npt.NDArray[np.int64]:
    """Return at most MOST_FILMS of the indices below `count`, drawn at random, in their order."""
    return np.sort(np.random.default_rng(0).permutation(count)[:MOST_FILMS])
