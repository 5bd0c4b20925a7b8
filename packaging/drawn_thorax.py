"""Draw a thorax in three dimensions and compute films of it from the front and from the side.

There are few lateral chest films under a free licence to train the gate with. A drawn thorax shows
what they have in common: the spine at one edge, both lungs over each other, the heart in front and
both arms raised. Its frontal films are drawn too, so that being drawn is not what the gate learns.

Lengths are in units of about half the width of the body. x runs to the left side of the patient, y
to the front, z upwards; arrays have the axes (z, y, x).
"""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from core.films.images import Grey

SIDE = 40  # voxels a side; the features of the gate are coarser than films of this size
REACH = 1.25  # half the length of a side
FILM_PX = 128
SIDES = (-1, 1)


class Drawer:
    """Random sizes in single precision, and coordinates of all voxels as seen from `angle`, in radians."""

    def __init__(self, random: np.random.Generator, angle: float) -> None:
        self._random = random
        axis = np.linspace(-REACH, REACH, SIDE, dtype=np.float32)
        z, y, x = np.meshgrid(axis[::-1] * np.float32(1.15), axis, axis, indexing="ij")
        across, along = np.float32(math.cos(angle)), np.float32(math.sin(angle))
        self.z = z
        self.x = across * x - along * y
        self.y = along * x + across * y - self.draw(-0.15, 0.1) * z  # patients lean

    def draw(self, low: float, high: float) -> np.float32:
        return np.float32(self._random.uniform(low, high))

    def decide(self, probability: float) -> bool:
        return bool(self._random.random() < probability)

    def ellipsoid(self, centre, radii) -> np.ndarray:
        """Return True inside an ellipsoid. centre, radii: (x, y, z)."""
        squared = [
            ((axis - np.float32(middle)) / np.float32(radius)) ** 2
            for axis, middle, radius in zip((self.x, self.y, self.z), centre, radii, strict=True)
        ]
        return squared[0] + squared[1] + squared[2] < 1

    def oval(self, across, along) -> np.ndarray:
        """Return 1 on an oval with these half axes, which may change with z, less inside: |x|^2.5 + |y|^2.5."""
        x, y = np.abs(self.x / across), np.abs(self.y / along)
        return x * x * np.sqrt(x) + y * y * np.sqrt(y)

    def tube(self, start, end, radius) -> np.ndarray:
        """Return True within `radius` of the line from `start` to `end`, each (x, y, z)."""
        start, axes = np.asarray(start, np.float32), (self.x, self.y, self.z)
        direction = np.asarray(end, np.float32) - start
        away = [axis - origin for axis, origin in zip(axes, start, strict=True)]
        along = sum(part * step for part, step in zip(away, direction, strict=True)) / (direction @ direction)
        along = np.clip(along, 0, 1)
        squared = sum((part - along * step) ** 2 for part, step in zip(away, direction, strict=True))
        return squared < np.float32(radius) ** 2


@dataclass(frozen=True)
class Build:
    """A patient's measures.

    width, depth: half axes of the body. narrowing: their factor at each height. top: of the lungs.
    dome: height of the diaphragm.
    """

    width: float
    depth: float
    narrowing: np.ndarray
    top: float
    dome: float


def project_thorax(seed: int, is_lateral: bool) -> Grey:
    """Return a film (FILM_PX, FILM_PX) of a drawn thorax, dense tissue white; the same seed gives the same film."""
    random = np.random.default_rng([seed, 5])
    turned = random.choice(SIDES) * math.pi / 2 if is_lateral else 0.0
    attenuation = _draw_thorax(Drawer(random, turned + random.normal(0, 0.1)), is_lateral or random.random() < 0.2)
    film = develop(_collimate(sum_rays(attenuation), random), random)
    return np.asarray(Image.fromarray(film).resize((FILM_PX, FILM_PX), Image.Resampling.BICUBIC))


def sum_rays(voxels: np.ndarray) -> np.ndarray:
    """Return the attenuation along every ray from the front, (z, x), from that of the voxels."""
    return voxels.sum(axis=1) * np.float32(2 * REACH / SIDE)


def _draw_thorax(drawer: Drawer, arms_up: bool) -> np.ndarray:
    """Return the attenuation of every voxel; that of water is about 1."""
    draw, z = drawer.draw, drawer.z
    narrowing = 1 - 0.25 * np.clip((z - 0.45) / 0.5, 0, 1) ** 2 + draw(-0.1, 0.05) * np.clip(-z, 0, 1)
    build = Build(draw(0.82, 0.98), draw(0.55, 0.8), narrowing, draw(0.6, 0.85), draw(-0.85, -0.2))
    taper = 1 - draw(0, 0.4) * np.clip((z - draw(-0.2, 0.3)) / 0.8, 0, 1) ** 2
    shoulders = draw(0.78, 1.0) - np.float32(0.35) * drawer.x**2 - draw(0, 0.8) * drawer.y**2
    body = (drawer.oval(build.width * narrowing, build.depth * narrowing * taper) < 1) & (z < shoulders)
    body |= drawer.tube((0, -0.05, 0.6), (0, draw(0, 0.15), 1.6), draw(0.26, 0.36))  # neck
    attenuation = np.where(body, draw(0.8, 1.0), np.float32(0))
    air = _draw_air(drawer, build) & body
    attenuation[air] = draw(0.12, 0.32)
    if drawer.decide(0.4):
        centre = (draw(-0.6, 0.6), draw(-0.4, 0.4) * build.depth, draw(build.dome, build.top))
        attenuation[air & drawer.ellipsoid(centre, [draw(0.1, 0.4) for _ in range(3)])] = draw(0.4, 0.9)
    _add_bones(attenuation, drawer, build, body)
    _add_arms(attenuation, drawer, build, arms_up)
    if drawer.decide(0.6):  # gas in the stomach
        centre = (draw(0.25, 0.5), draw(0, 0.3), build.dome - draw(0.25, 0.4))
        attenuation[drawer.ellipsoid(centre, (draw(0.08, 0.2), draw(0.08, 0.2), draw(0.06, 0.15)))] = 0.05
    return attenuation


def _draw_air(drawer: Drawer, build: Build) -> np.ndarray:
    """Return True in the lungs: above the diaphragm, outside heart and mediastinum."""
    draw, dome, depth = drawer.draw, build.dome, build.depth
    air = np.zeros(drawer.x.shape, bool)
    across, along = build.width * draw(0.3, 0.38), depth * draw(0.76, 0.9)
    for side in SIDES:
        centre = (side * build.width * draw(0.42, 0.47), draw(-0.05, 0.05), dome)
        lung = drawer.ellipsoid(centre, (across, along, build.top - dome)) & (drawer.z > dome - draw(0.2, 0.35))
        below = (side * 0.42 * build.width, draw(0, 0.2) * depth, dome - draw(0.35, 0.45) + 0.08 * (side < 0))
        air |= lung & ~drawer.ellipsoid(below, (1.35 * across, 1.15 * along, draw(0.4, 0.5)))
    heart = (draw(0.1, 0.22), draw(0.26, 0.42) * depth, dome + draw(0.12, 0.25))
    air &= ~drawer.ellipsoid(heart, (draw(0.28, 0.42), draw(0.25, 0.36), draw(0.28, 0.4)))
    return air & ~((np.abs(drawer.x) < draw(0.12, 0.2)) & (np.abs(drawer.y) < depth * draw(0.4, 0.75)))


def _add_bones(attenuation: np.ndarray, drawer: Drawer, build: Build, body: np.ndarray) -> None:
    """Add spine, ribs, sternum, shoulder blades and collar bones."""
    draw, x, y, z, depth = drawer.draw, drawer.x, drawer.y, drawer.z, build.depth
    spine = x**2 + (y + depth * draw(0.42, 0.68) - draw(-0.15, 0.15) * z * z) ** 2 < draw(0.13, 0.19) ** 2
    attenuation[spine] = draw(1.2, 1.8)
    attenuation[spine & (np.mod(z, draw(0.13, 0.2)) < 0.03)] = draw(1.0, 1.3)  # discs
    wall = drawer.oval(0.9 * build.width * build.narrowing, 0.9 * depth * build.narrowing)
    wall = (wall < 1) & (wall > draw(0.72, 0.85)) & (z > build.dome - 0.4) & (z < build.top)
    attenuation[wall & (np.mod(z - draw(0.3, 0.5) * y, draw(0.14, 0.2)) < draw(0.05, 0.08))] = draw(0.8, 1.3)
    sternum = (np.abs(x) < 0.09) & (np.abs(y - 0.86 * depth) < 0.05) & (z > build.dome) & (z < build.top - 0.1)
    attenuation[sternum & body] = draw(1.2, 1.7)
    for side in SIDES:
        blade = (side * build.width * draw(0.55, 0.75), -depth * draw(0.6, 0.8), draw(0.2, 0.4))
        attenuation[drawer.ellipsoid(blade, (0.2, 0.05, 0.33)) & body] = draw(1.2, 1.6)
        shoulder = (side * 0.85 * build.width, 0, build.top + draw(0, 0.12))
        attenuation[drawer.tube((side * 0.1, 0.5 * depth, build.top), shoulder, 0.05)] = 1.6


def _add_arms(attenuation: np.ndarray, drawer: Drawer, build: Build, arms_up: bool) -> None:
    draw = drawer.draw
    for side in SIDES:
        shoulder = (side * 0.85 * build.width, 0, draw(0.55, 0.7))
        raised = (side * draw(0.2, 0.8), draw(0.3, 1.2), draw(1.1, 1.6))
        hand = raised if arms_up else (side * (build.width + draw(0.1, 0.35)), draw(-0.1, 0.2), -1.2)
        attenuation[drawer.tube(shoulder, hand, draw(0.16, 0.22)) & (attenuation < 0.8)] = 0.9
        attenuation[drawer.tube(shoulder, hand, 0.06)] = draw(1.5, 2.0)


def _collimate(film: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Cut a film to the body, with random margins."""
    side = len(film)
    columns = np.flatnonzero((film[side // 4 : -side // 6] > 0.15).mean(axis=0) > 0.25)
    left, right = (columns[0], columns[-1] + 1) if len(columns) else (0, side)
    margins = (random.uniform(-0.06, 0.14, 2) * (right - left)).astype(int)
    top, bottom = int(side * random.uniform(0, 0.13)), side - int(side * random.uniform(0, 0.2))
    return film[top:bottom, max(0, left - margins[0]) : min(side, right + margins[1])]


def develop(film: np.ndarray, random: np.random.Generator) -> Grey:
    """Return grey values of attenuations: linear or saturated, stretched, with a random gamma."""
    if random.random() < 0.5:
        film = 1 - np.exp(-film * random.uniform(0.4, 1.2))
    low, high = np.quantile(film, [random.uniform(0, 0.12), random.uniform(0.93, 1)])
    grey = np.clip((film - low) / max(high - low, 1e-3), 0, 1) ** random.uniform(0.6, 1.7)
    return (255 * grey).astype(np.uint8)
