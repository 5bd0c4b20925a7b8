"""Grey films as network input, and their random changes in training. One definition for training and screening."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from core.recipes.recipe import Normalisation

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How a grey film becomes network input. Travels with the weights, in the model file."""

    size_px: int
    normalisation: Normalisation


def network_input(films: Tensor, preprocessing: Preprocessing) -> Tensor:
    """Grey films (n, 1, any, any), 0..1, as input (n, 3, size, size) of mean about 0, channels last."""
    if preprocessing.normalisation is Normalisation.PER_FILM:
        normal = per_film_input(films, preprocessing.size_px).expand(-1, 3, -1, -1)
    else:
        films = _at(films, preprocessing.size_px)
        mean, deviation = (
            torch.tensor(values, device=films.device).view(1, 3, 1, 1) for values in (IMAGENET_MEAN, IMAGENET_DEVIATION)
        )
        normal = (films - mean) / deviation
    return normal.contiguous(memory_format=torch.channels_last)


def per_film_input(films: Tensor, size_px: int) -> Tensor:
    """One of the three equal channels, (n, 1, size, size), of the input that Normalisation.PER_FILM gives."""
    films = _at(films, size_px)
    mean = films.mean(dim=(1, 2, 3), keepdim=True)
    deviation = films.std(dim=(1, 2, 3), keepdim=True).clamp_min(0.02)  # nearly blank films keep their noise small
    return (films - mean) / deviation


def _at(films: Tensor, size_px: int) -> Tensor:
    if films.shape[-1] == size_px:
        return films
    return functional.interpolate(films, (size_px, size_px), mode="bilinear", antialias=True, align_corners=False)


def to_unit_range(films: Tensor) -> Tensor:
    """Grey films (n, size, size) uint8 as (n, 1, size, size) float32, 0..1."""
    return films.unsqueeze(1).float() / 255
