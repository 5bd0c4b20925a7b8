"""Export a model as an ONNX file for other programs: from a grey picture to calibrated probabilities.

The file has weights in single precision, and everything between the picture and the answer is in
its graph: normalisation, temperature, softmax. What other programs must know beside it, such as
classes and threshold, is in its metadata.
"""

import json
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from core.films.phantoms import draw_phantom
from core.inference.engine import FILMS
from core.inference.film_network import FilmNetwork, build_film_network, export_graph
from core.inference.graph_engine import open_session
from core.inference.graph_metadata import add_metadata
from core.jobs.events import Progressed, Stage
from core.models.events import OnnxExport
from core.models.known_answers import draw_known_films
from core.models.model_file import Model, load_model_in_use
from core.models.model_header import ModelHeader
from core.system.errors import JobFailed, Reason
from core.system.files import write_atomically
from core.system.language import tr
from core.system.outputs import OutputKind, check_output, read_start
from core.system.product import NOTICE, PROGRAM

PROBABILITIES: Final = "probabilities"  # the graph's output, (n, classes)
LARGEST_DIFFERENCE: Final = 1e-5  # of a probability, from this program's own in full precision
FIRST_BYTES: Final = 64  # of an ONNX file, which begins with its producer
PHANTOMS: Final = 4  # compared, beside the self-test films
INPUT: Final = (
    "films: uint8 (n, size_px, size_px), grey, dense tissue white, upright, the whole film reduced to a square "
    "with antialiased bilinear interpolation"
)

# with this program as producer, which follows the version of the format
ONNX_FILE: Final = OutputKind(lambda path: PROGRAM.encode() in read_start(path, FIRST_BYTES))


class ProbabilityNetwork(nn.Module):
    """A model from films (n, size, size) uint8 to calibrated probabilities (n, classes)."""

    def __init__(self, network: FilmNetwork, temperature: float) -> None:
        super().__init__()
        self._network, self._temperature = network, temperature

    def forward(self, films: Tensor) -> Tensor:
        scaled = self._network(films)[1] / self._temperature
        if scaled.shape[1] > 1:
            return torch.softmax(scaled, dim=1)
        return torch.cat([torch.sigmoid(-scaled), torch.sigmoid(scaled)], dim=1)


def export_onnx(
    model: Path | None, output: Path, _cancel: threading.Event, overwrite: bool | None = None
) -> Generator[Progressed, None, OnnxExport]:
    """Write a model file, or the bundled one for None, as an ONNX file.

    The operating point is the one in use on this computer. Too short to be cancelled. overwrite: as
    in `check_output`. Raises JobFailed, also if the file answers otherwise than this program.
    """
    check_output(output, ONNX_FILE, overwrite, (model,))
    yield Progressed(Stage.LOADING_NETWORK, 0, None)
    loaded = load_model_in_use(model)
    yield Progressed(Stage.WRITING, 0, None)
    network = ProbabilityNetwork(build_film_network(loaded), loaded.calibration.temperature).eval()
    graph = export_graph(network, loaded.preprocessing.size_px, [PROBABILITIES])
    graph = add_metadata(graph, describe_model(loaded.header))
    difference = _compare(graph, loaded)
    if not difference <= LARGEST_DIFFERENCE:
        sentence = tr(
            "The ONNX file would give other probabilities than this program, by up to {difference:.2g}, so it was not "
            "written.",
            difference=difference,
        )
        raise JobFailed(Reason.MODEL_INVALID, sentence)
    write_atomically(output, lambda stream: stream.write(graph))
    return OnnxExport(output, loaded.header.name, difference)


def describe_model(header: ModelHeader) -> dict[str, str]:
    """Return the metadata of a model's ONNX file; lists are JSON."""
    texts = {
        "model": header.name,
        "classes": json.dumps(header.classes),
        "finding": header.classes[1] if header.threshold is not None else "",
        "threshold": "" if header.threshold is None else repr(header.threshold),
        "review_band": json.dumps(header.calibration.review_band),
        "size_px": str(header.size_px),
        "input": INPUT,
        "output": f"{PROBABILITIES}: float32 (n, classes), calibrated, in the order of classes",
        "architecture": header.architecture,
        "ages_years": json.dumps(header.ages) if header.ages else "",
        "weights_sha256": str(header.content["sha256"]),
        "licence": str(header.content.get("licence", "")),
        "notice": NOTICE,
    }
    return {f"{PROGRAM.lower()}.{name}": text for name, text in texts.items() if text}


def _compare(graph: bytes, model: Model) -> float:
    """Return the largest difference of a probability between a graph and a model, on phantoms."""
    size = model.preprocessing.size_px
    phantoms = [draw_phantom(seed, seed % 2 == 1, size) for seed in range(PHANTOMS)]
    films = np.concatenate([draw_known_films(size), np.stack(phantoms)])
    (answers,) = open_session(graph).run([PROBABILITIES], {FILMS: films})
    expected = model.probabilities(films)
    return float(np.abs((answers if expected.ndim > 1 else answers[:, 1]) - expected).max())
