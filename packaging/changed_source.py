"""Films as another source would give them: random changes to train on, fixed ones to validate on.

The films' classes differ in more than the finding: before they were squashed to a square those with pneumonia were
about 1.49 times as wide as high, normal ones 1.20, and smaller, so more blurred; and normal ones have two to three
times as many black pixels. A validation film keeps such clues; in EXCHANGED each class gets what the other looks like,
and `augmented` makes both look alike. All take and give grey films (n, 1, side, side), 0..1.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from core.networks.augmentation import affine_matrix, blur, warp

SIDE = 224
PROPORTIONS = 0.054  # a quarter of log(1.49 / 1.20): by so much films with pneumonia are widened, normal ones narrowed
FRAMING = 0.04  # normal films show more around the lungs: by so much they are enlarged, those with pneumonia reduced
Change = Callable[[Tensor], Tensor]


def stretched(films: Tensor, across: float, down: float) -> Tensor:
    """What the films show, `across` times as wide and `down` times as high."""
    return warp(films, torch.tensor([[1 / across, 0, 0], [0, 1 / down, 0]]).repeat(len(films), 1, 1))


def softened(films: Tensor, sigma_px: float) -> Tensor:
    """A Gaussian blur to three deviations."""
    return blur(films, sigma_px, max(1, math.ceil(3 * sigma_px)))


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


def seeded() -> torch.Generator:
    """What draws the same in every call."""
    return torch.Generator().manual_seed(0)


def noisy(films: Tensor) -> Tensor:
    """Noise of deviation 0.04, the same in every call."""
    return (films + 0.04 * torch.randn(films.shape, generator=seeded())).clamp(0, 1)


def levels(films: Tensor) -> Tensor:
    """Grey values as whole numbers 0..255, (n, pixels)."""
    return (films * 255).round().long().flatten(1)


def shares_up_to(values: Tensor) -> Tensor:
    """The share of each film's pixels at or below each of 256 levels, (n, 256)."""
    counts = torch.stack([torch.bincount(film, minlength=256) for film in values])
    return counts.cumsum(1) / counts.sum(1, keepdim=True)


def equalised(films: Tensor) -> Tensor:
    """Histogram equalisation."""
    values = levels(films)
    return shares_up_to(values).gather(1, values).view_as(films)


def flattened(films: Tensor) -> Tensor:
    """Large-scale differences of brightness reduced, as detectors' processing does."""
    return (films - 0.6 * (softened(films, 20) - films.mean((1, 2, 3), keepdim=True))).clamp(0, 1)


def uneven(films: Tensor, amount: Tensor | float, generator: torch.Generator) -> Tensor:
    """Brightness that wavers over the film, in waves no shorter than half of it; `amount` is its deviation."""
    waves = torch.randn((len(films), 1, 4, 4), generator=generator)
    return (films + amount * functional.interpolate(waves, films.shape[-2:], mode="bicubic")).clamp(0, 1)


def with_greys_of(others: Tensor, films: Tensor) -> Tensor:
    """Films whose grey values, rank by rank, are those of `others`: histogram matching (Gonzalez and Woods 2018)."""
    values = levels(films)
    mine, theirs = shares_up_to(values), shares_up_to(levels(others))
    middle = (mine + functional.pad(mine, (1, 0))[:, :-1]) / 2
    grey = torch.searchsorted(theirs, middle).clamp_max(255) / 255
    return grey.gather(1, values).view_as(films)


def of_other_class(labels: Tensor, generator: torch.Generator) -> Tensor:
    """For each label (n,) of 0 and 1 the number of one drawn from the other; its own where there is no other."""
    same = (labels[:, None] == labels).float()
    chances = torch.where(same.all(1, keepdim=True), torch.eye(len(labels)), 1 - same)
    return torch.multinomial(chances, 1, generator=generator)[:, 0]


def framed(films: Tensor, width_px: int) -> Tensor:
    """A black frame over the border."""
    inner = torch.zeros_like(films)
    within = slice(width_px, -width_px)
    inner[..., within, within] = films[..., within, within]
    return inner


CHANGES: dict[str, Change] = {
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
    "uneven": lambda films: uneven(films, 0.08, seeded()),
    "cropped": lambda films: stretched(films, 1.15, 1.15),
    "cropped closer": lambda films: stretched(films, 1.25, 1.25),
    "wider 20 %": lambda films: stretched(films, 1.2, 1),
    "higher 20 %": lambda films: stretched(films, 1, 1.2),
    "framed": lambda films: framed(films, 12),
}


def _by_class(of_normal: Change, of_ill: Change) -> Callable[[Tensor, Tensor], Tensor]:
    def exchanged(films: Tensor, labels: Tensor) -> Tensor:
        result = films.clone()
        for label, change in enumerate((of_normal, of_ill)):
            result[labels == label] = change(films[labels == label])
        return result

    return exchanged


def exchanged_greys(films: Tensor, labels: Tensor) -> Tensor:
    """Every film with the grey values of one of the other class."""
    return with_greys_of(films[of_other_class(labels, seeded())], films)


exchanged_proportions = _by_class(CHANGES["higher 20 %"], CHANGES["wider 20 %"])

EXCHANGED = {
    "exchanged proportions": exchanged_proportions,
    "exchanged sharpness": _by_class(lambda films: softened(films, 1), lambda films: sharpened(films, 1.2, 0.8)),
    "exchanged proportions, sharpness": _by_class(
        lambda films: softened(stretched(films, 1, 1.2), 0.8),
        lambda films: sharpened(stretched(films, 1.2, 1), 1.2, 0.6),
    ),
    "exchanged framing": _by_class(CHANGES["cropped"], lambda films: stretched(films, 0.9, 0.9)),
    "exchanged greys": exchanged_greys,
    "exchanged greys, proportions": lambda films, labels: exchanged_proportions(exchanged_greys(films, labels), labels),
}


def changed(films: Tensor, labels: Tensor, name: str) -> Tensor:
    """Films with labels (n,) of 0 and 1 after the change `name`."""
    return CHANGES[name](films) if name in CHANGES else EXCHANGED[name](films, labels)


def augmented(films: Tensor, labels: Tensor, generator: torch.Generator) -> Tensor:
    """Each film changed at random: greys, place, proportions, sharpness, brightness, noise, patches, borders.

    labels: (n,) of 0 and 1. Classes become alike in proportions, and half of the films get greys of the other class.
    """
    count = len(films)

    def uniform(reach: float) -> Tensor:
        return (torch.rand(count, generator=generator) * 2 - 1) * reach

    def each(reach: float) -> Tensor:
        return uniform(reach).view(-1, 1, 1, 1)

    given = with_greys_of(films[of_other_class(labels, generator)], films)
    share = torch.rand((count, 1, 1, 1), generator=generator) * (each(1) > 0)
    films = share * given + (1 - share) * films
    ill = 2 * labels - 1
    angle, zoom = torch.deg2rad(uniform(10)), torch.exp(uniform(0.2) + 0.04 - ill * FRAMING)
    stretch = torch.exp(uniform(0.2) + ill * PROPORTIONS)
    across, down, right, below = zoom * stretch, zoom / stretch, uniform(0.12), uniform(0.12)
    mirror = torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0)
    films = warp(films, affine_matrix(angle, mirror, across, down, right, below))
    broad, fine = each(1), each(0.8)
    films = (films + broad * (films - softened(films, 1.5)) + fine * (softened(films, 0.7) - films)).clamp(0, 1)
    if torch.rand(1, generator=generator) < 0.5:
        films = films - each(0.5) * (softened(films, 16) - films.mean((1, 2, 3), keepdim=True))
    films = films.clamp(1e-4, 1) ** torch.exp(each(0.5))
    mean = films.mean((1, 2, 3), keepdim=True)
    films = (films - mean) * (1 + each(0.4)) + mean + each(0.15)
    films = uneven(films, each(0.1).abs(), generator)
    films = (films + each(0.04).abs() * torch.randn(films.shape, generator=generator)).clamp(0, 1)
    for film in films:
        _hide(film, generator)
    return films


def _hide(film: Tensor, generator: torch.Generator) -> None:
    """Half of the time put a grey patch somewhere on the film (1, side, side), and a third of the time a frame."""
    patched, high, wide, below, beside, grey, *edges, frame = torch.rand(11, generator=generator).tolist()
    if patched < 0.5:
        high_px, wide_px = 10 + int(50 * high), 10 + int(50 * wide)
        top, left = int((SIDE - high_px) * below), int((SIDE - wide_px) * beside)
        film[:, top : top + high_px, left : left + wide_px] = grey
    if frame < 0.35:
        top, bottom, left, end = (int(20 * edge) for edge in edges)
        film[:, :top] = film[:, SIDE - bottom :] = film[:, :, :left] = film[:, :, SIDE - end :] = 0
