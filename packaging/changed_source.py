"""Films as another source would give them: random changes to train on, fixed ones to validate on.

The films' classes differ in more than the finding: before they were squashed to a square those with pneumonia were
about 1.49 times as wide as high, normal ones 1.20, and smaller, so more blurred. A validation film keeps such clues;
in EXCHANGED each class gets what the other looks like. All take and give grey films (n, 1, side, side), 0..1.
"""

import math
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional

from core.transforms import affine, blurred, resampled

SIDE = 224


def stretched(films: Tensor, across: float, down: float) -> Tensor:
    """What the films show, `across` times as wide and `down` times as high."""
    return resampled(films, torch.tensor([[1 / across, 0, 0], [0, 1 / down, 0]]).repeat(len(films), 1, 1))


def softened(films: Tensor, sigma_px: float) -> Tensor:
    """A Gaussian blur to three deviations."""
    return blurred(films, sigma_px, max(1, math.ceil(3 * sigma_px)))


def sharpened(films: Tensor, sigma_px: float, amount: float) -> Tensor:
    """An unsharp mask."""
    return (films + amount * (films - softened(films, sigma_px))).clamp(0, 1)


def coarse(films: Tensor, side_px: int) -> Tensor:
    """Films that had only `side_px` pixels a side."""
    small = functional.interpolate(films, (side_px, side_px), mode="bilinear", antialias=True)
    return functional.interpolate(small, (SIDE, SIDE), mode="bicubic").clamp(0, 1)


def exposed(films: Tensor, brightness: float, contrast: float) -> Tensor:
    """Grey values times `brightness`, their distance from the mean times `contrast`."""
    mean = films.mean((1, 2, 3), keepdim=True)
    return ((films * brightness - mean) * contrast + mean).clamp(0, 1)


def noisy(films: Tensor) -> Tensor:
    """Noise of deviation 0.04, the same in every call."""
    return (films + 0.04 * torch.randn(films.shape, generator=torch.Generator().manual_seed(0))).clamp(0, 1)


def equalised(films: Tensor) -> Tensor:
    """Histogram equalisation."""
    values = (films * 255).round().long()
    shares = [torch.bincount(film.flatten(), minlength=256).float().cumsum(0) for film in values]
    return torch.stack([(share / share[-1])[film] for share, film in zip(shares, values, strict=True)])


def flattened(films: Tensor) -> Tensor:
    """Large-scale differences of brightness reduced, as detectors' processing does."""
    return (films - 0.6 * (softened(films, 20) - films.mean((1, 2, 3), keepdim=True))).clamp(0, 1)


def framed(films: Tensor, width_px: int) -> Tensor:
    """A black frame over the border."""
    inner = torch.zeros_like(films)
    within = slice(width_px, -width_px)
    inner[..., within, within] = films[..., within, within]
    return inner


CHANGES = {
    "as they are": lambda films: films,
    "gamma 0.6": lambda films: films**0.6,
    "gamma 1.6": lambda films: films**1.6,
    "contrast x 0.6": lambda films: exposed(films, 1, 0.6),
    "contrast x 1.5": lambda films: exposed(films, 1, 1.5),
    "brighter 30 %": lambda films: exposed(films, 1.3, 1),
    "darker 30 %": lambda films: exposed(films, 0.7, 1),
    "sharpened": lambda films: sharpened(films, 1.5, 1.5),
    "blurred": lambda films: softened(films, 1.6),
    "96 pixels": lambda films: coarse(films, 96),
    "noise": noisy,
    "equalised": equalised,
    "flattened": flattened,
    "cropped": lambda films: stretched(films, 1.15, 1.15),
    "wider 20 %": lambda films: stretched(films, 1.2, 1),
    "higher 20 %": lambda films: stretched(films, 1, 1.2),
    "framed": lambda films: framed(films, 12),
}
EXCHANGED = {  # for normal films, for those with pneumonia
    "exchanged proportions": (CHANGES["higher 20 %"], CHANGES["wider 20 %"]),
    "exchanged sharpness": (lambda films: softened(films, 1), lambda films: sharpened(films, 1.2, 0.8)),
    "exchanged proportions, sharpness": (
        lambda films: softened(stretched(films, 1, 1.2), 0.8),
        lambda films: sharpened(stretched(films, 1.2, 1), 1.2, 0.6),
    ),
}


def changed(films: Tensor, labels: Tensor, name: str) -> Tensor:
    """Films with labels (n,) of 0 and 1 after the change `name`."""
    if name in CHANGES:
        return CHANGES[name](films)
    result = films.clone()
    for label, change in enumerate(EXCHANGED[name]):
        result[labels == label] = change(films[labels == label])
    return result


def _uniform(count: int, generator: torch.Generator, reach: float) -> Tensor:
    """Numbers (count,) in -reach..reach."""
    return (torch.rand(count, generator=generator) * 2 - 1) * reach


def _mirror(count: int, generator: torch.Generator) -> Tensor:
    """-1 for half of the films and 1 for the others, (count,), as core.transforms.affine takes it."""
    return torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0)


def moved(films: Tensor, generator: torch.Generator) -> Tensor:
    """Each film mirrored, enlarged and shifted at random, so little that what was said of it holds."""
    count = len(films)
    uniform, mirror = partial(_uniform, count, generator), _mirror(count, generator)
    across, down = 1 + uniform(0.04), 1 + uniform(0.04)
    return resampled(films, affine(torch.zeros(count), mirror, across, down, uniform(0.05), uniform(0.05)))


def augmented(films: Tensor, generator: torch.Generator) -> Tensor:
    """Each film changed at random: place, proportions, sharpness, brightness, greys, noise, black borders."""
    count = len(films)
    uniform = partial(_uniform, count, generator)

    def each(reach: float) -> Tensor:
        return uniform(reach).view(-1, 1, 1, 1)

    angle, zoom, stretch = torch.deg2rad(uniform(10)), 1 + uniform(0.12), torch.exp(uniform(0.16))
    across, down, right, below = zoom * stretch, zoom / stretch, uniform(0.12), uniform(0.12)
    mirror = _mirror(count, generator)
    films = resampled(films, affine(angle, mirror, across, down, right, below))
    broad, fine = each(1), each(0.8)
    films = (films + broad * (films - softened(films, 1.5)) + fine * (softened(films, 0.7) - films)).clamp(0, 1)
    if torch.rand(1, generator=generator) < 0.5:
        films = films - each(0.5) * (softened(films, 16) - films.mean((1, 2, 3), keepdim=True))
    films = films.clamp(1e-4, 1) ** torch.exp(each(0.5))
    mean = films.mean((1, 2, 3), keepdim=True)
    films = (films - mean) * (1 + each(0.4)) + mean + each(0.15)
    films = (films + each(0.04).abs() * torch.randn(films.shape, generator=generator)).clamp(0, 1)
    for film in films:
        if torch.rand(1, generator=generator) < 0.35:
            top, bottom, left, end = (torch.rand(4, generator=generator) * 20).int().tolist()
            film[:, :top] = film[:, SIDE - bottom :] = film[:, :, :left] = film[:, :, SIDE - end :] = 0
    return films
