"""Augment training films at random: geometry, sharpness, exposure."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from core.recipes.recipe import Augmentation


def augment(films: Tensor, augmentation: Augmentation, generator: torch.Generator) -> Tensor:
    """Augment films (n, 1, size, size), 0..1, each at random within `augmentation`.

    Returns the same shape and range. generator: on the CPU, so that the same state gives the same
    changes on every device.
    """
    if not augmentation.is_active:
        return films
    films = _change_geometry(films, augmentation, generator)
    films = _change_sharpness(films, augmentation.sharpness, generator)
    return _change_exposure(films, augmentation, generator)


def _draw_uniform(films: Tensor, limit: float, generator: torch.Generator) -> Tensor:
    """Draw one number in -limit..limit for each film, (n, 1, 1, 1)."""
    values = (torch.rand(len(films), generator=generator) * 2 - 1) * limit
    return values.view(-1, 1, 1, 1).to(films.device)


def _change_geometry(films: Tensor, augmentation: Augmentation, generator: torch.Generator) -> Tensor:
    """Rotate, zoom, stretch, shift and mirror in one resampling; pixels outside are black."""
    count = len(films)
    angle = torch.deg2rad(_draw_uniform(films, augmentation.rotation_degrees, generator)).view(count)
    zoom = 1 + _draw_uniform(films, augmentation.zoom_fraction, generator).view(count)
    shift_x, shift_y = (_draw_uniform(films, 2 * augmentation.shift_fraction, generator).view(count) for _ in range(2))
    flip = torch.rand(count, generator=generator).to(films.device) < augmentation.flip_probability
    mirror = torch.where(flip, -1.0, 1.0)
    aspect = _draw_uniform(films, math.log1p(augmentation.stretch_fraction) / 2, generator).view(count).exp()
    return warp(films, affine_matrix(angle, mirror, zoom * aspect, zoom / aspect, shift_x, shift_y))


def affine_matrix(
    angle: Tensor, mirror: Tensor, wide: Tensor, high: Tensor, shift_x: Tensor, shift_y: Tensor
) -> Tensor:
    """Return the matrices (n, 2, 3) with which `warp` rotates, mirrors, enlarges and shifts films.

    All arguments are (n,). angle: radians. mirror: -1 for mirrored films, else 1. wide, high: scale
    factors. shift_x, shift_y: in half widths.
    """
    cosine, sine = torch.cos(angle), torch.sin(angle)
    across = torch.stack([cosine * mirror / wide, -sine / wide, shift_x], 1)
    down = torch.stack([sine * mirror / high, cosine / high, shift_y], 1)
    return torch.stack([across, down], 1)


def warp(films: Tensor, matrix: Tensor) -> Tensor:
    """Resample films (n, 1, size, size) with matrices (n, 2, 3); pixels outside are black."""
    grid = functional.affine_grid(matrix, list(films.shape), align_corners=False)
    return functional.grid_sample(films, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def blur(films: Tensor, sigma_px: float, reach_px: int) -> Tensor:
    """Blur films (n, 1, size, size) with a Gaussian kernel of 2 reach_px + 1 pixels a side."""
    offsets = torch.arange(-reach_px, reach_px + 1, device=films.device, dtype=torch.float32)
    kernel = torch.exp(-(offsets**2) / (2 * sigma_px**2))
    kernel = (kernel / kernel.sum()).view(1, 1, 1, -1)
    films = functional.conv2d(functional.pad(films, (reach_px, reach_px, 0, 0), mode="reflect"), kernel)
    films = functional.pad(films, (0, 0, reach_px, reach_px), mode="reflect")
    return functional.conv2d(films, kernel.view(1, 1, -1, 1))


def _change_sharpness(films: Tensor, sharpness: float, generator: torch.Generator) -> Tensor:
    """Sharpen or blur: add a random -1..sharpness times what a Gaussian blur removes."""
    if sharpness == 0:
        return films
    amount = _draw_uniform(films, sharpness, generator).clamp_min(-1)
    return (films + amount * (films - blur(films, 1.2, reach_px=3))).clamp(0, 1)


def _change_exposure(films: Tensor, augmentation: Augmentation, generator: torch.Generator) -> Tensor:
    """Change gamma, contrast and brightness, and add noise."""
    gamma = torch.exp(_draw_uniform(films, augmentation.gamma_fraction, generator))
    films = films.clamp(1e-4, 1) ** gamma
    contrast = 1 + _draw_uniform(films, augmentation.contrast_fraction, generator)
    mean = films.mean(dim=(1, 2, 3), keepdim=True)
    films = (films - mean) * contrast + mean + _draw_uniform(films, augmentation.brightness_fraction, generator)
    if augmentation.noise_fraction:
        level = _draw_uniform(films, augmentation.noise_fraction, generator).abs()
        films = films + level * torch.randn(films.shape, generator=generator).to(films.device)
    return films.clamp(0, 1)
