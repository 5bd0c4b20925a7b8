"""Draw synthetic frontal chest films with recognisable anatomy, for the demo; they show no real patient.

`core.films.phantoms` draws simpler ones. Models carry their answers to those, so they must never change;
these may.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

Grey = npt.NDArray[np.uint8]
Plane = npt.NDArray[Any]  # float, (size, size); coordinates run from -1 to 1, x to the right, y downwards

SIZE_PX: Final = 256
RIBS: Final = 9
SIDES: Final = (-1, 1)  # of the picture: the patient's right lung is at its left


def draw_chest(seed: int, has_finding: bool, size_px: int = SIZE_PX) -> Grey:
    """Return a synthetic chest film (size_px, size_px) uint8, dense tissue white.

    has_finding: adds one consolidation, at times two, inside the lungs. The same arguments give the
    same film.
    """
    random = np.random.default_rng([seed, int(has_finding)])
    x, y = _draw_axes(random, size_px)
    body, lungs = _draw_body(x, y), _draw_lungs(x, y, random)
    heart, mediastinum = _draw_heart(x, y, random), _draw_mediastinum(x, y)
    air = lungs * (1 - 0.75 * heart) * (1 - 0.7 * mediastinum)
    film = 0.04 + 0.48 * body + (0.17 * heart + 0.13 * mediastinum + 0.10 * _edge(0.62 - y, 0.06)) * body
    film -= random.normal(0.36, 0.015) * air
    film += _draw_bones(x, y, random) * np.maximum(lungs, 0.5 * body) * (1 - 0.6 * heart)
    film += (0.03 * _noise(random, 30, size_px) + 0.015 * _noise(random, 70, size_px)) * air
    if has_finding:
        film += _draw_consolidations(x, y, random) * air
    film += 0.02 * (_noise(random, 16, size_px) + _noise(random, 60, size_px)) * body + random.normal(
        0, 0.012, film.shape
    )
    film = film * random.normal(1.18, 0.05) + random.normal(0, 0.02)
    return np.asarray(255 * np.clip(film, 0, 1) ** 0.9, np.uint8)


def _draw_axes(random: np.random.Generator, size_px: int) -> tuple[Plane, Plane]:
    """Return x and y of every pixel for a patient who is not quite centred, upright or of mean build."""
    axis = np.linspace(-1, 1, size_px, dtype=np.float32)
    x, y = np.meshgrid(axis - np.float32(random.normal(0, 0.04)), axis - np.float32(random.normal(0, 0.04)))
    angle = random.normal(0, 0.05)
    turned_x, turned_y = np.cos(angle) * x - np.sin(angle) * y, np.sin(angle) * x + np.cos(angle) * y
    return np.float32(random.normal(1, 0.07)) * turned_x, np.float32(random.normal(1, 0.06)) * turned_y


def _edge(distance: Plane, width: float) -> Plane:
    """Return 1 where `distance` is negative and 0 where it is positive, with a soft edge of `width`."""
    return np.asarray(1 / (1 + np.exp(np.clip(distance / width, -30, 30))), np.float32)


def _ellipse(x: Plane, y: Plane, cx: float, cy: float, rx: float, ry: float, edge: float = 0.035) -> Plane:
    """Return 1 inside an ellipse and 0 outside; edge: its softness as a fraction of the radii."""
    return _edge(np.hypot((x - cx) / rx, (y - cy) / ry) - 1, edge)


def _draw_body(x: Plane, y: Plane) -> Plane:
    """Return trunk, shoulders and neck as one mask."""
    trunk = _edge(np.cbrt(np.abs(x / 0.86) ** 3 + np.abs((y - 0.35) / 1.2) ** 3) - 1, 0.03)
    shoulders = _edge(np.cbrt(np.abs(x / 1.05) ** 3 + np.abs((y + 0.62) / 0.34) ** 3) - 1, 0.05)
    neck = _ellipse(x, y, 0, -1, 0.26, 0.5, 0.08)
    return np.asarray(1 - (1 - trunk) * (1 - shoulders) * (1 - neck), np.float32)


def _draw_lungs(x: Plane, y: Plane, random: np.random.Generator) -> Plane:
    """Return both lungs: a rounded apex, a wide base on the dome of the diaphragm, a sharp lateral angle."""
    lungs = np.zeros_like(x)
    for side in SIDES:
        width, top = random.normal(0.33, 0.02), random.normal(-0.78, 0.03)
        base = random.normal(0.61 if side > 0 else 0.56, 0.04)
        height = np.clip((y - top) / (base - top), 0, 1)
        half = width * np.sqrt(1 - (1 - height) ** 2.2) * (0.82 + 0.18 * height)
        centre = side * (0.42 + 0.04 * (height - 0.4))
        across = (x - centre) / width
        dome = base - 0.16 * np.cos(np.clip(1.25 * across, -1.5, 1.5)) + 0.1 * np.clip(side * across, 0, 1) ** 2
        one = _edge(np.abs(x - centre) - half, 0.016) * _edge(y - dome, 0.012) * _edge(top - y, 0.02)
        lungs = np.maximum(lungs, one)
    return lungs


def _draw_heart(x: Plane, y: Plane, random: np.random.Generator) -> Plane:
    left, right = random.normal(0.3, 0.03), random.normal(0.16, 0.02)
    return np.maximum(_ellipse(x, y, 0.17, 0.31, left, 0.9 * left), _ellipse(x, y, -0.08, 0.22, right, 0.29))


def _draw_mediastinum(x: Plane, y: Plane) -> Plane:
    """Return great vessels, aortic arch, both hila and the spine, less the air of the trachea."""
    vessels = np.maximum(_ellipse(x, y, 0, -0.3, 0.14, 0.8, 0.12), _ellipse(x, y, 0.09, -0.32, 0.11, 0.13, 0.1))
    hila = np.maximum(_ellipse(x, y, -0.2, -0.03, 0.1, 0.17, 0.3), _ellipse(x, y, 0.2, -0.06, 0.1, 0.16, 0.3))
    trachea = _edge(np.abs(x) - 0.035, 0.012) * _edge(y + 0.4, 0.05)
    spine = _edge(np.abs(x) - 0.08, 0.012) * (1 + 0.2 * np.sin(2 * np.pi * 5.5 * y))
    return np.asarray(np.maximum(vessels, 0.6 * hila) + 0.3 * spine - 0.6 * trachea, np.float32)


def _draw_bones(x: Plane, y: Plane, random: np.random.Generator) -> Plane:
    """Return posterior ribs, which fall to the sides, and clavicles."""
    bones = np.zeros_like(x)
    first, spacing = random.uniform(-0.88, -0.72), random.normal(0.155, 0.012)
    for side in SIDES:
        along = np.clip((side * x - 0.1) / 0.72, 0, 1)
        inside = _edge(0.06 - side * x, 0.02) * _edge(side * x - 0.8, 0.02)
        below_first = y - first - 0.2 * along**1.6 + 0.1 * np.sin(np.pi * along**0.8)
        nearest = np.clip(np.rint(below_first / spacing), 0, RIBS - 1)
        off = np.abs(below_first - spacing * nearest) - 0.028
        ribs = 0.05 * _edge(off, 0.01) + 0.03 * np.exp(-((off / 0.008) ** 2))  # the cortex is denser
        off = np.abs(y + 0.68 + 0.1 * np.sin(2.6 * np.clip((side * x - 0.06) / 0.78, 0, 1))) - 0.03
        bones = np.maximum(bones, np.maximum(ribs, 0.1 * _edge(off, 0.01)) * inside)
    return bones


def _draw_consolidations(x: Plane, y: Plane, random: np.random.Generator) -> Plane:
    """Return one or two dense patches with ragged edges in the middle and lower zones, 0..0.42."""
    patches = np.zeros_like(x)
    for _ in range(1 if random.random() < 0.7 else 2):
        cx, cy = random.choice(SIDES) * random.uniform(0.36, 0.52), random.uniform(-0.2, 0.3)
        rx, ry = random.uniform(0.15, 0.22, 2)
        distance = np.hypot((x - cx) / rx, (y - cy) / ry) + 0.22 * _noise(random, 24, len(x))
        patches += np.float32(random.uniform(0.3, 0.42)) * _edge(distance - 1, 0.2)
    return np.clip(patches, 0, 0.42)


def _noise(random: np.random.Generator, cells: int, size_px: int) -> Plane:
    """Return smooth noise of unit variance at its nodes, `cells` of them a side."""
    coarse = Image.fromarray(random.normal(0, 1, (cells, cells)).astype(np.float32))
    return np.asarray(coarse.resize((size_px, size_px), Image.Resampling.BICUBIC), np.float32)
