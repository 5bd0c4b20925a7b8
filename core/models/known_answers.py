"""The self-test films of a model, and the answers that its file stores for them."""

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from core.films.images import resize
from core.films.phantoms import draw_self_test_films
from core.metrics.roc import Floats
from core.models.model_header import ModelHeader, invalid_model
from core.system.language import tr

# more than rounding differs between CPUs, less than an error of 0.5 % in a weight changes
KNOWN_TOLERANCE: Final = 1e-3
LEAST: Final = 1e-12  # probability that log-odds tell from 0


def draw_known_films(size_px: int) -> npt.NDArray[np.uint8]:
    """Return the self-test phantoms at a model's input size, (4, size, size)."""
    return np.stack([resize(film, size_px, size_px) for film in draw_self_test_films()])


def read_known_answers(path: Path, header: ModelHeader) -> Floats:
    """Return the probabilities that a model file stores for its self-test films.

    With two classes (1, 4), of the finding; else (4, classes). Raises JobFailed (model_invalid).
    """
    try:
        return np.atleast_2d(np.array(header.content["self_test"], np.float64))
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        why = tr("its description is incomplete or not valid ({what})", what="self_test")
        raise invalid_model(path, why) from error


def are_close(answers: Floats, expected: Floats, tolerance: float = KNOWN_TOLERANCE) -> bool:
    """Return whether probabilities are those expected; values that are no numbers are not."""
    answers, expected = np.atleast_2d(answers), np.atleast_2d(expected)
    return answers.shape == expected.shape and bool(np.abs(answers - expected).max() <= tolerance)


def check_known_answers(path: Path, header: ModelHeader, answers: Floats, tolerance: float = KNOWN_TOLERANCE) -> Floats:
    """Return the stored answers of a model file; raise JobFailed (model_invalid) if `answers` are not close to them."""
    expected = read_known_answers(path, header)
    if not are_close(answers, expected, tolerance):
        why = tr("its outputs on the self-test films differ from those stored with it; get a new copy")
        raise invalid_model(path, why)
    return expected


def log_odds(probabilities: Floats) -> Floats:
    """Return the natural logarithms of odds, which tell apart also probabilities near 0 and 1."""
    inside = np.clip(np.asarray(probabilities, np.float64), LEAST, 1 - LEAST)
    return np.asarray(np.log(inside) - np.log1p(-inside))
