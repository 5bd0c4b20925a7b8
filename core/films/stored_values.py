"""Decode the stored pixel values of a DICOM film (PS3.5, 8.1.1; PS3.3, C.7.6.3.1)."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from pydicom.dataset import FileDataset
from pydicom.pixels.decoders.base import get_decoder

from core.films.film_notes import AddNote, Note
from core.films.pixel_header import complete_header, follow_codestream, settle_syntax

Stored = npt.NDArray[Any]

ROUGHER: Final = 1.5  # times the mean step between neighbours, from which values wrap around at the sign
# mean step between neighbours, in standard deviations, from which values are noise rather than a film: random numbers
# of even distribution have 1.15, films at most 0.4
NOISE: Final = 0.6
SAMPLED_PIXELS: Final = 8_000_000


def read_stored_values(header: FileDataset, add_note: AddNote) -> Stored:
    """Return the stored values, (height, width), or (height, width, 3) for a colour capture.

    The header is completed and corrected on the way. Raises FilmUnreadable, and anything that
    pydicom's decoders raise.
    """
    complete_header(header, add_note)
    is_swapped = settle_syntax(header, add_note)
    stated_sign = header.PixelRepresentation
    follow_codestream(header, add_note)
    decoder = get_decoder(header.file_meta.TransferSyntaxUID)
    is_grey = header.SamplesPerPixel == 1
    stored, _ = decoder.as_array(header, index=0, raw=is_grey, correct_unused_bits=False)  # type: ignore[arg-type]
    header.PixelRepresentation = stated_sign
    if is_swapped:
        stored = stored.byteswap()
    stored = stored.astype(stored.dtype.newbyteorder("="), copy=False)
    if np.issubdtype(stored.dtype, np.floating):
        return _fill_gaps(stored, add_note)
    if not is_grey or "PixelData" not in header:
        return stored
    return _extract_bits(stored, header, add_note)


def _fill_gaps(values: Stored, add_note: AddNote) -> Stored:
    """Return fractional values with the ends of their range in place of those that are no finite numbers."""
    numbers = values[np.isfinite(values)]
    if numbers.size in (0, values.size):
        return values
    add_note(Note.OUTLIERS_IGNORED)
    return np.nan_to_num(values, nan=numbers.min(), neginf=numbers.min(), posinf=numbers.max())


def _extract_bits(words: Stored, header: FileDataset, add_note: AddNote) -> Stored:
    """Return the values in the words of an image, without bits that are not part of them.

    A value lies in as many bits as Bits Stored states, below and including High Bit; bits above may
    hold an overlay or the sign. Where that contradicts the picture, because it is smoother with all
    its bits, the header is wrong.
    """
    allocated, bits = 8 * words.dtype.itemsize, int(header.BitsStored)
    is_signed = bool(header.PixelRepresentation)
    unsigned = words.view(np.dtype(f"u{words.dtype.itemsize}"))
    shift = int(header.HighBit) + 1 - bits
    if shift > 0 and int(unsigned.max()) >> bits:
        add_note(Note.VALUES_SHIFTED)
        return _read_value_bits(unsigned >> shift, bits, is_signed)
    masked = _read_value_bits(unsigned, bits, is_signed)
    if np.array_equal(masked, words):
        is_sign_wrong = is_signed and measure_roughness(words) > ROUGHER * measure_roughness(unsigned)
        if bits < allocated or not is_sign_wrong:
            return words
        masked, words = words, unsigned
    if _is_wrapped(masked, words):
        add_note(Note.BITS_STORED_WRONG)
        header.BitsStored, header.HighBit = allocated, allocated - 1
        header.PixelRepresentation = int(words.dtype.kind == "i")
        return words
    if int(unsigned.max()) >> bits:
        add_note(Note.UNUSED_BITS_MASKED)
    return masked


def _read_value_bits(unsigned: Stored, bits: int, is_signed: bool) -> Stored:
    """Return the lowest `bits` bits of each word, sign-extended if `is_signed`."""
    if not is_signed:
        return np.asarray(np.bitwise_and(unsigned, unsigned.dtype.type((1 << bits) - 1)))
    upper = 8 * unsigned.itemsize - bits
    values: Stored = (unsigned << upper).view(np.dtype(f"i{unsigned.itemsize}"))
    values >>= upper
    return values


def _is_wrapped(masked: Stored, words: Stored) -> bool:
    """Return True if values were cut off above the bits that were kept.

    Films change gradually, and an overlay adds steps to them. Values that have lost upper bits wrap
    around: they have more steps than the whole words, or are noise where the words are a film.
    """
    masked, words = _sample_rows(masked), _sample_rows(words)
    rough, rough_words = measure_roughness(masked), measure_roughness(words)
    share, share_words = rough / max(float(masked.std()), 1e-9), rough_words / max(float(words.std()), 1e-9)
    return rough > rough_words or (share > NOISE and share > 2 * share_words)


def measure_roughness(values: Stored) -> float:
    """Return the mean absolute difference between horizontal neighbours."""
    return float(np.abs(np.diff(_sample_rows(values).astype(np.float64), axis=1)).mean())


def _sample_rows(values: Stored) -> Stored:
    """Return evenly spaced rows of a large film, enough to compare how rough it is."""
    return values[:: max(1, values.size // SAMPLED_PIXELS)]
