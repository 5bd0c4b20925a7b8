"""Turn the stored values of a DICOM film into grey, 8 bits, dense tissue white.

The steps are those of the grayscale pipeline of PS3.3, C.11 and N.2: modality transformation, VOI
transformation, presentation. Each works on the table of grey levels of a film rather than on its
pixels, which gives the same result in a fraction of the time.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from core.films.dicom_values import is_little_endian, read_items, read_number, read_numbers, read_text
from core.films.film_notes import AddNote, Note
from core.films.grey_range import Counts, Grey, Values, find_film_range, map_levels, stretch, tabulate
from core.films.lookup_table import LookupTable, read_lookup_table

FUNCTIONS: Final = ("LINEAR", "LINEAR_EXACT", "SIGMOID")  # VOI LUT Function, C.11.2.1.3
BYTE_BITS: Final = 8
MIN_VISIBLE: Final = 0.05  # fraction of the film; padding that hides more is taken for a mistake
MAX_PADDING_RANGE: Final = 0.25  # of the range of the stored values
# grey levels between the darkest and the lightest pixel; with fewer nothing is seen, as 8 bits behind a window of 12
MIN_STEPS: Final = 20
MAX_LOST: Final = 0.01  # fraction of the film's pixels whose entries a usable table may lack


@dataclass(frozen=True, slots=True)
class Levels:
    """The grey levels of a film.

    values: (n,), after the modality transformation. counts: (n,) pixels with each level that are
    part of the film. bits: of the stored values if they are unsigned and unchanged, otherwise None.
    """

    values: Values
    counts: Counts
    bits: int | None


def render_grey(
    stored: npt.NDArray[np.generic], is_hidden: npt.NDArray[np.bool_] | None, header: Dataset, add_note: AddNote
) -> tuple[Grey, str]:
    """Return the film in grey (height, width), and how its values were mapped, in DICOM's words.

    stored: stored values (height, width). is_hidden: the pixels that the display shutter hides, or
    None. Hidden pixels and padding do not count for the grey range, and are black.
    """
    levels, counts = tabulate(stored, is_hidden)
    is_padding = _find_padding(levels, header, add_note)
    if counts[~is_padding].sum() < MIN_VISIBLE * counts.sum():
        add_note(Note.PADDING_UNREADABLE)
        is_padding = np.zeros(len(levels), np.bool_)
    elif counts[is_padding].any():
        add_note(Note.PADDING_HIDDEN)
        counts = np.where(is_padding, 0, counts)
    is_plain, values = _apply_modality(levels.astype(np.float64), counts, header, add_note)
    is_unsigned = np.issubdtype(stored.dtype, np.integer) and header.PixelRepresentation == 0
    bits = int(header.BitsStored) if is_plain and is_unsigned else None
    grey, window = _apply_voi(Levels(values, counts, bits), header, add_note)
    if is_inverted(header):
        grey = 255 - grey
    grey[is_padding] = 0
    pixels = map_levels(stored, levels, grey)
    if is_hidden is not None:
        pixels[is_hidden] = 0
    return pixels, window


def is_inverted(header: Dataset) -> bool:
    """Return True if low values are to be shown white.

    Either MONOCHROME1 (C.7.6.3.1.2) or Presentation LUT Shape INVERSE (C.11.6.1.2) says so; both
    together mean the same and invert once.
    """
    is_monochrome1 = read_text(header, "PhotometricInterpretation").upper() == "MONOCHROME1"
    return is_monochrome1 or read_text(header, "PresentationLUTShape").upper() == "INVERSE"


def _find_padding(levels: npt.NDArray[np.generic], header: Dataset, add_note: AddNote) -> npt.NDArray[np.bool_]:
    """Return which levels are padding: Pixel Padding Value, or the range to its limit (C.7.5.1.1.2).

    The limit of a range that holds much of the film's own values is a mistake and is ignored.
    """
    first = read_number(header, "PixelPaddingValue")
    if first is None:
        return np.zeros(len(levels), np.bool_)
    last = read_number(header, "PixelPaddingRangeLimit")
    ends = [first, first if last is None else last]
    if header.PixelRepresentation == 1:  # written as unsigned, or as signed
        ends = [end - 65536 if end > 32767 else end for end in ends]
    else:
        ends = [end + 65536 if end < 0 else end for end in ends]
    numbers = levels.astype(np.float64)
    if max(ends) - min(ends) > MAX_PADDING_RANGE * (numbers[-1] - numbers[0]):
        add_note(Note.PADDING_UNREADABLE)
        ends = ends[:1]
    return np.asarray((numbers >= min(ends)) & (numbers <= max(ends)))


def _apply_modality(values: Values, counts: Counts, header: Dataset, add_note: AddNote) -> tuple[bool, Values]:
    """Apply the Modality LUT, or else Rescale Slope and Intercept (C.11.1).

    A LUT wins over a slope. Missing, invalid or zero values change nothing. Returns whether the
    values are unchanged, and the values.
    """
    for item in read_items(header, "ModalityLUTSequence"):
        table = _read_complete_table(item, values, counts, header)
        if table is not None and np.ptp(table.entries):
            return False, table.apply(values)
        add_note(Note.MODALITY_LUT_UNREADABLE)
    source = next((item for item in (header, *_functional_items(header, "PixelValueTransformationSequence"))
                   if "RescaleSlope" in item or "RescaleIntercept" in item), header)  # fmt: skip
    slopes, intercepts = read_numbers(source, "RescaleSlope"), read_numbers(source, "RescaleIntercept")
    slope = slopes[0] if slopes else 1.0
    intercept = intercepts[0] if intercepts else 0.0
    is_usable = slope != 0 and np.isfinite(slope) and np.isfinite(intercept)
    if not is_usable:
        slope, intercept = 1.0, 0.0
    is_stated = ("RescaleSlope" in source, "RescaleIntercept" in source)
    if not is_usable or is_stated != (bool(slopes), bool(intercepts)):
        add_note(Note.RESCALE_UNREADABLE)
    return (slope, intercept) == (1.0, 0.0), values * slope + intercept


def _apply_voi(levels: Levels, header: Dataset, add_note: AddNote) -> tuple[Grey, str]:
    """Apply the first usable VOI LUT, or else the first usable window (C.11.2).

    One that gives all pixels nearly the same grey is not usable. Without any, unsigned 8-bit values remain
    as they are, and others are stretched to the range of the film.
    """
    for item in read_items(header, "VOILUTSequence"):
        table = _read_complete_table(item, levels.values, levels.counts, header)
        if table is not None and _is_usable(grey := stretch(table.apply(levels.values), 0, 2**table.depth - 1), levels):
            if table.depth != table.bits:
                add_note(Note.VOI_LUT_DEPTH_WRONG)
            return grey, f"VOI LUT, {table.depth} bits"
        add_note(Note.VOI_LUT_UNREADABLE)
    for item in (header, *_functional_items(header, "FrameVOILUTSequence")):
        for centre, width, function in _list_windows(item, levels, add_note):
            grey = window_values(levels.values, centre, width, function)
            if _is_usable(grey, levels):
                return grey, f"{centre:g}/{width:g} {function}"
            add_note(Note.WINDOW_UNUSABLE)
    return _stretch_to_film(levels, add_note)


def _read_complete_table(item: Dataset, values: Values, counts: Counts, header: Dataset) -> LookupTable | None:
    """Return the lookup table in an item, None if it lacks entries for more than a few pixels of the film."""
    table = read_lookup_table(item, is_little_endian(header))
    is_complete = table is not None and counts[table.find_missing(values)].sum() <= MAX_LOST * counts.sum()
    return table if is_complete else None


def _list_windows(item: Dataset, levels: Levels, add_note: AddNote) -> list[tuple[float, float, str]]:
    """Return the windows of an item as centre, width and function; the last width serves for further centres.

    A linear window needs a width of at least 1 (C.11.2.1.2.1). For narrower ones, which occur with
    fractional values, LINEAR_EXACT is meant.
    """
    centres, widths = read_numbers(item, "WindowCenter"), read_numbers(item, "WindowWidth")
    if not centres or not widths:
        if "WindowCenter" in item or "WindowWidth" in item:
            add_note(Note.WINDOW_UNUSABLE)
        return []
    named = read_text(item, "VOILUTFunction").upper() or "LINEAR"
    function = named if named in FUNCTIONS else "LINEAR"
    if function != named:
        add_note(Note.VOI_FUNCTION_UNKNOWN)
    is_fractional = bool(np.any(levels.values % 1))
    windows = []
    for number, centre in enumerate(centres):
        width = widths[min(number, len(widths) - 1)]
        exact = function == "LINEAR" and width <= 1 and is_fractional
        used = "LINEAR_EXACT" if exact else function
        if np.isfinite(centre) and np.isfinite(width) and width > (1 if used == "LINEAR" else 0):
            windows.append((centre, width, used))
        else:
            add_note(Note.WINDOW_UNUSABLE)
    return windows


def window_values(values: Values, centre: float, width: float, function: str) -> Grey:
    """Return values seen through a window, 0..255.

    function: LINEAR (C.11.2.1.2.1), LINEAR_EXACT (C.11.2.1.3.2) or SIGMOID (C.11.2.1.3.1).
    """
    match function:
        case "SIGMOID":
            exponent = np.clip(-4 * (values - centre) / width, -700, 700)
            share = 1 / (1 + np.exp(exponent))
        case "LINEAR_EXACT":
            share = (values - centre) / width + 0.5
        case _:
            share = (values - (centre - 0.5)) / (width - 1) + 0.5
    return stretch(share, 0.0, 1.0)


def _is_usable(grey: Grey, levels: Levels) -> bool:
    """Return True if the visible pixels have more than a few steps of grey."""
    shown = grey[levels.counts > 0]
    return bool(len(shown)) and int(shown.max()) - int(shown.min()) >= MIN_STEPS


def _stretch_to_film(levels: Levels, add_note: AddNote) -> tuple[Grey, str]:
    if levels.bits is not None and levels.bits <= BYTE_BITS:
        high = 2**levels.bits - 1
        return stretch(levels.values, 0, high), f"none, 0..{high}"
    low, high = find_film_range(levels.values, levels.counts)
    shown = levels.values[levels.counts > 0]
    if (low, high) != (shown.min(), shown.max()):
        add_note(Note.OUTLIERS_IGNORED)
    return stretch(levels.values, low, high), f"none, {low:g}..{high:g}"


def _functional_items(header: Dataset, sequence: str) -> list[Dataset]:
    """Return a sequence's items in the functional groups of an enhanced image (C.7.6.16)."""
    groups = [
        group
        for name in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")
        for group in read_items(header, name)
    ]
    return [item for group in groups for item in read_items(group, sequence)]
