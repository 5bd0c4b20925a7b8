"""Run a network's ONNX graph with ONNX Runtime, film by film. Needs no torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime

from core.films.images import Grey

onnxruntime.disable_telemetry_events()  # for builds that do not read what core/__init__.py sets

Values = npt.NDArray[np.float32]

FILMS: Final = "films"  # the graph's input: grey films (n, size, size) uint8
LOGITS: Final = "logits"
OUTPUTS: Final = ("features", LOGITS, "evidence")
ERRORS_ONLY: Final = 3  # severity of ONNX Runtime's log
# it would move 8 bits before the pooling after the first convolution, which is then computed 6 times as slowly
DISABLED: Final = ("QDQPropagationTransformer",)


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


class GraphEngine:
    """An ONNX graph, as core/inference/film_network.py makes them.

    Films are computed one at a time, on the calling thread alone. So a film's answer depends on no
    other film and no number of threads, and threads that decode films are busy to the end.
    metadata: texts that were stored with the graph.
    """

    def __init__(self, graph: bytes) -> None:
        self._session = open_session(graph)
        self.metadata: Mapping[str, str] = self._session.get_modelmeta().custom_metadata_map

    def compute(self, film: Grey) -> FilmOutputs:
        features, logits, evidence = self._session.run(OUTPUTS, {FILMS: film[None]})
        return FilmOutputs(features[0], logits[0], evidence[0])


def open_session(graph: bytes) -> Any:
    """Return an ONNX Runtime session that computes on the calling thread. Raises ONNX Runtime's errors."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    return onnxruntime.InferenceSession(
        graph, options, providers=["CPUExecutionProvider"], disabled_optimizers=list(DISABLED)
    )


def compute_logits(engine: Engine, films: npt.NDArray[np.uint8]) -> Values:
    """Return the logits (n, outputs) of films (n, size, size) uint8, n >= 1."""
    return np.stack([engine.compute(film).logits for film in films])
