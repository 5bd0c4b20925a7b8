"""Draw a skull and an abdomen in three dimensions and compute films of them, as drawn_thorax.py does."""

import math

import numpy as np
from drawn_thorax import FILM_PX, SIDES, Drawer, develop, sum_rays
from PIL import Image

from core.films.images import Grey


def project_skull(seed: int) -> Grey:
    """Return a film (FILM_PX, FILM_PX) of a drawn skull from any side; the same seed gives the same film."""
    random = np.random.default_rng([seed, 6])
    drawer = Drawer(random, random.uniform(0, 2 * math.pi))
    attenuation = _draw_skull(drawer)
    return _frame(sum_rays(attenuation), 0.45, random)


def project_abdomen(seed: int) -> Grey:
    """Return a film (FILM_PX, FILM_PX) of a drawn abdomen from the front; the same seed gives the same film."""
    random = np.random.default_rng([seed, 7])
    drawer = Drawer(random, random.normal(0, 0.1))
    return _frame(sum_rays(_draw_abdomen(drawer)), 0.8, random)


def _draw_skull(drawer: Drawer) -> np.ndarray:
    """Return the attenuation of every voxel; that of water is about 1."""
    draw = drawer.draw
    centre, radii = (0, 0, draw(0.15, 0.4)), np.array([draw(0.55, 0.75), draw(0.7, 0.9), draw(0.6, 0.9)])
    attenuation = np.zeros(drawer.x.shape, np.float32)
    attenuation[drawer.tube((0, -0.1, 0), (0, -0.1, -1.6), draw(0.3, 0.45))] = 1.0  # neck
    attenuation[drawer.ellipsoid((0, 0.4 * radii[1], centre[2] - 0.5), (0.6 * radii[0], 0.5, draw(0.4, 0.6)))] = 1.0
    attenuation[drawer.ellipsoid(centre, radii)] = draw(1.8, 2.6)
    attenuation[drawer.ellipsoid(centre, radii - draw(0.05, 0.1))] = 1.0
    attenuation[drawer.tube((0, -0.35, -0.2), (0, -0.3, -1.6), draw(0.1, 0.16))] = draw(1.5, 2)  # spine
    base = (0, 0, centre[2] - draw(0.3, 0.45))
    attenuation[drawer.ellipsoid(base, (0.5 * radii[0], 0.5 * radii[1], 0.1))] = draw(1.8, 2.6)
    level = base[2] + draw(-0.05, 0.1)
    for side in SIDES:
        attenuation[drawer.ellipsoid((side * 0.25, 0.75 * radii[1], level), (0.16, 0.2, 0.14))] = draw(0.5, 1)
        attenuation[drawer.ellipsoid((side * 0.2, 0.65 * radii[1], level - 0.3), (0.13, 0.2, 0.14))] = 0.1  # sinuses
        jaw, chin = (side * 0.42, 0.1, level - 0.35), (side * 0.1, 0.75 * radii[1], level - draw(0.65, 0.8))
        attenuation[drawer.tube(jaw, chin, 0.08)] = draw(1.8, 2.4)
    attenuation[drawer.ellipsoid((0, 0.75 * radii[1], level - 0.5), (0.25, 0.12, 0.1))] = draw(1.5, 3)  # teeth
    return attenuation


def _draw_abdomen(drawer: Drawer) -> np.ndarray:
    """Return the attenuation of every voxel; that of water is about 1."""
    draw, x, z = drawer.draw, drawer.x, drawer.z
    width, depth = draw(0.75, 1.0), draw(0.5, 0.8)
    attenuation = np.where(drawer.oval(width, depth) < 1, draw(0.85, 1), np.float32(0))
    is_inside = drawer.oval(0.85 * width, 0.8 * depth) < 1
    for _ in range(int(draw(3, 14))):  # gas
        centre = (draw(-0.6, 0.6), draw(-0.1, 0.4), draw(-0.9, 0.9))
        gas = drawer.ellipsoid(centre, [draw(0.05, 0.22) for _ in range(3)])
        attenuation[gas & is_inside] = 0.1
    spine = x**2 + (drawer.y + 0.5 * depth) ** 2 < draw(0.12, 0.18) ** 2
    floor = draw(-0.9, 0.2)  # height of the hip joints
    attenuation[spine & (z > floor + 0.3)] = draw(1.3, 1.9)
    attenuation[spine & (np.mod(z, draw(0.16, 0.24)) < 0.03)] = draw(1.0, 1.2)
    for side in SIDES:
        wing = (side * 0.5 * width, -0.1, floor + 0.35)
        radii = np.array([0.42 * width, draw(0.25, 0.4), draw(0.35, 0.5)])
        shell = drawer.ellipsoid(wing, radii) & ~drawer.ellipsoid(wing, 0.85 * radii)
        attenuation[shell] = draw(1.3, 1.8)
        hip = (side * 0.55 * width, 0.05, floor)
        attenuation[drawer.ellipsoid(hip, (0.17, 0.17, 0.17))] = draw(1.5, 2)
        attenuation[drawer.tube(hip, (side * 0.7 * width, 0.05, -1.6), 0.1)] = draw(1.4, 1.9)
    ribs = (drawer.oval(0.92 * width, 0.92 * depth) < 1) & ~is_inside & (z > draw(0.3, 0.8))
    attenuation[ribs & (np.mod(z - 0.4 * drawer.y, 0.17) < 0.06)] = draw(0.9, 1.3)
    return attenuation


def _frame(film: np.ndarray, lowest: float, random: np.random.Generator) -> Grey:
    """Cut a film to the body with random margins, and develop it. lowest: end as a fraction of the height."""
    height, width = film.shape
    columns = np.flatnonzero((film[: height // 2] > 0.15).any(axis=0))
    rows = np.flatnonzero((film > 0.15).any(axis=1))
    margins = random.uniform(-0.05, 0.25, 3) * (columns[-1] - columns[0])
    left, right = max(0, int(columns[0] - margins[0])), min(width, int(columns[-1] + 1 + margins[1]))
    top, bottom = max(0, int(rows[0] - margins[2])), int(height * random.uniform(lowest, 1))
    film = develop(film[top:bottom, left:right], random)
    return np.asarray(Image.fromarray(film).resize((FILM_PX, FILM_PX), Image.Resampling.BICUBIC))
