"""Warn if a batch of films differs from a model's validation films; no single film is refused.

The Kolmogorov-Smirnov test compares the gap with its critical value here: importing scipy.stats for
`ks_2samp` would begin every screening a second later. A test compares the two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from core.metrics.roc import Floats
from core.system.language import marked, tr

QUANTILES: Final = 200  # stored of each measure in a model file
MIN_FILMS: Final = 40  # fewer films give no warning
MAX_GAP: Final = 0.35  # between distribution functions; smaller gaps, though significant, do not affect predictions
SIGNIFICANT_GAP: Final = sqrt(-log(1e-4 / 2) / 2)  # at p = 1e-4: first term of Kolmogorov's series, others are < 1e-16
MEASURES: Final = {
    "brightness": marked("mean grey value"),
    "contrast": marked("spread of grey values"),
    "sharpness": marked("amount of fine detail"),
    "darkest": marked("grey value of the darkest parts"),
    "brightest": marked("grey value of the brightest parts"),
}
TAILS: Final = np.array([0.05, 0.95])  # fractions of a film's pixels that are darker than "darkest" and "brightest"
SCORE: Final = "score"
DRIFT: Final = "drift"  # key in model files


@dataclass(frozen=True, slots=True)
class Reference:
    """Values of each measure over the validation films, or quantiles of them.

    The measure "score" holds the probabilities of class 1.
    """

    values: Mapping[str, Floats]

    def to_json_object(self) -> dict[str, Any]:
        """Return JSON values, at most QUANTILES quantiles of each measure."""
        return {name: _quantiles(values) for name, values in self.values.items()}

    @classmethod
    def from_json(cls, content: Any) -> Self | None:
        """Return the reference in a model file's JSON, None if it has none.

        Raises ValueError or TypeError if it is invalid.
        """
        if content is None:
            return None
        values = {str(name): np.array(numbers, np.float64) for name, numbers in dict(content).items()}
        if not all(len(numbers) and np.isfinite(numbers).all() for numbers in values.values()):
            raise ValueError("reference")
        return cls(values)


def _quantiles(values: Floats) -> list[float]:
    levels = np.linspace(0, 1, min(QUANTILES, len(values)))
    return [round(float(value), 5) for value in np.quantile(values, levels)]


def measure_films(films: npt.NDArray[np.uint8]) -> dict[str, Floats]:
    """Return the MEASURES of grey films (n, size, size) uint8, each (n,)."""
    # film by film, so that all values stay in the processor's cache
    rows = [_measure_film(film) for film in films]
    return dict(zip(MEASURES, np.array(rows, np.float64).reshape(-1, len(MEASURES)).T, strict=True))


def _measure_film(film: npt.NDArray[np.uint8]) -> tuple[float, ...]:
    """Return the MEASURES of one film (size, size), in their order."""
    grey = film.astype(np.float32)
    # sums of rows are whole numbers, in float32 exact up to 258 pixels
    brightness = float(grey.sum(axis=1).sum(dtype=np.float64)) / film.size
    squares = float(np.einsum("ij,ij->i", grey, grey).sum(dtype=np.float64)) / film.size
    contrast = sqrt(max(0.0, squares - brightness * brightness))
    sharpness = _measure_detail(film) / max(contrast, 1)
    ordered = np.sort(film[::4, ::4], axis=None, kind="stable")  # a radix sort
    dark, bright = np.interp(TAILS * (ordered.size - 1), np.arange(ordered.size), ordered)  # as np.quantile does
    return brightness, contrast, sharpness, dark, bright


def _measure_detail(film: npt.NDArray[np.uint8]) -> float:
    """Return the mean magnitude of the Laplacian of a film (size, size) inside its border."""
    size = len(film)
    values = film.ravel().astype(np.int16)
    laplacian = 4 * values[size:-size]  # of whole rows, in one piece; columns at the border are dropped below
    laplacian -= values[: -2 * size]
    laplacian -= values[2 * size :]
    laplacian -= values[size - 1 : -size - 1]
    laplacian -= values[size + 1 : 1 - size]
    np.abs(laplacian, out=laplacian)
    return float(laplacian.reshape(-1, size)[:, 1:-1].sum(dtype=np.int64)) / (size - 2) ** 2


def are_distributed_differently(first: Floats, second: Floats) -> bool:
    """Return whether the distribution functions of two samples differ by more than MAX_GAP, and not by chance.

    That is the two-sample Kolmogorov-Smirnov test, with the correction of Stephens 1970 for its
    size. SciPy has it, but importing scipy.stats took over a quarter of the time of a screening of
    60 films; the tests compare the two.
    """
    points = np.concatenate([first, second])
    fractions = [np.searchsorted(np.sort(sample), points, side="right") / len(sample) for sample in (first, second)]
    gap = float(np.abs(fractions[0] - fractions[1]).max())
    root = sqrt(len(first) * len(second) / len(points))
    return gap > MAX_GAP and (root + 0.12 + 0.11 / root) * gap > SIGNIFICANT_GAP


class DriftMonitor:
    """Collects the measures of a batch during screening and compares them with the reference."""

    def __init__(self, reference: Reference | None) -> None:
        self._reference = reference
        self._values: dict[str, list[Floats]] = {}

    def add(self, measures: Mapping[str, Floats], probabilities: Floats) -> None:
        """Add what `measure_films` tells of films as the network saw them, and their probabilities.

        probabilities: of class 1, (n,). Those of several classes, (n, classes), are not compared.
        """
        if self._reference is None:
            return
        scores = {SCORE: probabilities} if probabilities.ndim == 1 else {}
        for name, numbers in {**measures, **scores}.items():
            self._values.setdefault(name, []).append(numbers)

    def format_warnings(self) -> tuple[str, ...]:
        """Return sentences on film measures and probabilities that differ from the reference."""
        if self._reference is None:
            return ()
        differing = [name for name, batches in self._values.items() if self._differs(name, np.concatenate(batches))]
        return _format_differences(differing)

    def _differs(self, name: str, values: Floats) -> bool:
        expected = self._reference.values.get(name) if self._reference else None
        if expected is None or len(values) < MIN_FILMS or len(expected) < MIN_FILMS:
            return False
        return are_distributed_differently(values, expected)


def _format_differences(differing: Sequence[str]) -> tuple[str, ...]:
    sentences = []
    pixels = [tr(MEASURES[name]) for name in differing if name in MEASURES]
    if pixels:
        sentence = tr(
            "These films differ from those that the model was validated with ({measures}). Is the "
            "detector or the image processing new? Check some films by hand; an acceptance test "
            "shows whether the model is still valid.",
            measures=", ".join(pixels),
        )
        sentences.append(sentence)
    if SCORE in differing:
        sentence = tr(
            "The probabilities are distributed differently from those of the validation films: these "
            "films have more or fewer findings, or are of another kind."
        )
        sentences.append(sentence)
    return tuple(sentences)
