"""What computes a network for films, and what it returns. Needs neither torch nor ONNX Runtime."""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from core.films.images import Grey

Values = npt.NDArray[np.float32]

FILMS: Final = "films"  # the graph's input: grey films (n, size, size) uint8
LOGITS: Final = "logits"
OUTPUTS: Final = ("features", LOGITS, "evidence")


@dataclass(frozen=True, slots=True, eq=False)
class FilmOutputs:
    """What a network computes for one film, all float32.

    features: input of the head, (features,). logits: (outputs,). evidence: for each logit in each
    part of the film, (outputs, h, w), >= 0; see core/inference/film_network.py.
    """

    features: Values
    logits: Values
    evidence: Values


class Engine(Protocol):
    """Computes films; may be called on several threads at once."""

    def compute(self, film: Grey) -> FilmOutputs:
        """Return the outputs for a grey film (size, size) uint8."""
        ...


def compute_logits(engine: Engine, films: npt.NDArray[np.uint8]) -> Values:
    """Return the logits (n, outputs) of films (n, size, size) uint8, n >= 1."""
    return np.stack([engine.compute(film).logits for film in films])
