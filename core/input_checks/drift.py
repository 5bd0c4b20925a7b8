"""Whether a batch of films looks like those that a model was validated with. Warns; decides nothing about a film."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, sqrt
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from core.metrics.roc import Floats
from core.system.language import marked, tr

KEPT: Final = 200  # values of each measure in a model file: quantiles of the validation films
FEWEST: Final = 40  # films below which nothing is said
LARGEST_GAP: Final = 0.35  # between distribution functions; a gap that is real but smaller does not matter to answers
SIGNIFICANT: Final = 1e-4
MEASURES: Final = {
    "brightness": marked("mean grey value"),
    "contrast": marked("spread of grey values"),
    "sharpness": marked("share of fine detail"),
    "darkest": marked("grey value of the darkest parts"),
    "brightest": marked("grey value of the brightest parts"),
}
SCORE: Final = "score"
DRIFT: Final = "drift"  # in model files


@dataclass(frozen=True, slots=True)
class Reference:
    """For each measure its sorted values over validation films; "score": the probabilities of class 1."""

    values: Mapping[str, Floats]

    def to_json_object(self) -> dict[str, Any]:
        """The same as JSON values, each measure as KEPT quantiles."""
        return {name: _quantiles(values) for name, values in self.values.items()}


def _quantiles(values: Floats) -> list[float]:
    return [round(float(value), 5) for value in np.quantile(values, np.linspace(0, 1, min(KEPT, len(values))))]


def reference_from_json(content: Any) -> Reference | None:
    """The reference in a model file's JSON, None where it has none. Raises ValueError or TypeError if broken."""
    if content is None:
        return None
    values = {str(name): np.array(numbers, np.float64) for name, numbers in dict(content).items()}
    if not all(len(numbers) and np.isfinite(numbers).all() for numbers in values.values()):
        raise ValueError("reference")
    return Reference(values)


def measure_films(films: npt.NDArray[np.uint8]) -> dict[str, Floats]:
    """MEASURES of grey films (n, size, size) uint8, each (n,)."""
    values = films.astype(np.int16)
    detail = np.abs(4 * values[:, 1:-1, 1:-1] - values[:, :-2, 1:-1] - values[:, 2:, 1:-1] - values[:, 1:-1, :-2]
                    - values[:, 1:-1, 2:])  # fmt: skip
    spread = values.std(axis=(1, 2), dtype=np.float32)
    dark, bright = np.quantile(films[:, ::4, ::4], [0.05, 0.95], axis=(1, 2))
    found = {
        "brightness": values.mean(axis=(1, 2)),
        "contrast": spread,
        "sharpness": detail.mean(axis=(1, 2)) / np.maximum(spread, 1),
        "darkest": dark,
        "brightest": bright,
    }
    return {name: np.asarray(numbers, np.float64) for name, numbers in found.items()}


def kolmogorov_smirnov(first: Floats, second: Floats) -> tuple[float, float]:
    """The largest gap between two distribution functions, and how probable such a one is by chance.

    Two-sample Kolmogorov-Smirnov, with the asymptotic distribution of Smirnov 1948 in Stephens' 1970 form.
    """
    grid = np.concatenate([first, second])
    below = [np.searchsorted(np.sort(values), grid, side="right") / len(values) for values in (first, second)]
    largest = float(np.abs(below[0] - below[1]).max())
    films = sqrt(len(first) * len(second) / (len(first) + len(second)))
    scaled = (films + 0.12 + 0.11 / films) * largest
    terms = (2 * (-1) ** (k - 1) * exp(-2 * k * k * scaled * scaled) for k in range(1, 101))
    return largest, min(1.0, max(0.0, sum(terms))) if scaled > 0.2 else 1.0


class DriftMonitor:
    """Collects a batch's measures as it is screened, and says at the end what differs."""

    def __init__(self, reference: Reference | None) -> None:
        self._reference = reference
        self._values: dict[str, list[Floats]] = {}

    def add(self, films: npt.NDArray[np.uint8], probabilities: Floats) -> None:
        """Films (n, size, size) as the network was given them; probabilities (n,) of class 1, or (n, classes)."""
        if self._reference is None or not len(films):
            return
        found = measure_films(films)
        if probabilities.ndim == 1:
            found[SCORE] = probabilities
        for name, numbers in found.items():
            self._values.setdefault(name, []).append(numbers)

    def warnings(self) -> tuple[str, ...]:
        """One sentence on what looks otherwise than the validation films, or none."""
        if self._reference is None:
            return ()
        differing = [name for name, parts in self._values.items() if self._differs(name, np.concatenate(parts))]
        return _in_words(differing)

    def _differs(self, name: str, values: Floats) -> bool:
        known = self._reference.values.get(name) if self._reference else None
        if known is None or len(values) < FEWEST or len(known) < FEWEST:
            return False
        largest, chance = kolmogorov_smirnov(values, known)
        return largest > LARGEST_GAP and chance < SIGNIFICANT


def _in_words(differing: Sequence[str]) -> tuple[str, ...]:
    said = []
    pixels = [tr(MEASURES[name]) for name in differing if name in MEASURES]
    if pixels:
        sentence = tr(
            "These films look otherwise than those that the model was validated with ({measures}): a new "
            "detector or other processing? Check some by hand; an acceptance test tells whether the model still holds.",
            measures=", ".join(pixels),
        )
        said.append(sentence)
    if SCORE in differing:
        sentence = tr(
            "The answers are spread otherwise than on the validation films: more or fewer findings among these films, "
            "or films of another kind."
        )
        said.append(sentence)
    return tuple(said)
