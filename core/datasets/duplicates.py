"""Near copies among films: the same film resized, re-encoded, cropped a little, brightened or mirrored.

All chest films look alike, so a film is first described by how it differs from the dataset's mean film (principal
components, whitened: Turk and Pentland 1991). Neighbours in that space are candidates only. Each is then laid over
the other by a small registration (scale and shift on both axes, Gauss-Newton: Lucas and Kanade 1981; Baker and
Matthews 2004), and local contrast is compared, at 32, 64 and 160 pixels. Decides nothing about what to do with them.
"""

import threading
from collections.abc import Callable, Generator, Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from core.films.images import Grey
from core.films.outline import Floats, describe_outlines, unit_rows
from core.jobs.events import Progressed, Stage
from core.jobs.progress import Pace

Pairs = npt.NDArray[np.int64]

COMPONENTS: Final = 64
NEIGHBOURS: Final = 4
LEAST_COSINE: Final = 0.55  # measured: of 1,200 copies of real films 99 % lie above 0.6, of other films 99.99 % below
BLOCK: Final = 256  # rows compared at once: with 50,000 films 200 MB
BATCH: Final = 128
WIDEST: Final = 0.16  # scale and shift that a registration may reach: a crop of up to 8 % a side
# (size in pixels, steps, least correlation to go on); between other films 0.89 at most was measured at 64 pixels,
# between copies 0.95 at least
LEVELS: Final = ((32, 8, 0.80), (64, 5, 0.90))
FULL_PX: Final = 160
FULL_STEPS: Final = 4
LEAST_LIKENESS: Final = 0.85


def find_near_copies(
    small: npt.NDArray[np.uint8], look: Callable[[int], Grey], cancel: threading.Event
) -> Generator[Progressed, None, list[tuple[int, int]]]:
    """Pairs (i, j), i < j, of films that show the same exposure.

    small: (n, 64, 64) uint8, upright and dense white. look: the film of an index at (FULL_PX, FULL_PX), for the last
    check of the few pairs that are left. Cancelled: the pairs found so far.
    """
    if len(small) < 2:
        return []
    pairs, mirrored = _candidates(small)
    shift = np.zeros((len(pairs), 4), np.float32)
    pace, done = Pace(Stage.COMPARING, len(pairs)), 0
    sizes = {size: _resized_all(small, size) for size, _, _ in LEVELS}
    found: list[tuple[int, int]] = []
    for start in range(0, len(pairs), BATCH):
        if cancel.is_set():
            break
        part, flip = pairs[start : start + BATCH], mirrored[start : start + BATCH]
        moved = shift[start : start + BATCH]
        for size, steps, least in LEVELS:
            one = sizes[size][part[:, 0]]
            other = _flipped(sizes[size][part[:, 1]], flip)
            moved, likeness = _registered(one, other, moved, steps)
            kept = likeness >= least
            part, flip, moved = part[kept], flip[kept], moved[kept]
        for pair, is_mirrored, start_at in zip(part, flip, moved, strict=True):
            if not cancel.is_set() and _confirmed(look, pair, bool(is_mirrored), start_at):
                found.append((int(pair[0]), int(pair[1])))
        done = min(start + BATCH, len(pairs))
        if progress := pace.at(done):
            yield progress
    return sorted(set(found))


def _confirmed(look: Callable[[int], Grey], pair: Pairs, is_mirrored: bool, start: Floats) -> bool:
    """The last check, on pixels read anew."""
    one, other = look(int(pair[0]))[None], look(int(pair[1]))[None]
    _, likeness = _registered(one, _flipped(other, np.array([is_mirrored])), start[None], FULL_STEPS)
    return bool(likeness[0] >= LEAST_LIKENESS)


def _resized_all(small: npt.NDArray[np.uint8], size: int) -> npt.NDArray[np.uint8]:
    if small.shape[1] == size:
        return small
    step = small.shape[1] // size
    means = small.reshape(len(small), size, step, size, step).mean(axis=(2, 4), dtype=np.float32)
    return np.asarray(np.round(means), np.uint8)


def _flipped(films: npt.NDArray[np.uint8], which: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    return np.where(which[:, None, None], films[:, :, ::-1], films) if which.any() else films


def _candidates(small: npt.NDArray[np.uint8]) -> tuple[Pairs, npt.NDArray[np.bool_]]:
    """Pairs (m, 2) worth a look, i < j, and for each whether the second one is to be mirrored (m,)."""
    plain = describe_outlines(small)
    turned = describe_outlines(small[:, :, ::-1])
    mean = plain.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov((plain - mean).T))
    kept = min(COMPONENTS, max(1, len(small) // 4))  # few films span few directions; noise must not be whitened
    basis = vectors[:, -kept:] / np.sqrt(np.maximum(values[-kept:], 1e-12))
    plain, turned = unit_rows((plain - mean) @ basis), unit_rows((turned - mean) @ basis)
    found: dict[tuple[int, int], bool] = {}
    for other, is_mirrored in ((turned, True), (plain, False)):
        for start in range(0, len(plain), BLOCK):
            cosines = other[start : start + BLOCK] @ plain.T
            rows = np.arange(len(cosines))
            cosines[rows, rows + start] = -1
            nearest = np.argpartition(-cosines, min(NEIGHBOURS, len(plain) - 1) - 1, axis=1)[:, :NEIGHBOURS]
            for row, column in zip(np.repeat(rows, nearest.shape[1]), nearest.ravel(), strict=True):
                if cosines[row, column] >= LEAST_COSINE:
                    first, second = sorted((int(row) + start, int(column)))
                    found[first, second] = is_mirrored
    pairs = np.array(sorted(found), np.int64).reshape(-1, 2)
    return pairs, np.array([found[int(i), int(j)] for i, j in pairs], bool)


def _registered(
    one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8], start: Floats, steps: int
) -> tuple[Floats, Floats]:
    """Lay each film of `other` (n, s, s) over its partner in `one`; give scale and shift (n, 4) and likeness (n,).

    The four numbers are x scale - 1, y scale - 1, x shift, y shift; shifts in halves of the picture.
    Likeness is the correlation of local contrast where both overlap, -1..1.
    """
    if not len(one):
        return start, np.zeros(0, np.float32)
    radius = max(3, one.shape[1] // 10)
    fixed, moving = _local_contrast(one, radius), _local_contrast(other, radius)
    soft_fixed, soft_moving = _box(fixed, 1), _box(moving, 1)
    place = start.copy()
    side = one.shape[1]
    axis = np.linspace(-1, 1, side, dtype=np.float32)
    x, y = axis[None, None, :], axis[None, :, None]
    for _ in range(steps):
        warped, inside = _warped(soft_moving, place)
        down, right = np.gradient(warped, 2 / (side - 1), axis=(1, 2))
        columns = [right * x, down * y, right, down, warped, np.ones_like(warped)]
        slopes = (np.stack(columns, axis=-1) * inside[..., None]).reshape(len(one), -1, 6)
        error = ((soft_fixed - warped) * inside).reshape(len(one), -1, 1)
        turned = np.swapaxes(slopes, 1, 2)
        curvature = turned @ slopes
        damping = 1e-4 * np.trace(curvature, axis1=1, axis2=2)[:, None, None] / 6 + 1e-6
        change = np.linalg.solve(curvature + damping * np.eye(6, dtype=np.float32), turned @ error)[:, :4, 0]
        place = np.clip(place + np.clip(change, -0.05, 0.05), -WIDEST, WIDEST)
    warped, inside = _warped(moving, place)
    return place, _correlation(fixed, warped, inside)


def _local_contrast(films: npt.NDArray[np.uint8], radius: int) -> Floats:
    """Difference from the surroundings over their spread; what all chests share, light and shade, falls out."""
    grey = films.astype(np.float32)
    difference = grey - _box(grey, radius)
    return np.asarray(difference / np.sqrt(_box(difference * difference, radius) + 4), np.float32)


def _box(films: Floats, radius: int) -> Floats:
    """Mean over a square of 2 radius + 1 pixels, cut off at the rim."""
    for axis in (1, 2):
        length = films.shape[axis]
        sums = np.cumsum(films, axis=axis, dtype=np.float64)
        sums = np.concatenate([np.zeros_like(np.take(sums, [0], axis=axis)), sums], axis=axis)
        low = np.maximum(np.arange(length) - radius, 0)
        high = np.minimum(np.arange(length) + radius + 1, length)
        counts = (high - low).reshape([-1 if place == axis else 1 for place in range(3)])
        films = ((np.take(sums, high, axis=axis) - np.take(sums, low, axis=axis)) / counts).astype(np.float32)
    return films


def _warped(films: Floats, place: Floats) -> tuple[Floats, Floats]:
    """Films (n, s, s) scaled and shifted, bilinear, and 1 where a pixel comes from inside them, else 0."""
    side = films.shape[1]
    axis = np.linspace(-1, 1, side, dtype=np.float32)
    at_x = ((1 + place[:, 0:1]) * axis + place[:, 2:3] + 1) * (side - 1) / 2
    at_y = ((1 + place[:, 1:2]) * axis + place[:, 3:4] + 1) * (side - 1) / 2
    inside = ((at_y >= 0) & (at_y <= side - 1))[:, :, None] & ((at_x >= 0) & (at_x <= side - 1))[:, None, :]
    column, right = _split(at_x, side)
    row, below = _split(at_y, side)
    which = np.arange(len(films))[:, None]
    rows = films[which, row] * (1 - below[..., None]) + films[which, row + 1] * below[..., None]
    shape = rows.shape
    left = np.take_along_axis(rows, np.broadcast_to(column[:, None, :], shape), axis=2)
    beside = np.take_along_axis(rows, np.broadcast_to(column[:, None, :] + 1, shape), axis=2)
    warped = left * (1 - right[:, None, :]) + beside * right[:, None, :]
    return np.asarray(warped, np.float32), inside.astype(np.float32)


def _split(at: Floats, side: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """Whole pixel and the fraction beyond it."""
    at = np.clip(at, 0, side - 1.001)
    whole = at.astype(np.int64)
    return whole, (at - whole).astype(np.float32)


def _correlation(one: Floats, other: Floats, inside: Floats) -> Floats:
    """Pearson's correlation of each pair where `inside` is 1."""
    count = inside.sum(axis=(1, 2), keepdims=True) + 1e-6
    one = (one - (one * inside).sum(axis=(1, 2), keepdims=True) / count) * inside
    other = (other - (other * inside).sum(axis=(1, 2), keepdims=True) / count) * inside
    spread = np.sqrt((one * one).sum(axis=(1, 2)) * (other * other).sum(axis=(1, 2))) + 1e-9
    return np.asarray((one * other).sum(axis=(1, 2)) / spread, np.float32)


def group_pairs(pairs: Iterable[tuple[int, int]], count: int) -> list[tuple[int, ...]]:
    """Indices 0..count - 1 that pairs tie together, groups of two and more, each in rising order."""
    leader = list(range(count))

    def first(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    for one, other in pairs:
        low, high = sorted((first(one), first(other)))
        leader[high] = low
    groups: dict[int, list[int]] = {}
    for index in range(count):
        groups.setdefault(first(index), []).append(index)
    return [tuple(group) for group in groups.values() if len(group) > 1]
