"""Stretch grey values of unknown range to 8 bits."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Grey = npt.NDArray[np.uint8]

BAND_PIXELS: Final = 1 << 21  # worked on at a time
BINS: Final = 256
GAP_BINS: Final = 16  # a gap of 1/16 of the range separates a film from a marker
# fraction of the pixels below which a bin counts as empty: the soft edge of a marker spreads over the gap
SPARSE: Final = 5e-5
MIN_LEVELS: Final = 64  # films of fewer grey levels have gaps everywhere
MAX_LEVELS: Final = 1 << 18  # of one image; hundreds of them have the same grey
DEPTHS: Final = (8, 10, 12, 14, 16, 32, 64)  # bits per pixel of films


def find_film_range(values: Values, counts: Counts) -> tuple[float, float]:
    """Return the lowest and the highest value of a film, without values far from most of it.

    values: (n,) finite grey values. counts: (n,) pixels with each value; at least one is counted.
    A burned-in marker, a collimator edge or padding is separated from the film by a gap of values
    that hardly any pixel has. The part with most pixels, apart from its most frequent value, which
    may be a uniform border, is the film.
    """
    is_counted = counts > 0
    values, counts = values[is_counted], counts[is_counted]
    while True:
        low, high = float(values.min()), float(values.max())
        if len(values) < MIN_LEVELS or not np.isfinite(high - low):
            return low, high
        bins = np.minimum(((values - low) * (BINS / (high - low))).astype(np.int64), BINS - 1)
        pixels = np.bincount(bins, counts, BINS)
        parts = _split_at_gaps(pixels > max(SPARSE * counts.sum(), 1.0))
        if not parts:
            return low, high
        film = max(parts, key=lambda part: _count_apart_from_border(counts[(bins >= part.start) & (bins < part.stop)]))
        if film.start <= GAP_BINS and film.stop >= BINS - GAP_BINS:
            return low, high
        is_kept = (bins >= film.start) & (bins < film.stop)
        values, counts = values[is_kept], counts[is_kept]


def _count_apart_from_border(counts: Counts) -> int:
    return int(counts.sum() - counts.max(initial=0))


def _split_at_gaps(is_filled: npt.NDArray[np.bool_]) -> list[slice]:
    """Return the ranges of bins that lie between gaps of at least GAP_BINS empty ones."""
    filled = np.flatnonzero(is_filled)
    if len(filled) == 0:
        return []
    ends = np.flatnonzero(np.diff(filled) > GAP_BINS)
    starts = [filled[0], *filled[ends + 1]]
    return [slice(int(start), int(stop) + 1) for start, stop in zip(starts, [*filled[ends], filled[-1]], strict=True)]


def stretch(values: npt.NDArray[np.generic], low: float, high: float) -> Grey:
    """Return values stretched from `low`..`high` to 0..255; values outside are clipped."""
    if high <= low:
        return np.zeros(values.shape, np.uint8)
    numbers = np.clip(values.astype(np.float64), low, high)
    return np.round((numbers - low) * (255 / (high - low))).astype(np.uint8)


def bit_depth(highest: float) -> int:
    """Return the smallest usual bit depth that holds the value `highest` >= 0."""
    return next((bits for bits in DEPTHS if highest < 2**bits), DEPTHS[-1])


def tabulate(
    stored: npt.NDArray[Any], is_hidden: npt.NDArray[np.bool_] | None = None
) -> tuple[npt.NDArray[Any], Counts]:
    """Return the grey levels of an image, (n,) ascending, and the number of pixels with each.

    is_hidden: pixels that do not count. Integers of up to 16 bits get one level for each value of
    their range, which is faster. Of more than MAX_LEVELS values neighbours share a level.
    """
    levels: npt.NDArray[Any] | None = None
    if np.issubdtype(stored.dtype, np.integer):
        low, high = int(stored.min()), int(stored.max())
        if high - low < 2**17 and max(abs(low), abs(high)) < 2**31:
            levels = np.arange(low, high + 1)
    if levels is None:
        levels = _list_levels(stored, is_hidden)
    counts = np.zeros(len(levels), np.int64)
    for rows in list_bands(stored.shape):
        shown = _list_shown(stored, is_hidden, rows)
        counts += np.bincount(_find_levels(levels, shown).ravel(), minlength=len(levels))
    return levels, counts


def _list_shown(stored: npt.NDArray[Any], is_hidden: npt.NDArray[np.bool_] | None, rows: slice) -> npt.NDArray[Any]:
    """Return the values of some rows that count."""
    return stored[rows] if is_hidden is None else stored[rows][~is_hidden[rows]]


def _list_levels(stored: npt.NDArray[Any], is_hidden: npt.NDArray[np.bool_] | None) -> npt.NDArray[Any]:
    """Return different values of an image, ascending; if they are too many, without so many of their last bits."""
    levels, dropped = np.empty(0, stored.dtype), 0
    for rows in list_bands(stored.shape):
        more, _ = np.unique(_list_shown(stored, is_hidden, rows), return_counts=True)  # sorting: faster than hashing
        both = np.concatenate((levels, more))
        levels = np.unique(_drop_bits(both, dropped))
        while len(levels) > MAX_LEVELS:
            dropped += (len(levels) // MAX_LEVELS).bit_length()
            levels = np.unique(_drop_bits(levels, dropped))
    return levels


def _drop_bits(values: npt.NDArray[Any], count: int) -> npt.NDArray[Any]:
    """Return values without their last bits, rounded down. Fractions are stored as a sign and a magnitude."""
    bits = values.view(np.dtype(f"u{values.dtype.itemsize}"))
    mask = bits.dtype.type((1 << count) - 1)
    is_magnitude = (values < 0) & (values.dtype.kind == "f")
    lower: npt.NDArray[Any] = np.where(is_magnitude, bits | mask, bits & ~mask)
    return lower.view(values.dtype)


def map_levels(stored: npt.NDArray[Any], levels: npt.NDArray[Any], greys: Grey) -> Grey:
    """Return an image with the grey, or the colour, of its level in each pixel.

    levels: as `tabulate` returns them. greys: (n, ...), of each level.
    """
    pixels = np.empty((*stored.shape, *greys.shape[1:]), np.uint8)
    for rows in list_bands(stored.shape):
        pixels[rows] = greys[_find_levels(levels, stored[rows])]
    return pixels


def list_bands(shape: tuple[int, ...], multiple: int = 1) -> list[slice]:
    """Return bands of rows that cover a picture, so that work on it needs no copy of the whole.

    multiple: of which each band has a number of rows, except for the last.
    """
    rows = max(1, BAND_PIXELS // (shape[1] * multiple)) * multiple
    return [slice(top, min(top + rows, shape[0])) for top in range(0, shape[0], rows)]


def _find_levels(levels: npt.NDArray[Any], values: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Return the place of each value, or of the next lower one, among the levels."""
    if levels.dtype.kind in "iu" and int(levels[-1]) - int(levels[0]) == len(levels) - 1:
        return values.astype(np.intp) - int(levels[0])
    return np.maximum(np.searchsorted(levels, values, side="right") - 1, 0)
