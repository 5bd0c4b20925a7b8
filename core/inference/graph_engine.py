"""Run a network's ONNX graph with ONNX Runtime, film by film. Needs no torch."""

from typing import Any, Final

import onnxruntime

from core.films.images import Grey
from core.inference.engine import FILMS, OUTPUTS, FilmOutputs

onnxruntime.disable_telemetry_events()  # for builds that do not read what core/__init__.py sets

FATAL_ONLY: Final = 4  # severity of ONNX Runtime's log; its errors are raised, too
# it would move 8 bits before the pooling after the first convolution, which is then computed 6 times as slowly
DISABLED: Final = ("QDQPropagationTransformer",)


class GraphEngine:
    """An ONNX graph, as core/inference/film_network.py makes them.

    Films are computed one at a time, on the calling thread alone. So a film's answer depends on no
    other film and no number of threads, and threads that decode films are busy to the end.
    """

    def __init__(self, graph: bytes) -> None:
        self._session = open_session(graph)

    def compute(self, film: Grey) -> FilmOutputs:
        features, logits, evidence = self._session.run(OUTPUTS, {FILMS: film[None]})
        return FilmOutputs(features[0], logits[0], evidence[0])


def open_session(graph: bytes, threads: int = 1) -> Any:
    """Return an ONNX Runtime session. threads: that compute, with 1 only the calling one.

    Raises ONNX Runtime's errors.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = FATAL_ONLY
    return onnxruntime.InferenceSession(
        graph, options, providers=["CPUExecutionProvider"], disabled_optimizers=list(DISABLED)
    )
