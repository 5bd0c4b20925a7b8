"""Convert grey films to network input; the only definition, shared by training and screening."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from core.recipes.recipe import Normalisation

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How a grey film is converted to network input. Stored with the weights in the model file."""

    size_px: int
    normalisation: Normalisation


def network_input(films: Tensor, preprocessing: Preprocessing) -> Tensor:
    """Convert grey films (n, 1, any, any), 0..1, to input (n, 3, size, size), channels last.

    The mean is about 0.
    """
    if preprocessing.normalisation is Normalisation.PER_FILM:
        normalised = per_film_input(films, preprocessing.size_px).expand(-1, 3, -1, -1)
    else:
        films = _resize(films, preprocessing.size_px)
        mean = torch.tensor(IMAGENET_MEAN, device=films.device).view(1, 3, 1, 1)
        deviation = torch.tensor(IMAGENET_DEVIATION, device=films.device).view(1, 3, 1, 1)
        normalised = (films - mean) / deviation
    return normalised.contiguous(memory_format=torch.channels_last)


def per_film_input(films: Tensor, size_px: int) -> Tensor:
    """Return one of the three equal channels (n, 1, size, size) of Normalisation.PER_FILM."""
    films = _resize(films, size_px)
    mean = films.mean(dim=(1, 2, 3), keepdim=True)
    deviation = films.std(dim=(1, 2, 3), keepdim=True).clamp_min(
        0.02
    )  # so that the noise of nearly blank films stays small
    return (films - mean) / deviation


def _resize(films: Tensor, size_px: int) -> Tensor:
    if films.shape[-1] == size_px:
        return films
    return functional.interpolate(films, (size_px, size_px), mode="bilinear", antialias=True, align_corners=False)


def to_unit_range(films: Tensor) -> Tensor:
    """Convert grey films (n, size, size) uint8 to (n, 1, size, size) float32, 0..1."""
    return films.unsqueeze(1).float() / 255
