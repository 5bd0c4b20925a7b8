"""Compare films with the outline of a frontal chest: lungs dark, body light."""

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


GRID: Final = 16  # a description is this many means a side


def describe_outlines(films: npt.NDArray[np.uint8]) -> Floats:
    """Each film as GRID x GRID means of zero mean and unit length, so that brightness and contrast do not count."""
    step = films.shape[1] // GRID
    means = films.reshape(len(films), GRID, step, GRID, step).mean(axis=(2, 4), dtype=np.float32)
    flat = means.reshape(len(films), -1)
    return unit_rows(flat - flat.mean(axis=1, keepdims=True))


def unit_rows(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9
    return np.asarray(rows / lengths, np.float32)


def looks_inverted(small: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """For films (n, 64, 64): True (n,) where black and white seem to be exchanged.

    A film that is more like the negative of a chest in outline (lungs dark, middle and shoulders light) than like
    the outline, and more like the negative of the other films' mean than like that mean.
    """
    described = describe_outlines(small)
    against_outline = described @ unit_rows(_chest_outline().reshape(1, -1))[0] < 0
    if against_outline.all():
        return np.asarray(against_outline)
    return np.asarray(against_outline & (described @ described[~against_outline].mean(axis=0) < 0))


def _chest_outline() -> Floats:
    """A frontal chest, GRID x GRID, of zero mean: two dark lungs in a light body, dark air beside the neck."""
    y, x = np.mgrid[0:GRID, 0:GRID].astype(np.float32) / (GRID - 1) * 2 - 1
    outline = np.ones((GRID, GRID), np.float32)
    outline[((np.abs(x) - 0.42) / 0.3) ** 2 + ((y + 0.05) / 0.65) ** 2 < 1] = 0.3
    outline[(np.abs(x) > 0.55) & (y < -0.75)] = 0
    outline[np.abs(x) > 0.93] = 0.3
    return np.asarray(outline - outline.mean(), np.float32)
