"""Alter films at random, for training the gate: other framing, greys, lines, borders; parts; side views.

Functions take and return grey pictures (side, side) uint8 or PIL pictures of SIDE pixels a side.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from core.films.images import Grey, squash
from core.films.outline import SMALL_PX

SIDE = 128
BILINEAR = Image.Resampling.BILINEAR
Random = np.random.Generator


@dataclass(frozen=True)
class Framing:
    """How much the framing varies.

    tighter, wider: natural logarithms of the largest zoom in and out. tilt: standard deviation in
    degrees. proportions: standard deviation of the logarithm of width over height.
    """

    tighter: float = 0.12
    wider: float = 0.25
    tilt: float = 4.0
    proportions: float = 0.12


CHEST = Framing()
PART = Framing(tighter=0.05, wider=0.05)
ANYTHING = Framing(tighter=0.7, wider=0.3, tilt=12.0, proportions=0.3)


def alter(pixels: Grey, random: Random, framing: Framing = CHEST) -> Grey:
    """Return a picture altered as another detector, hospital or program could show it, (SMALL_PX, SMALL_PX)."""
    picture = _frame(Image.fromarray(squash(np.ascontiguousarray(pixels), SIDE)), random, framing)
    if random.random() < 0.2:
        _draw_lines(picture, random)
    picture = _add_border(_change_greys(_change_sharpness(picture, random), random), random)
    return squash(np.asarray(picture), SMALL_PX)


def _frame(picture: Image.Image, random: Random, framing: Framing) -> Image.Image:
    """Tilt, zoom, stretch and shift; what comes from outside is mostly black."""
    fill = 0 if random.random() < 0.85 else int(random.choice([30, 200, 255]))
    if random.random() < 0.4:
        picture = picture.rotate(float(random.normal(0, framing.tilt)), BILINEAR, fillcolor=fill)
    chosen = random.random()
    if chosen < 0.25:
        return picture
    zoom, stretch = 1.0, np.exp(random.normal(0, framing.proportions / 2))
    if chosen < 0.37:  # a child's film on a plate for adults
        zoom, stretch = np.exp(random.uniform(-0.9, -0.2)), np.exp(random.normal(0, 0.2))
    elif chosen < 0.75:
        zoom = np.exp(random.uniform(-framing.wider, framing.tighter))
    width, height = SIDE / zoom * stretch, SIDE / zoom / stretch
    left = (SIDE - width) / 2 + random.uniform(-0.5, 0.5) * abs(SIDE - width)
    top = (SIDE - height) / 2 + random.uniform(-0.5, 0.5) * abs(SIDE - height)
    box = (left, top, left + width, top + height)
    return picture.transform((SIDE, SIDE), Image.Transform.EXTENT, box, BILINEAR, fillcolor=fill)


def _draw_lines(picture: Image.Image, random: Random) -> None:
    """Draw tubes, cables, markers and letters."""
    drawing = ImageDraw.Draw(picture)
    for _ in range(int(random.integers(1, 5))):
        points = [tuple(random.uniform(0, SIDE, 2)) for _ in range(int(random.integers(2, 5)))]
        drawing.line(points, fill=int(random.integers(120, 256)), width=int(random.integers(1, 3)))
    for _ in range(int(random.integers(0, 3))):
        (x, y), size = random.uniform(0, SIDE - 10, 2), random.uniform(3, 14)
        box = (x, y, x + size, y + size * random.uniform(0.3, 1.2))
        drawing.rectangle(box, fill=int(random.choice([255, 255, 0, 180])))


def _change_sharpness(picture: Image.Image, random: Random) -> Image.Image:
    chosen = random.random()
    if chosen < 0.12:
        picture = picture.filter(ImageFilter.GaussianBlur(float(random.uniform(0.3, 1.5))))
    elif chosen < 0.24:
        mask = ImageFilter.UnsharpMask(float(random.uniform(1, 6)), int(random.uniform(50, 200)), 0)
        picture = picture.filter(mask)
    if random.random() < 0.15:
        noisy = np.asarray(picture) + random.normal(0, random.uniform(2, 14), (SIDE, SIDE))
        picture = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    return picture


def _change_greys(picture: Image.Image, random: Random) -> Image.Image:
    """Equalise or stretch the histogram; change window, gamma and the shape of the curve."""
    chosen = random.random()
    if chosen < 0.1:
        picture = ImageOps.equalize(picture)
    elif chosen < 0.2:
        picture = ImageOps.autocontrast(picture, cutoff=float(random.uniform(0, 5)))
    if random.random() < 0.4:
        return picture
    low, high = random.uniform(-0.1, 0.2), random.uniform(0.75, 1.2)
    curve = np.clip((np.arange(256) / 255 - low) / (high - low), 0, 1) ** np.exp(random.normal(0, 0.35))
    if random.random() < 0.2:
        curve = 1 / (1 + np.exp(-random.uniform(2, 8) * (curve - 0.5)))
    curve = (curve - curve.min()) / max(float(np.ptp(curve)), 0.1)
    return picture.point((255 * curve).astype(int).tolist())


def _add_border(picture: Image.Image, random: Random) -> Image.Image:
    """Add a black, seldom a white frame, at times a tilted one."""
    if random.random() < 0.75:
        return picture
    grey = 0 if random.random() < 0.8 else int(random.choice([40, 255]))
    margins = random.uniform(0, 1, 4) * (random.random(4) < 0.6) * SIDE * np.array([0.16, 0.12, 0.16, 0.12])
    mask = Image.new("L", (SIDE, SIDE), 0)
    box = (margins[0], margins[1], SIDE - 1 - margins[2], SIDE - 1 - margins[3])
    ImageDraw.Draw(mask).rectangle(box, fill=255)
    if random.random() < 0.4:
        mask = mask.rotate(float(random.normal(0, 4)), BILINEAR)
    return Image.composite(picture, Image.new("L", (SIDE, SIDE), grey), mask)


def add_opacity(film: Grey, random: Random) -> Grey:
    """Return a film with one or two soft opacities, up to a whole lung, (SIDE, SIDE)."""
    grey = squash(np.ascontiguousarray(film), SIDE).astype(np.float32)
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    for _ in range(int(random.integers(1, 3))):
        (column, row), radii = random.uniform(0.15, 0.85, 2), random.uniform(0.08, 0.4, 2)
        distance = np.hypot((x - column) / radii[0], (y - row) / radii[1])
        density = random.uniform(0.3, 0.95) / (1 + np.exp((distance - 1) * random.uniform(4, 12)))
        grey += density * np.maximum(np.quantile(grey, random.uniform(0.7, 0.97)) - grey, 0)
    return grey.astype(np.uint8)


# ranges of width and of height of a part, as fractions of the film
SIDE_PART = ((0.35, 0.56), (0.5, 1.0))
END_PART = ((1.0, 1.0), (0.35, 0.55))
QUARTER = ((0.25, 0.55), (0.25, 0.55))


def cut_part(film: Grey, random: Random, part: tuple[tuple[float, float], tuple[float, float]]) -> Grey:
    """Return a part of a film at a random place, most often at a border."""
    (width, height), size = (random.uniform(*limits) for limits in part), len(film)
    rows, columns = (
        slice(round(start * size), round((start + length) * size))
        for length in (height, width)
        for start in [float(np.clip(random.uniform(-0.5, 1.5), 0, 1)) * (1 - length)]
    )
    return film[rows, columns]


def superpose(film: Grey, other: Grey, random: Random) -> Grey:
    """Return what a side view could look like, made of two frontal films, (SIDE, SIDE).

    One half of the chest, widened, over a half of another, over its own mirror image or over the
    whole; at times with a slanting diaphragm and with air in front of and behind the patient.
    """
    first, second = _widen_half(film, random), _widen_half(other, random)
    chosen = random.random()
    if chosen < 0.35:
        mixed = (first + second) / 2
    elif chosen < 0.65:
        mixed = (first + second[:, ::-1]) / 2
    elif chosen < 0.85:
        mixed = (first + squash(film, SIDE)) / 2
    else:
        mixed = first
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    if random.random() < 0.7:
        is_below = y > random.uniform(0.6, 0.95) + random.uniform(-0.5, 0.5) * (x - 0.5)
        mixed = np.where(is_below, np.maximum(mixed, mixed.max() * random.uniform(0.54, 0.9)), mixed)
    if random.random() < 0.6:
        left, right = (random.uniform(0, 0.2) + random.uniform(-0.15, 0.15) * (y - 0.5) for _ in range(2))
        mixed = np.where((x < left) | (x > 1 - right), mixed.min(), mixed)
    if random.random() < 0.5:
        mixed = mixed[:, ::-1]
    low, high = np.quantile(mixed, [0.01, 0.99])
    return (255 * np.clip((mixed - low) / max(high - low, 1), 0, 1)).astype(np.uint8)


def _widen_half(film: Grey, random: Random) -> np.ndarray:
    """Return a left or right half, or a little more, as (SIDE, SIDE) float, its middle at the right edge."""
    film = film if random.random() < 0.5 else film[:, ::-1]
    width = round(random.uniform(0.42, 0.62) * film.shape[1])
    return squash(np.ascontiguousarray(film[:, :width]), SIDE).astype(np.float32)
