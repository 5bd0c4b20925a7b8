"""Compute Grad-CAM with gradients, which the heat maps of all networks show in closed form."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.metrics.roc import Labels
from core.networks.architectures import ARCHITECTURES, Network
from core.networks.preprocessing import Preprocessing, network_input, to_unit_range

Films = npt.NDArray[np.uint8]
Maps = npt.NDArray[np.float32]

SCALE_FILMS: Final = 16  # per epoch of a training; they give 0.96 of what 400 give with the bundled network
SCALE_PERCENTILE: Final = 99
BATCH: Final = 32


def record_maps(
    network: Network, preprocessing: Preprocessing, films: Films, outputs: Labels, layers: Sequence[str]
) -> list[tuple[Tensor, Tensor]]:
    """Return feature maps of layers and the gradients of the logits for them.

    films: grey, (n, size, size) uint8. outputs: the logit of each film, (n,) 0..outputs - 1; 0 with
    a single logit. layers: names of modules of the backbone, in the network's order.
    Each element has maps and gradients of one layer, both (n, channels, h, w).
    """
    network.eval()
    recorded: list[Tensor] = []

    def keep(_module: torch.nn.Module, _inputs: object, output: Tensor) -> Tensor:
        if not recorded:
            torch.set_grad_enabled(True)  # only from here on: the layers below need no graph
            output.requires_grad_()
        recorded.append(output)
        # DenseNet applies an in-place ReLU to its maps, which would overwrite the stored ones
        return output.clone()

    hooks = [network.backbone.get_submodule(name).register_forward_hook(keep) for name in layers]
    device = next(network.parameters()).device
    try:
        with torch.no_grad():  # its end restores the mode of before, whatever `keep` has set
            pixels = to_unit_range(torch.from_numpy(np.array(films)).to(device))
            logits = network(network_input(pixels, preprocessing))
            score = logits.gather(1, torch.from_numpy(outputs).to(device)[:, None]).sum()
            gradients = torch.autograd.grad(score, recorded)
    finally:
        for hook in hooks:
            hook.remove()
    return [(maps.detach(), gradient) for maps, gradient in zip(recorded, gradients, strict=True)]


def compute_evidence(
    network: Network, architecture: str, preprocessing: Preprocessing, films: Films, outputs: Labels
) -> Maps:
    """Return the evidence for a logit in each part of each film, (n, h, w) float32, >= 0, unscaled.

    h, w: of the network's last feature maps. films and outputs: as in `record_maps`.
    The method of all heat maps, Grad-CAM: the last feature maps are weighted by the mean gradient of
    the logit, summed and rectified (Selvaraju et al. 2017, equations 1 and 2). Other methods were
    measured with films on which radiologists drew boxes (benchmarks/heat_maps.py).
    """
    layer = ARCHITECTURES[architecture].maps
    ((maps, gradients),) = record_maps(network, preprocessing, films, outputs, [layer])
    return weight_maps(maps, gradients).cpu().numpy().astype(np.float32)


def weight_maps(maps: Tensor, gradients: Tensor) -> Tensor:
    """Return Grad-CAM (n, h, w), >= 0, of maps and gradients (n, channels, h, w)."""
    return (gradients.mean(dim=(2, 3), keepdim=True) * maps).sum(1).clamp_min(0)


def fit_heat_scale(
    network: Network,
    architecture: str,
    preprocessing: Preprocessing,
    films: Films,
    labels: Labels,
    most: int = SCALE_FILMS,
) -> float | None:
    """Return the strength of evidence that a heat map shows as full heat, > 0; None where there is none.

    It is the 99th percentile, over validation films with the finding, of the strongest evidence in a
    film; with several classes over all films, each for its own class. Films with less are paler.
    benchmarks/RESULTS.md has how strong films with and without the finding are on it.
    films: grey, (n, size, size) uint8. labels: (n,). most: films used, spread evenly.
    """
    outputs = network.head.out_features
    chosen = np.flatnonzero(labels == 1) if outputs == 1 else np.arange(len(labels))
    chosen = chosen[np.unique(np.linspace(0, len(chosen) - 1, min(most, len(chosen))).round().astype(int))]
    explained = np.zeros(len(chosen), np.int64) if outputs == 1 else labels[chosen]
    peaks: list[float] = []
    for start in range(0, len(chosen), BATCH):
        part = slice(start, start + BATCH)
        evidence = compute_evidence(network, architecture, preprocessing, films[chosen[part]], explained[part])
        peaks.extend(evidence.max(axis=(1, 2)).tolist())
    scale = float(np.percentile(peaks, SCALE_PERCENTILE)) if peaks else 0.0
    return scale if scale > 0 and np.isfinite(scale) else None
