"""Recognise what a picture shows: a frontal chest film, or why it is none.

A perceptron with one hidden layer (Rumelhart, Hinton and Williams 1986) on the features of
core/input_checks/gate_features.py. It is trained by packaging/bundled_gate.py.
"""

import base64
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np

from core.input_checks.gate_features import FEATURES, Floats
from core.input_checks.projection import project
from core.system.errors import Reason
from core.system.language import tr

# what a picture may show: an upright frontal chest film, which is not refused, or one of the reasons to refuse it
KINDS: Final[tuple[Reason | None, ...]] = (
    None,
    Reason.ROTATED,
    Reason.INVERTED,
    Reason.TOO_CROPPED,
    Reason.LATERAL_VIEW,
    Reason.NOT_A_CHEST_FILM,
)


@dataclass(frozen=True, slots=True, eq=False)
class Recogniser:
    """Weights of the perceptron.

    hidden: (h, FEATURES). hidden_bias: (h,). output: (len(KINDS), h). output_bias: (len(KINDS),).
    """

    hidden: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: Floats

    def log_probabilities(self, features: Floats) -> Floats:
        """Return logarithms of the probability of each of the KINDS, (n, len(KINDS))."""
        active = np.maximum(project(features, self.hidden) + self.hidden_bias, 0)
        scores = project(active, self.output) + self.output_bias
        return np.asarray(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))

    def to_json_object(self) -> dict[str, Any]:
        """Return JSON values: weights in half precision, in base64."""
        return {name: _encode(getattr(self, name)) for name in self.__dataclass_fields__}

    @classmethod
    def from_json(cls, content: Any) -> Self:
        """Return the recogniser in `content`.

        Raises ValueError, and KeyError or TypeError if entries are missing or malformed.
        """
        hidden, hidden_bias, output, output_bias = (_decode(content[name]) for name in cls.__dataclass_fields__)
        units, kinds = len(hidden_bias), len(KINDS)
        if [len(hidden), len(output), len(output_bias)] != [units * FEATURES, kinds * units, kinds]:
            raise ValueError(tr("the gate's recogniser has another number of weights than this version expects"))
        if not np.isfinite(np.concatenate([hidden, hidden_bias, output, output_bias])).all():
            raise ValueError(tr("the gate's statistics contain invalid numbers"))
        return cls(hidden.reshape(units, FEATURES), hidden_bias, output.reshape(kinds, units), output_bias)


def _encode(weights: Floats) -> str:
    return base64.b64encode(weights.astype("<f2").tobytes()).decode()


def _decode(text: str) -> Floats:
    """Return the weights (n,) in a text. Raises ValueError, and TypeError for what is no text."""
    return np.frombuffer(base64.b64decode(text, validate=True), "<f2").astype(np.float64)
