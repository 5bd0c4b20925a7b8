"""Compute and draw Grad-CAM heat maps: where in a film the evidence for a class lies."""

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from core.films.images import Grey
from core.models.model_file import Model
from core.networks.architectures import ARCHITECTURES
from core.networks.preprocessing import network_input, to_unit_range


def compute_heat_map(model: Model, film: Grey, label: int) -> npt.NDArray[np.float32]:
    """Return the Grad-CAM heat map of class `label`, (size, size) float32 in 0..1.

    film: grey, (size, size) uint8 at the model's input size.
    The last feature maps are weighted by the mean gradient of the class logit, summed and
    rectified.
    With a single logit, evidence for class 0 is what lowers it.
    Selvaraju et al. 2017, equations 1 and 2.
    """
    maps: list[Tensor] = []
    layer = model.network.backbone.get_submodule(ARCHITECTURES[model.header.architecture].maps)

    def keep(_module: torch.nn.Module, _inputs: object, output: Tensor) -> Tensor:
        maps.append(output)
        # DenseNet applies an in-place ReLU to its maps, which would overwrite the stored ones
        return output.clone()

    hook = layer.register_forward_hook(keep)
    try:
        with torch.enable_grad():
            pixels = network_input(to_unit_range(torch.from_numpy(film[None].copy())), model.preprocessing)
            logits = model.network(pixels.requires_grad_())
            score = logits[0, label] if logits.shape[1] > 1 else logits[0, 0] * (1 if label == 1 else -1)
            (gradient,) = torch.autograd.grad(score, maps[0])
    finally:
        hook.remove()
    weights = gradient.mean(dim=(2, 3), keepdim=True)  # (1, channels, 1, 1)
    heat = (weights * maps[0]).detach().sum(1, keepdim=True).clamp_min(0)  # (1, 1, h, w)
    heat = torch.nn.functional.interpolate(heat, film.shape, mode="bilinear", align_corners=False)[0, 0]
    top = float(heat.max())
    return (heat / top if top > 0 else heat).numpy().astype(np.float32)


def heat_to_grey(heat: npt.NDArray[np.float32]) -> Grey:
    """Return a heat map, 0..1, as a grey picture of the same size, 0..255."""
    return np.round(255 * heat).astype(np.uint8)


def draw_overlay(film: Grey, heat: npt.NDArray[np.float32]) -> Image.Image:
    """Return the film with its heat map blended in orange; both (height, width), heat in 0..1."""
    grey = np.repeat(film[..., None].astype(np.float32), 3, axis=2)
    alpha = 0.55 * heat[..., None]
    return Image.fromarray((grey * (1 - alpha) + np.array([255.0, 140.0, 0.0]) * alpha).astype(np.uint8))
