"""Compare films with the outline of a frontal chest: lungs dark, body light."""

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

SMALL_PX: Final = 64  # side of the reduced films that are compared
GRID: Final = 16  # an outline has this many means a side


def describe_outlines(films: npt.NDArray[np.uint8]) -> Floats:
    """Return the outlines (n, GRID * GRID) of square films (n, size, size).

    Each is a grid of block means, scaled to zero mean and unit length so that brightness and
    contrast do not count.
    """
    size = films.shape[1]
    rows = films.reshape(len(films), GRID, size // GRID, size).sum(axis=2, dtype=np.float32)
    flat = (rows @ _block_means(size)).reshape(len(films), -1)
    return unit_rows(flat - flat.mean(axis=1, keepdims=True))


@cache
def _block_means(size: int) -> Floats:
    """Return what turns the sums of a block's rows (size,) into means of blocks, (size, GRID)."""
    step = size // GRID
    return np.repeat(np.eye(GRID, dtype=np.float32), step, axis=0) / np.float32(step * step)


def unit_rows(rows: Floats) -> Floats:
    """Return rows (n, m) scaled to unit length; rows of zeros remain zeros."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9
    return np.asarray(rows / lengths, np.float32)


def correlate_with_chest(small: npt.NDArray[np.uint8]) -> Floats:
    """Return for films (n, 64, 64) the correlation of their outline with that of a chest, (n,), -1..1."""
    outlines = describe_outlines(small)
    return np.asarray((outlines[:, None] @ CHEST)[:, 0])  # row by row: a film gets the same alone and among others


def looks_inverted(small: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Return for films (n, 64, 64) whether black and white seem to be exchanged, (n,).

    True for a film that correlates negatively with the outline of a chest (lungs dark, middle and
    shoulders light) and also with the mean of the films that correlate positively with it.
    """
    outlines = describe_outlines(small)
    is_negative = correlate_with_chest(small) < 0
    if is_negative.all():
        return np.asarray(is_negative)
    return np.asarray(is_negative & (outlines @ outlines[~is_negative].mean(axis=0) < 0))


def _chest_outline() -> Floats:
    """Return the outline of a frontal chest, (GRID, GRID), zero mean.

    Two dark lungs in a light body, with dark air beside the neck.
    """
    y, x = np.mgrid[0:GRID, 0:GRID].astype(np.float32) / (GRID - 1) * 2 - 1
    outline = np.ones((GRID, GRID), np.float32)
    outline[((np.abs(x) - 0.42) / 0.3) ** 2 + ((y + 0.05) / 0.65) ** 2 < 1] = 0.3
    outline[(np.abs(x) > 0.55) & (y < -0.75)] = 0
    outline[np.abs(x) > 0.93] = 0.3
    return np.asarray(outline - outline.mean(), np.float32)


CHEST: Final = unit_rows(_chest_outline().reshape(1, -1))[0]
