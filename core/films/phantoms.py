"""Draw synthetic chest films by formula, for the demo, the self-test and the tests."""

from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

Grey = npt.NDArray[np.uint8]
SELF_TEST_SIZE_PX: Final = 256


def draw_phantom(seed: int, has_finding: bool, size_px: int = SELF_TEST_SIZE_PX) -> Grey:
    """Return a synthetic frontal film (size_px, size_px) uint8.

    It shows body, two lungs, spine, heart, ribs and noise, and resembles no patient. has_finding:
    adds one to three soft, dense patches inside the lungs. The same arguments give the same film.
    """
    random = np.random.default_rng([seed, int(has_finding)])
    grid = np.linspace(-1, 1, size_px)
    x, y = np.meshgrid(grid - random.normal(0, 0.03), grid - random.normal(0, 0.03))
    film = 0.15 + 0.5 * _ellipse(x, y, 0, 0.1, 0.92, 1.05)
    lungs = np.zeros_like(film)
    for side in (-1, 1):
        width, height = random.normal(0.30, 0.02), random.normal(0.58, 0.03)
        lungs = np.maximum(lungs, _ellipse(x, y, side * 0.42, 0, width, height))
    film -= random.normal(0.36, 0.02) * lungs
    film += 0.10 * lungs * _ribs(x, y, random.uniform(0, 1))
    film += 0.22 * _ellipse(x, y, 0, 0, 0.09, 1.1) + 0.25 * _ellipse(x, y, 0.12, 0.28, 0.30, 0.30)
    if has_finding:
        film += _opacities(x, y, random) * lungs
    film += 0.04 * _tissue(random, size_px) + random.normal(0, 0.02, film.shape)
    exposure, contrast = random.normal(0, 0.03), random.normal(1, 0.08)
    return np.clip(255 * ((film - 0.5) * contrast + 0.5 + exposure), 0, 255).astype(np.uint8)


def _ellipse(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], cx: float, cy: float, rx: float, ry: float
) -> npt.NDArray[np.float64]:
    """Return a mask that is 1 inside an ellipse and 0 outside, with a soft edge."""
    distance = np.hypot((x - cx) / rx, (y - cy) / ry)
    return np.asarray(1 / (1 + np.exp((distance - 1) / 0.05)))


def _ribs(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], phase: float) -> npt.NDArray[np.float64]:
    """Return bright bands, 0..1, that curve downwards to the sides."""
    return np.asarray(np.clip(np.sin(2 * np.pi * (4 * (y - 0.5 * x * x) + phase)), 0, 1))


def _tissue(random: np.random.Generator, size_px: int) -> npt.NDArray[np.float64]:
    """Return smooth noise of two fine scales, for vessels and soft tissue.

    It makes every film different from every other.
    """
    layers = []
    for cells in (20, 44):
        coarse = Image.fromarray(random.normal(0, 1, (cells, cells)).astype(np.float32))
        layers.append(np.asarray(coarse.resize((size_px, size_px), Image.Resampling.BICUBIC), np.float64))
    return np.asarray(layers[0] + layers[1])


def _opacities(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], random: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Return one to three dense patches over the lungs, 0..0.4."""
    patches = np.zeros_like(x)
    for _ in range(random.integers(1, 4)):
        cx, cy = random.choice([-1, 1]) * random.uniform(0.3, 0.5), random.uniform(-0.3, 0.4)
        radius = random.uniform(0.10, 0.2)
        patches += random.uniform(0.2, 0.35) * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * radius**2))
    return np.asarray(np.clip(patches, 0, 0.4))


def draw_self_test_films() -> list[Grey]:
    """Return the inputs of the self-test: two phantoms without a finding and two with one."""
    return [draw_phantom(seed, has_finding) for seed, has_finding in ((1, False), (2, False), (1, True), (2, True))]
