"""Find near copies among films: resized, re-encoded, slightly cropped, brightened or mirrored.

All chest films look alike, so each film is first described by how it differs from the dataset's
mean film (principal components, whitened: Turk and Pentland 1991). Neighbours in that space are
only candidates. Each pair is then registered (scale and shift on both axes, Gauss-Newton: Lucas and
Kanade 1981; Baker and Matthews 2004), and its local contrast is compared, at 32, 64 and 160 pixels.
A perceptual hash is shorter, but loses four of five copies to a crop of 3 % (benchmarks/RESULTS.md).
"""

import threading
from collections.abc import Callable, Generator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from core.films.images import Grey
from core.films.outline import Floats, describe_outlines, unit_rows
from core.jobs.events import Progressed, Stage
from core.jobs.progress import Pace

Films = npt.NDArray[np.uint8]
Pairs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

COMPONENTS: Final = 64
NEIGHBOURS: Final = 4
MIN_COSINE: Final = 0.55  # measured: 99 % of 1,200 copies of real films lie above 0.6, 99.99 % of other films below
BLOCK: Final = 256  # rows compared at once: 200 MB with 50,000 films
BATCH: Final = 128
MAX_WARP: Final = 0.16  # limit of scale and shift in a registration: a crop of up to 8 % on each side
# (size in pixels, steps, least correlation to go on); measured at 64 pixels: at most 0.89 between
# different films, at least 0.95 between copies
LEVELS: Final = ((32, 8, 0.80), (64, 5, 0.90))
FULL_PX: Final = 160
FULL_STEPS: Final = 4
MIN_CORRELATION: Final = 0.85


def find_near_copies(
    small: Films, read_full: Callable[[int], Grey], cancel: threading.Event
) -> Generator[Progressed, None, list[tuple[int, int]]]:
    """Return pairs (i, j), i < j, of films that show the same exposure.

    small: (n, 64, 64) uint8, upright, dense tissue white. read_full: returns the film of an index
    at (FULL_PX, FULL_PX), for the final check of the few remaining pairs. If cancelled, returns the
    pairs found so far.
    """
    if len(small) < 2:
        return []
    pairs, mirrored = _find_candidates(small)
    pace = Pace(Stage.COMPARING, len(pairs))
    pyramid = {size: _shrink(small, size) for size, _, _ in LEVELS}
    copies: list[tuple[int, int]] = []
    for start in range(0, len(pairs), BATCH):
        if cancel.is_set():
            break
        end = min(start + BATCH, len(pairs))
        kept, kept_mirrored, warps = _filter_pairs(pyramid, pairs[start:end], mirrored[start:end])
        for pair, is_mirrored, warp in zip(kept, kept_mirrored, warps, strict=True):
            if not cancel.is_set() and _confirm_pair(read_full, pair, bool(is_mirrored), warp):
                copies.append((int(pair[0]), int(pair[1])))
        if progress := pace.progress_at(end):
            yield progress
    return sorted(set(copies))


def _filter_pairs(pyramid: dict[int, Films], pairs: Pairs, mirrored: Flags) -> tuple[Pairs, Flags, Floats]:
    """Register pairs level by level; return those alike at every level, with their warps."""
    warps = np.zeros((len(pairs), 4), np.float32)
    for size, steps, least in LEVELS:
        films = pyramid[size]
        moving = _mirror_where(films[pairs[:, 1]], mirrored)
        warps, correlation = _register(films[pairs[:, 0]], moving, warps, steps)
        is_kept = correlation >= least
        pairs, mirrored, warps = pairs[is_kept], mirrored[is_kept], warps[is_kept]
    return pairs, mirrored, warps


def _confirm_pair(read_full: Callable[[int], Grey], pair: Pairs, is_mirrored: bool, warp: Floats) -> bool:
    """Return True if a pair is still alike at FULL_PX, on newly decoded pixels."""
    fixed, moving = read_full(int(pair[0]))[None], read_full(int(pair[1]))[None]
    _, correlation = _register(fixed, _mirror_where(moving, np.array([is_mirrored])), warp[None], FULL_STEPS)
    return bool(correlation[0] >= MIN_CORRELATION)


def _shrink(small: Films, size: int) -> Films:
    """Shrink films (n, s, s) to (n, size, size) by block means; s must be a multiple of size."""
    if small.shape[1] == size:
        return small
    step = small.shape[1] // size
    means = small.reshape(len(small), size, step, size, step).mean(axis=(2, 4), dtype=np.float32)
    return np.asarray(np.round(means), np.uint8)


def _mirror_where(films: Films, mirrored: Flags) -> Films:
    """Mirror the flagged films left to right."""
    return np.where(mirrored[:, None, None], films[:, :, ::-1], films) if mirrored.any() else films


def _find_candidates(small: Films) -> tuple[Pairs, Flags]:
    """Return candidate pairs (m, 2), i < j, and whether the second film must be mirrored (m,)."""
    upright = describe_outlines(small)
    mirrored = describe_outlines(small[:, :, ::-1])
    mean = upright.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov((upright - mean).T))
    kept = min(COMPONENTS, max(1, len(small) // 4))  # few films span few directions; noise must not be whitened
    basis = vectors[:, -kept:] / np.sqrt(np.maximum(values[-kept:], 1e-12))
    upright, mirrored = unit_rows((upright - mean) @ basis), unit_rows((mirrored - mean) @ basis)
    candidates: dict[tuple[int, int], bool] = {}
    for queries, is_mirrored in ((mirrored, True), (upright, False)):
        for start in range(0, len(upright), BLOCK):
            cosines = queries[start : start + BLOCK] @ upright.T
            rows = np.arange(len(cosines))
            cosines[rows, rows + start] = -1
            nearest = np.argpartition(-cosines, min(NEIGHBOURS, len(upright) - 1) - 1, axis=1)[:, :NEIGHBOURS]
            for row, column in zip(np.repeat(rows, nearest.shape[1]), nearest.ravel(), strict=True):
                if cosines[row, column] >= MIN_COSINE:
                    first, second = sorted((int(row) + start, int(column)))
                    candidates[first, second] = is_mirrored
    pairs = np.array(sorted(candidates), np.int64).reshape(-1, 2)
    return pairs, np.array([candidates[int(i), int(j)] for i, j in pairs], bool)


def _register(fixed: Films, moving: Films, start: Floats, steps: int) -> tuple[Floats, Floats]:
    """Register films `moving` (n, s, s) with those in `fixed`; return warps and correlations.

    A warp is x scale - 1, y scale - 1, x shift, y shift, (n, 4), shifts in half widths; `start` is
    the first guess. The correlation (n,) of local contrast, -1..1, covers the area where both
    overlap.
    """
    if not len(fixed):
        return start, np.zeros(0, np.float32)
    side = fixed.shape[1]
    radius = max(3, side // 10)
    fixed_contrast, moving_contrast = _local_contrast(fixed, radius), _local_contrast(moving, radius)
    smooth_fixed, smooth_moving = _box_mean(fixed_contrast, 1), _box_mean(moving_contrast, 1)
    warp = start.copy()
    axis = np.linspace(-1, 1, side, dtype=np.float32)
    x, y = axis[None, None, :], axis[None, :, None]
    for _ in range(steps):
        warped, inside = _warp_films(smooth_moving, warp)
        down, right = np.gradient(warped, 2 / (side - 1), axis=(1, 2))
        columns = [right * x, down * y, right, down, warped, np.ones_like(warped)]
        jacobian = (np.stack(columns, axis=-1) * inside[..., None]).reshape(len(fixed), -1, 6)
        error = ((smooth_fixed - warped) * inside).reshape(len(fixed), -1, 1)
        transposed = np.swapaxes(jacobian, 1, 2)
        curvature = transposed @ jacobian
        damping = 1e-4 * np.trace(curvature, axis1=1, axis2=2)[:, None, None] / 6 + 1e-6
        change = np.linalg.solve(curvature + damping * np.eye(6, dtype=np.float32), transposed @ error)[:, :4, 0]
        warp = np.clip(warp + np.clip(change, -0.05, 0.05), -MAX_WARP, MAX_WARP)
    warped, inside = _warp_films(moving_contrast, warp)
    return warp, _correlate(fixed_contrast, warped, inside)


def _local_contrast(films: Films, radius: int) -> Floats:
    """Return the difference from the local mean over the local spread.

    Light and shade, which all chest films share, cancel out.
    """
    grey = films.astype(np.float32)
    difference = grey - _box_mean(grey, radius)
    return np.asarray(difference / np.sqrt(_box_mean(difference * difference, radius) + 4), np.float32)


def _box_mean(films: Floats, radius: int) -> Floats:
    """Return the mean over squares of 2 radius + 1 pixels, cut off at the rim."""
    for axis in (1, 2):
        length = films.shape[axis]
        sums = np.cumsum(films, axis=axis, dtype=np.float64)
        sums = np.concatenate([np.zeros_like(np.take(sums, [0], axis=axis)), sums], axis=axis)
        low = np.maximum(np.arange(length) - radius, 0)
        high = np.minimum(np.arange(length) + radius + 1, length)
        counts = (high - low).reshape([-1 if dimension == axis else 1 for dimension in range(3)])
        films = ((np.take(sums, high, axis=axis) - np.take(sums, low, axis=axis)) / counts).astype(np.float32)
    return films


def _warp_films(films: Floats, warp: Floats) -> tuple[Floats, Floats]:
    """Scale and shift films (n, s, s), bilinear; also return 1 for pixels inside, else 0."""
    side = films.shape[1]
    axis = np.linspace(-1, 1, side, dtype=np.float32)
    at_x = ((1 + warp[:, 0:1]) * axis + warp[:, 2:3] + 1) * (side - 1) / 2
    at_y = ((1 + warp[:, 1:2]) * axis + warp[:, 3:4] + 1) * (side - 1) / 2
    inside = ((at_y >= 0) & (at_y <= side - 1))[:, :, None] & ((at_x >= 0) & (at_x <= side - 1))[:, None, :]
    column, x_fraction = _split_position(at_x, side)
    row, y_fraction = _split_position(at_y, side)
    index = np.arange(len(films))[:, None]
    rows = films[index, row] * (1 - y_fraction[..., None]) + films[index, row + 1] * y_fraction[..., None]
    shape = rows.shape
    left = np.take_along_axis(rows, np.broadcast_to(column[:, None, :], shape), axis=2)
    right = np.take_along_axis(rows, np.broadcast_to(column[:, None, :] + 1, shape), axis=2)
    warped = left * (1 - x_fraction[:, None, :]) + right * x_fraction[:, None, :]
    return np.asarray(warped, np.float32), inside.astype(np.float32)


def _split_position(at: Floats, side: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """Split positions into whole pixel and fraction."""
    at = np.clip(at, 0, side - 1.001)
    pixel = at.astype(np.int64)
    return pixel, (at - pixel).astype(np.float32)


def _correlate(first: Floats, second: Floats, inside: Floats) -> Floats:
    """Return Pearson's correlation of each pair of films over the pixels where `inside` is 1."""
    count = inside.sum(axis=(1, 2), keepdims=True) + 1e-6
    first = (first - (first * inside).sum(axis=(1, 2), keepdims=True) / count) * inside
    second = (second - (second * inside).sum(axis=(1, 2), keepdims=True) / count) * inside
    spread = np.sqrt((first * first).sum(axis=(1, 2)) * (second * second).sum(axis=(1, 2))) + 1e-9
    return np.asarray((first * second).sum(axis=(1, 2)) / spread, np.float32)


def group_pairs(pairs: Sequence[tuple[int, int]], count: int) -> list[tuple[int, ...]]:
    """Return groups of the indices 0..count - 1 that pairs link, each in rising order, by their first index."""
    if not pairs:
        return []
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(len(pairs)), np.transpose(pairs)), shape=(count, count))
    groups: dict[int, list[int]] = {}
    for index, group in enumerate(connected_components(links, directed=False)[1]):
        groups.setdefault(int(group), []).append(index)
    return [tuple(group) for group in groups.values() if len(group) > 1]
