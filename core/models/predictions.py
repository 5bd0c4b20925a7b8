"""A model's predictions on labelled films, as stored in model files to fit operating points."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from core.input_checks.likeness import Mask
from core.metrics.intervals import Groups
from core.metrics.roc import Floats, Labels
from core.models.calibration import Logits, compute_probabilities

DIGITS: Final = 5  # decimals of stored logits; rounding moves a probability by less than 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """Logits and labels of films.

    labels: (n,). logits: (n, 1 or classes) float32. patients: (n,) numbered from 0.
    films: the short code of each. unlike: which films are unlike those that the model was validated
    on, (n,); None where the model cannot tell.
    """

    labels: Labels
    logits: Logits
    patients: Groups
    films: tuple[str, ...]
    unlike: Mask | None = None

    def probabilities(self, temperature: float) -> Floats:
        """Return probabilities: (n,) of class 1, or (n, classes)."""
        return compute_probabilities(self.logits, temperature)

    def to_json_object(self) -> dict[str, Any]:
        """Return JSON values; patient numbers only say which films belong together."""
        content = {
            "labels": self.labels.tolist(),
            "logits": [[round(float(value), DIGITS) for value in row] for row in self.logits],
            "patients": self.patients.tolist(),
            "films": list(self.films),
        }
        return content if self.unlike is None else {**content, "unlike": np.flatnonzero(self.unlike).tolist()}


def predictions_from_json(content: Any) -> Predictions | None:
    """Parse the predictions in a model file's JSON; None for None.

    Raises ValueError, TypeError or KeyError for broken content.
    """
    if content is None:
        return None
    labels, patients, numbers = (np.array(content[name]) for name in ("labels", "patients", "logits"))
    if (labels.dtype.kind, patients.dtype.kind) != ("i", "i") or numbers.dtype.kind not in "if":
        raise TypeError("validation")
    logits = numbers.astype(np.float32).reshape(len(labels), -1)
    films = tuple(str(code) for code in content["films"])
    is_complete = labels.shape == patients.shape == (len(films),) and min(labels.min(), patients.min()) >= 0
    if not is_complete or not np.isfinite(logits).all():
        raise ValueError("validation")
    return Predictions(labels, logits, patients, films, _parse_unlike(content.get("unlike"), len(films)))


def _parse_unlike(numbers: Any, count: int) -> Mask | None:
    """Return which of `count` films are listed by number; None for None. Raises ValueError or TypeError."""
    if numbers is None:
        return None
    if not isinstance(numbers, list) or any(type(number) is not int for number in numbers):
        raise TypeError("unlike")
    if not all(0 <= number < count for number in numbers):
        raise ValueError("unlike")
    return np.isin(np.arange(count), numbers)
