"""Random changes of training films: geometry, sharpness, exposure."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from core.recipes.recipe import Augmentation


def augment(films: Tensor, augmentation: Augmentation, generator: torch.Generator) -> Tensor:
    """Films (n, 1, size, size), 0..1, each changed at random within `augmentation`; same shape and range.

    generator: on the processor; the same state gives the same changes on every device.
    """
    if not augmentation.is_active:
        return films
    films = _moved(films, augmentation, generator)
    films = _sharpened(films, augmentation.sharpness, generator)
    return _exposed(films, augmentation, generator)


def _uniform(films: Tensor, reach: float, generator: torch.Generator) -> Tensor:
    """One number in -reach..reach for each film, (n, 1, 1, 1)."""
    values = (torch.rand(len(films), generator=generator) * 2 - 1) * reach
    return values.view(-1, 1, 1, 1).to(films.device)


def _moved(films: Tensor, augmentation: Augmentation, generator: torch.Generator) -> Tensor:
    """Rotate, zoom, stretch, shift and mirror in one resampling; what comes in from outside is black."""
    count = len(films)
    angle = torch.deg2rad(_uniform(films, augmentation.rotation_degrees, generator)).view(count)
    zoom = 1 + _uniform(films, augmentation.zoom_fraction, generator).view(count)
    shift_x, shift_y = (_uniform(films, 2 * augmentation.shift_fraction, generator).view(count) for _ in range(2))
    flip = torch.rand(count, generator=generator).to(films.device) < augmentation.flip_probability
    mirror = torch.where(flip, -1.0, 1.0)
    aspect = _uniform(films, math.log1p(augmentation.stretch_fraction) / 2, generator).view(count).exp()
    return warp(films, affine_matrix(angle, mirror, zoom * aspect, zoom / aspect, shift_x, shift_y))


def affine_matrix(
    angle: Tensor, mirror: Tensor, wide: Tensor, high: Tensor, shift_x: Tensor, shift_y: Tensor
) -> Tensor:
    """Where `warp` finds each pixel, (n, 2, 3), of films turned, mirrored, enlarged and shifted.

    All (n,). angle: radians. mirror: -1 for mirrored films, else 1. wide, high: factors. shifts: in half widths.
    """
    cosine, sine = torch.cos(angle), torch.sin(angle)
    across = torch.stack([cosine * mirror / wide, -sine / wide, shift_x], 1)
    down = torch.stack([sine * mirror / high, cosine / high, shift_y], 1)
    return torch.stack([across, down], 1)


def warp(films: Tensor, matrix: Tensor) -> Tensor:
    """Films (n, 1, size, size) resampled where `matrix` (n, 2, 3) points; what comes in from outside is black."""
    grid = functional.affine_grid(matrix, list(films.shape), align_corners=False)
    return functional.grid_sample(films, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def blur(films: Tensor, sigma_px: float, reach_px: int) -> Tensor:
    """Films (n, 1, size, size) under a Gaussian blur that reaches `reach_px` pixels to each side."""
    offsets = torch.arange(-reach_px, reach_px + 1, device=films.device, dtype=torch.float32)
    kernel = torch.exp(-(offsets**2) / (2 * sigma_px**2))
    kernel = (kernel / kernel.sum()).view(1, 1, 1, -1)
    films = functional.conv2d(functional.pad(films, (reach_px, reach_px, 0, 0), mode="reflect"), kernel)
    films = functional.pad(films, (0, 0, reach_px, reach_px), mode="reflect")
    return functional.conv2d(films, kernel.view(1, 1, -1, 1))


def _sharpened(films: Tensor, sharpness: float, generator: torch.Generator) -> Tensor:
    """Blur or sharpen: add a random share, -1..sharpness, of what a Gaussian blur takes away."""
    if sharpness == 0:
        return films
    amount = _uniform(films, sharpness, generator).clamp_min(-1)
    return (films + amount * (films - blur(films, 1.2, reach_px=3))).clamp(0, 1)


def _exposed(films: Tensor, augmentation: Augmentation, generator: torch.Generator) -> Tensor:
    """Change gamma, contrast, brightness and noise."""
    gamma = torch.exp(_uniform(films, augmentation.gamma_fraction, generator))
    films = films.clamp(1e-4, 1) ** gamma
    contrast = 1 + _uniform(films, augmentation.contrast_fraction, generator)
    mean = films.mean(dim=(1, 2, 3), keepdim=True)
    films = (films - mean) * contrast + mean + _uniform(films, augmentation.brightness_fraction, generator)
    if augmentation.noise_fraction:
        level = _uniform(films, augmentation.noise_fraction, generator).abs()
        films = films + level * torch.randn(films.shape, generator=generator).to(films.device)
    return films.clamp(0, 1)
