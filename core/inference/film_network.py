"""Build the network from 8-bit films to everything that screening needs, and export it as an ONNX graph."""

import copy
import io
import threading
import warnings
from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from core.films.images import Grey
from core.inference.engine import FILMS, OUTPUTS, FilmOutputs
from core.models.model_file import Model
from core.networks.architectures import ARCHITECTURES, Network
from core.networks.preprocessing import Preprocessing, network_input, per_film_input, to_unit_range
from core.recipes.recipe import Normalisation

OPSET: Final = 17  # of ONNX operators: known to every runtime since 2022


class FilmNetwork(nn.Module):
    """A network with its preprocessing and the evidence for each of its logits, in evaluation mode.

    forward: grey films (n, size, size) uint8 to features, the input of the head (n, features);
    logits (n, outputs); and evidence (n, outputs, h, w), all float32. Evidence is Grad-CAM as
    `core.inference.grad_cam.compute_evidence` computes it, in closed form: between the last feature
    maps and the logits there is only the mean over each map, after a ReLU in some networks, and the
    linear head. So the gradient of a logit is the weight of the head, divided by h * w, and 0 where
    the ReLU is not active (Selvaraju et al. 2017, section 3.1).
    """

    def __init__(self, network: Network, architecture: str, preprocessing: Preprocessing) -> None:
        super().__init__()
        self._preprocessing = preprocessing
        self.size_px = preprocessing.size_px
        self._architecture = ARCHITECTURES[architecture]
        self.backbone, self.head = copy.deepcopy(network.backbone), copy.deepcopy(network.head)
        self.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
        self.eval().requires_grad_(requires_grad=False)
        # three equal input channels are equivalent to one, with the kernels summed over channels
        self._one_channel = preprocessing.normalisation is Normalisation.PER_FILM
        if self._one_channel:
            stem = next(module for module in self.backbone.modules() if isinstance(module, nn.Conv2d))
            stem.weight = nn.Parameter(stem.weight.sum(dim=1, keepdim=True), requires_grad=False)
            stem.in_channels = 1
        self._maps: list[Tensor] = []
        # DenseNet applies an in-place ReLU to its maps, which would overwrite the stored ones
        self.backbone.get_submodule(self._architecture.maps).register_forward_hook(
            lambda _module, _inputs, output: self._maps.append(output.clone())
        )

    def forward(self, films: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        grey = to_unit_range(films)
        inputs = per_film_input(grey, self.size_px) if self._one_channel else network_input(grey, self._preprocessing)
        features = self.backbone(inputs)
        return features, self.head(features), self._evidence(self._maps.pop())

    def _evidence(self, maps: Tensor) -> Tensor:
        """Return the evidence (n, outputs, h, w), >= 0, from feature maps (n, channels, h, w)."""
        height, width = maps.shape[2:]
        flat = maps.flatten(2)  # (n, channels, h * w)
        weights = self.head.weight / (height * width)  # (outputs, channels)
        if self._architecture.is_rectified:
            weights = weights * (flat > 0).float().mean(dim=2)[:, None]  # (n, outputs, channels)
        evidence: Tensor = torch.matmul(weights, flat).clamp_min(0).unflatten(2, (height, width))
        return evidence


class TorchEngine:
    """A film network computed by torch, for where ONNX Runtime cannot.

    One film at a time, with all of torch's threads: its maps are kept in the network meanwhile.
    """

    def __init__(self, network: FilmNetwork) -> None:
        self._network = network
        self._lock = threading.Lock()

    @torch.inference_mode()
    def compute(self, film: Grey) -> FilmOutputs:
        with self._lock:
            outputs = self._network(torch.from_numpy(np.array(film[None])))
        return FilmOutputs(*(values[0].numpy() for values in outputs))


def build_film_network(model: Model) -> FilmNetwork:
    """Return the film network of a model."""
    return FilmNetwork(model.network, model.header.architecture, model.preprocessing)


def export_film_network(network: FilmNetwork) -> bytes:
    """Return the graph of a film network, as `export_graph` does."""
    return export_graph(network, network.size_px, OUTPUTS)


def export_graph(network: nn.Module, size_px: int, outputs: Sequence[str]) -> bytes:
    """Return a module as an ONNX graph in single precision, with any number of films at once.

    network: takes grey films (n, size, size) uint8. outputs: names of what it returns, each (n, ...).
    torch's exporter by tracing is used, since the one by torch.compile needs another library
    (onnxscript) and takes ten times as long for the same graph.
    """
    films = torch.zeros(2, size_px, size_px, dtype=torch.uint8)
    graph = io.BytesIO()
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")  # of this exporter being the older one, and of constants in the trace
        torch.onnx.export(
            network,
            (films,),
            graph,  # type: ignore[arg-type]  # this exporter takes a stream too
            input_names=[FILMS],
            output_names=list(outputs),
            dynamic_axes={name: {0: "n"} for name in (FILMS, *outputs)},
            opset_version=OPSET,
            dynamo=False,
        )
    return graph.getvalue()
