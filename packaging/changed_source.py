"""Change chest films as if they came from another source: at random to train, fixed to validate.

The classes of the training films differ in more than the finding. Before the films were squashed
to a square, those with pneumonia were about 1.49 times as wide as high and normal ones 1.20 times;
films with pneumonia were smaller and so more blurred, and normal films have two to three times as
many black pixels. A validation film keeps these clues. EXCHANGED gives each class the appearance
of the other; `augment_films` makes both look alike. All functions take and return grey films
(n, 1, side, side), 0..1, unless stated otherwise.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from core.networks.augmentation import affine_matrix, blur, warp

SIDE = 224
# Log scale factor: widens films with pneumonia, narrows normal ones; a quarter of log(1.49 / 1.20).
PROPORTIONS = 0.054
# Log scale factor: normal films show more around the lungs and are enlarged, others reduced.
FRAMING = 0.04
Change = Callable[[Tensor], Tensor]


def stretch(films: Tensor, across: float, down: float) -> Tensor:
    """Scale the contents of films `across` times in width and `down` times in height."""
    return warp(films, torch.tensor([[1 / across, 0, 0], [0, 1 / down, 0]]).repeat(len(films), 1, 1))


def soften(films: Tensor, sigma_px: float) -> Tensor:
    """Blur with a Gaussian kernel that ends at three standard deviations."""
    return blur(films, sigma_px, max(1, math.ceil(3 * sigma_px)))


def sharpen(films: Tensor, sigma_px: float, amount: float) -> Tensor:
    """Apply an unsharp mask."""
    return (films + amount * (films - soften(films, sigma_px))).clamp(0, 1)


def reduce_resolution(films: Tensor, side_px: int) -> Tensor:
    """Reduce films to `side_px` pixels a side and enlarge them again."""
    small = functional.interpolate(films, (side_px, side_px), mode="bilinear", antialias=True)
    return functional.interpolate(small, (SIDE, SIDE), mode="bicubic").clamp(0, 1)


def change_exposure(films: Tensor, brightness: float, contrast: float) -> Tensor:
    """Multiply grey values by `brightness`, then their distance from the mean by `contrast`."""
    mean = films.mean((1, 2, 3), keepdim=True)
    return ((films * brightness - mean) * contrast + mean).clamp(0, 1)


def fixed_generator() -> torch.Generator:
    """Return a new generator with seed 0, so that a change draws the same numbers in every call."""
    return torch.Generator().manual_seed(0)


def add_noise(films: Tensor) -> Tensor:
    """Add Gaussian noise of standard deviation 0.04, the same in every call."""
    return (films + 0.04 * torch.randn(films.shape, generator=fixed_generator())).clamp(0, 1)


def quantise(films: Tensor) -> Tensor:
    """Return grey values as whole numbers 0..255, (n, pixels)."""
    return (films * 255).round().long().flatten(1)


def cumulative_histogram(levels: Tensor) -> Tensor:
    """Return the fraction of each film's pixels at or below each of 256 grey levels, (n, 256).

    levels: (n, pixels), from `quantise`.
    """
    counts = torch.stack([torch.bincount(film, minlength=256) for film in levels])
    return counts.cumsum(1) / counts.sum(1, keepdim=True)


def equalise_histogram(films: Tensor) -> Tensor:
    """Apply histogram equalisation to each film."""
    levels = quantise(films)
    return cumulative_histogram(levels).gather(1, levels).view_as(films)


def flatten_brightness(films: Tensor) -> Tensor:
    """Reduce large-scale differences of brightness, as the processing of digital detectors does."""
    return (films - 0.6 * (soften(films, 20) - films.mean((1, 2, 3), keepdim=True))).clamp(0, 1)


def add_shading(films: Tensor, amount: Tensor | float, generator: torch.Generator) -> Tensor:
    """Add smooth random variations of brightness, in waves no shorter than half a film.

    amount: standard deviation of the variations.
    """
    waves = torch.randn((len(films), 1, 4, 4), generator=generator)
    return (films + amount * functional.interpolate(waves, films.shape[-2:], mode="bicubic")).clamp(0, 1)


def match_histogram(films: Tensor, references: Tensor) -> Tensor:
    """Give each film the grey-value histogram of its reference film (Gonzalez and Woods 2018).

    The order of a film's grey values, from dark to bright, stays the same.
    """
    levels = quantise(films)
    own, reference = cumulative_histogram(levels), cumulative_histogram(quantise(references))
    middle = (own + functional.pad(own, (1, 0))[:, :-1]) / 2
    grey = torch.searchsorted(reference, middle).clamp_max(255) / 255
    return grey.gather(1, levels).view_as(films)


def draw_other_group(groups: Tensor, generator: torch.Generator) -> Tensor:
    """Draw for each film the index of a film of another group, (n,).

    groups: (n,) whole numbers. Where they are all alike, each film gets its own index.
    """
    is_same = (groups[:, None] == groups).float()
    chances = torch.where(is_same.all(1, keepdim=True), torch.eye(len(groups)), 1 - is_same)
    return torch.multinomial(chances, 1, generator=generator)[:, 0]


def add_frame(films: Tensor, width_px: int) -> Tensor:
    """Cover the border of films with a black frame."""
    framed = torch.zeros_like(films)
    inner = slice(width_px, -width_px)
    framed[..., inner, inner] = films[..., inner, inner]
    return framed


CHANGES: dict[str, Change] = {
    "as they are": lambda films: films,
    "gamma 0.6": lambda films: films**0.6,
    "gamma 1.6": lambda films: films**1.6,
    "contrast x 0.6": lambda films: change_exposure(films, 1, 0.6),
    "contrast x 1.5": lambda films: change_exposure(films, 1, 1.5),
    "brighter 30 %": lambda films: change_exposure(films, 1.3, 1),
    "darker 30 %": lambda films: change_exposure(films, 0.7, 1),
    "sharpened": lambda films: sharpen(films, 1.5, 1.5),
    "blurred": lambda films: soften(films, 1.6),
    "96 pixels": lambda films: reduce_resolution(films, 96),
    "noise": add_noise,
    "equalised": equalise_histogram,
    "flattened": flatten_brightness,
    "uneven": lambda films: add_shading(films, 0.08, fixed_generator()),
    "cropped": lambda films: stretch(films, 1.15, 1.15),
    "cropped closer": lambda films: stretch(films, 1.25, 1.25),
    "wider 20 %": lambda films: stretch(films, 1.2, 1),
    "higher 20 %": lambda films: stretch(films, 1, 1.2),
    "framed": lambda films: add_frame(films, 12),
}


def _by_class(change_normal: Change, change_pneumonia: Change) -> Callable[[Tensor, Tensor], Tensor]:
    """Return a function of films and labels (n,) that applies one change to each class."""

    def change(films: Tensor, labels: Tensor) -> Tensor:
        result = films.clone()
        for label, change_class in enumerate((change_normal, change_pneumonia)):
            result[labels == label] = change_class(films[labels == label])
        return result

    return change


def exchange_greys(films: Tensor, labels: Tensor) -> Tensor:
    """Give every film the grey-value histogram of a film of the other class."""
    return match_histogram(films, films[draw_other_group(labels, fixed_generator())])


exchange_proportions = _by_class(CHANGES["higher 20 %"], CHANGES["wider 20 %"])

EXCHANGED = {
    "exchanged proportions": exchange_proportions,
    "exchanged sharpness": _by_class(lambda films: soften(films, 1), lambda films: sharpen(films, 1.2, 0.8)),
    "exchanged proportions, sharpness": _by_class(
        lambda films: soften(stretch(films, 1, 1.2), 0.8),
        lambda films: sharpen(stretch(films, 1.2, 1), 1.2, 0.6),
    ),
    "exchanged framing": _by_class(CHANGES["cropped"], lambda films: stretch(films, 0.9, 0.9)),
    "exchanged greys": exchange_greys,
    "exchanged greys, proportions": lambda films, labels: exchange_proportions(exchange_greys(films, labels), labels),
}


def change_films(films: Tensor, labels: Tensor, name: str) -> Tensor:
    """Apply the change `name` of CHANGES or EXCHANGED to films with labels (n,) of 0 and 1."""
    return CHANGES[name](films) if name in CHANGES else EXCHANGED[name](films, labels)


def augment_films(
    films: Tensor, groups: Tensor, tilts: Tensor, masks: Tensor, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Change each film at random: greys, geometry, sharpness, brightness, noise, patches, borders.

    groups: (n,) whole numbers, of class and source. Half of the films are blended with the greys of
    a film of another group. tilts: (n,); 1 and -1 for films with and without pneumonia of the
    source whose classes differ in proportions and framing, which become alike; 0 for all others.
    masks: (n, 1, height, width), which follow the geometry. Returns films and masks.
    """
    films = _blend_greys(films, groups, generator)
    matrix = _draw_geometry(tilts, generator)
    films = _change_sharpness(warp(films, matrix), generator)
    films = _change_greys(films, generator)
    for film in films:
        _hide_parts(film, generator)
    return films, warp(masks, matrix)


def _draw_uniform(count: int, limit: float, generator: torch.Generator) -> Tensor:
    """Draw one number in -limit..limit for each film, (count,)."""
    return (torch.rand(count, generator=generator) * 2 - 1) * limit


def _draw_factor(films: Tensor, limit: float, generator: torch.Generator) -> Tensor:
    """Draw one number in -limit..limit for each film, (n, 1, 1, 1)."""
    return _draw_uniform(len(films), limit, generator).view(-1, 1, 1, 1)


def _blend_greys(films: Tensor, groups: Tensor, generator: torch.Generator) -> Tensor:
    """Blend half of the films with themselves in the greys of a film of another group."""
    matched = match_histogram(films, films[draw_other_group(groups, generator)])
    fraction = torch.rand((len(films), 1, 1, 1), generator=generator) * (_draw_factor(films, 1, generator) > 0)
    return fraction * matched + (1 - fraction) * films


def _draw_geometry(tilts: Tensor, generator: torch.Generator) -> Tensor:
    """Draw matrices (n, 2, 3) that rotate, zoom, stretch, shift and mirror in one resampling."""
    count = len(tilts)
    angle = torch.deg2rad(_draw_uniform(count, 10, generator))
    zoom = torch.exp(_draw_uniform(count, 0.2, generator) + 0.04 - tilts * FRAMING)
    aspect = torch.exp(_draw_uniform(count, 0.2, generator) + tilts * PROPORTIONS)
    shift_x, shift_y = (_draw_uniform(count, 0.12, generator) for _ in range(2))
    mirror = torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0)
    return affine_matrix(angle, mirror, zoom * aspect, zoom / aspect, shift_x, shift_y)


def _change_sharpness(films: Tensor, generator: torch.Generator) -> Tensor:
    """Sharpen or blur; in half of the calls also change the large-scale brightness."""
    broad, fine = _draw_factor(films, 1, generator), _draw_factor(films, 0.8, generator)
    films = (films + broad * (films - soften(films, 1.5)) + fine * (soften(films, 0.7) - films)).clamp(0, 1)
    if torch.rand(1, generator=generator) < 0.5:
        mean = films.mean((1, 2, 3), keepdim=True)
        films = films - _draw_factor(films, 0.5, generator) * (soften(films, 16) - mean)
    return films


def _change_greys(films: Tensor, generator: torch.Generator) -> Tensor:
    """Change gamma, contrast and brightness; add shading and noise."""
    films = films.clamp(1e-4, 1) ** torch.exp(_draw_factor(films, 0.5, generator))
    mean = films.mean((1, 2, 3), keepdim=True)
    contrast = 1 + _draw_factor(films, 0.4, generator)
    films = (films - mean) * contrast + mean + _draw_factor(films, 0.15, generator)
    films = add_shading(films, _draw_factor(films, 0.1, generator).abs(), generator)
    noise = _draw_factor(films, 0.04, generator).abs()
    return (films + noise * torch.randn(films.shape, generator=generator)).clamp(0, 1)


def _hide_parts(film: Tensor, generator: torch.Generator) -> None:
    """Cover parts of a film (1, side, side).

    A grey patch has probability 0.5, a black frame 0.35.
    """
    patch, height, width, y, x, grey, *edges, frame = torch.rand(11, generator=generator).tolist()
    if patch < 0.5:
        height_px, width_px = 10 + int(50 * height), 10 + int(50 * width)
        top, left = int((SIDE - height_px) * y), int((SIDE - width_px) * x)
        film[:, top : top + height_px, left : left + width_px] = grey
    if frame < 0.35:
        top, bottom, left, right = (int(20 * edge) for edge in edges)
        film[:, :top] = 0
        film[:, SIDE - bottom :] = 0
        film[:, :, :left] = 0
        film[:, :, SIDE - right :] = 0
