"""Stored values: signed and unsigned ones of every depth, and bits that do not belong to them."""

from io import BytesIO

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from core.films.film_notes import Note
from core.films.stored_values import measure_roughness
from tests.core.films.examples import (
    DEEP,
    FILM,
    WINDOW,
    differs,
    edit,
    read,
    recode,
    save,
    store,
    store_deep,
    stretched,
    windowed,
)

PLAIN = windowed(DEEP, 2048, 4096)


def of_depth(bits, is_signed):
    """A film of so many bits, its values from its least to its greatest."""
    top = 2**bits - 1
    values = np.round((DEEP - DEEP.min()) / float(np.ptp(DEEP)) * top).astype(np.int64)
    values -= 2 ** (bits - 1) if is_signed else 0
    words = 8 if bits <= 8 else 16
    return values.astype(f"{'i' if is_signed else 'u'}{words // 8}")


def compress(content, syntax):
    header = dcmread(BytesIO(content))
    header.compress(syntax, generate_instance_uid=False)
    return save(header)


@pytest.mark.parametrize("is_signed", [False, True])
@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
@pytest.mark.parametrize(
    "syntax",
    [
        ExplicitVRLittleEndian,
        ImplicitVRLittleEndian,
        ExplicitVRBigEndian,
        RLELossless,
        JPEG2000Lossless,
        JPEGLSLossless,
    ],
)
def test_every_depth_and_sign_is_read_from_every_coding(bits, is_signed, syntax):
    values = of_depth(bits, is_signed)
    centre, width = (0 if is_signed else 2 ** (bits - 1)), 2**bits
    content = store(values, BitsStored=bits, HighBit=bits - 1, PixelRepresentation=int(is_signed), WindowCenter=centre,
                    WindowWidth=width)  # fmt: skip
    if syntax.is_encapsulated:
        content = compress(content, syntax)
    elif syntax != ExplicitVRLittleEndian:
        content = recode(content, syntax)
    pixels, facts = read(content)
    assert differs(pixels, windowed(values, centre, width)) < 0.6
    assert facts.notes == ()
    assert facts.bits == bits


@pytest.mark.parametrize("syntax", [None, RLELossless])
def test_signed_values_need_no_sign_extension(syntax):
    signed = DEEP.astype(np.int32) - 2048
    content = store((signed & 0x0FFF).astype(np.uint16), BitsStored=12, HighBit=11, PixelRepresentation=1,
                    WindowCenter=0, WindowWidth=4096)  # fmt: skip
    pixels, _ = read(compress(content, syntax) if syntax else content)
    assert differs(pixels, windowed(signed, 0, 4096)) < 0.6


@pytest.mark.parametrize("bits", [10, 12])
@pytest.mark.parametrize("interpretation", ["MONOCHROME1", "MONOCHROME2"])
def test_values_in_the_upper_bits_are_shifted(bits, interpretation):
    values = (DEEP >> (12 - bits)).astype(np.uint16)
    content = store((values << (16 - bits)).astype(np.uint16), BitsStored=bits, HighBit=15,
                    PhotometricInterpretation=interpretation)  # fmt: skip
    content = edit(content, WindowCenter=2 ** (bits - 1), WindowWidth=2**bits)
    pixels, facts = read(content)
    shown = windowed(values, 2 ** (bits - 1), 2**bits)
    assert differs(pixels, shown if interpretation == "MONOCHROME2" else 255 - shown) < 0.6
    assert facts.notes == (Note.VALUES_SHIFTED,)


def test_signed_values_in_the_upper_bits_are_shifted_with_their_sign():
    signed = DEEP.astype(np.int32) - 2048
    content = store((signed << 4).astype(np.int16), BitsStored=12, HighBit=15, PixelRepresentation=1, WindowCenter=0,
                    WindowWidth=4096)  # fmt: skip
    pixels, facts = read(content)
    assert differs(pixels, windowed(signed, 0, 4096)) < 0.6
    assert facts.notes == (Note.VALUES_SHIFTED,)


@pytest.mark.parametrize("tags", [{}, WINDOW])
def test_a_high_bit_that_lies_about_values_in_the_lower_bits_is_not_followed(tags):
    pixels, _ = read(store(DEEP, BitsStored=12, HighBit=15, **tags))
    assert differs(pixels, PLAIN if tags else stretched(DEEP, DEEP.min(), DEEP.max())) < 0.6


@pytest.mark.parametrize("overlay_bits", [(12,), (15,), (12, 15), (13, 14)])
def test_an_overlay_in_unused_bits_is_masked(overlay_bits):
    y, x = np.mgrid[: DEEP.shape[0], : DEEP.shape[1]]
    overlaid = DEEP.copy()
    for bit in overlay_bits:
        overlaid |= np.where(np.hypot(y - 40, x - 30 - bit) < 12, np.uint16(1 << bit), np.uint16(0))
    pixels, facts = read(store_deep(overlaid, **WINDOW))
    assert differs(pixels, PLAIN) < 0.6
    assert facts.notes == (Note.UNUSED_BITS_MASKED,)


@pytest.mark.parametrize("stated", [8, 10, 11])
def test_fewer_stated_bits_than_are_used_are_told_and_not_followed(stated):
    pixels, facts = read(store(DEEP, BitsStored=stated, HighBit=stated - 1))
    assert differs(pixels, stretched(DEEP, DEEP.min(), DEEP.max())) < 0.6
    assert facts.notes == (Note.BITS_STORED_WRONG,)


def test_a_few_values_beyond_the_stated_bits_are_not_cut_off():
    bright = DEEP + np.uint16(900)
    assert 0 < (bright > 4095).mean() < 0.05
    pixels, facts = read(store_deep(bright))
    assert differs(pixels, stretched(bright, bright.min(), bright.max())) < 0.6
    assert facts.notes == (Note.BITS_STORED_WRONG,)


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_unsigned_values_that_are_declared_as_signed_are_told_and_read_as_they_are(bits):
    values = of_depth(bits, is_signed=False)
    content = store(values, BitsStored=bits, HighBit=bits - 1, PixelRepresentation=1)
    pixels, facts = read(content)
    assert differs(pixels, stretched(values, 0, 2**bits - 1)) < 0.6
    assert facts.notes == (Note.BITS_STORED_WRONG,)


@pytest.mark.parametrize("stated", [13, 14, 15, 16])
def test_more_stated_bits_than_are_used_change_nothing_behind_a_window(stated):
    pixels, facts = read(store(DEEP, BitsStored=stated, HighBit=stated - 1, **WINDOW))
    assert differs(pixels, PLAIN) < 0.6
    assert facts.notes == ()


@pytest.mark.parametrize("keyword", ["FloatPixelData", "DoubleFloatPixelData"])
def test_fractional_pixels_are_stretched_to_the_film(keyword):
    values = DEEP.astype(np.float32 if keyword == "FloatPixelData" else np.float64) / 4096 - 0.3
    header = dcmread(BytesIO(store_deep()))
    del header.PixelData
    for name in ("BitsStored", "HighBit", "PixelRepresentation"):
        delattr(header, name)
    header.BitsAllocated = 8 * values.dtype.itemsize
    setattr(header, keyword, values.tobytes())
    assert differs(read(save(header))[0], stretched(values, values.min(), values.max())) < 0.6


@pytest.mark.parametrize(("odd", "shown"), [(np.nan, 0), (-np.inf, 0), (np.inf, 255)])
def test_fractions_that_are_no_numbers_are_told(odd, shown):
    values = DEEP.astype(np.float32) / 4096 - 0.3
    expected = stretched(values, values[20:].min(), values[20:].max())
    values[5:9, 5:9] = odd
    expected[5:9, 5:9] = shown
    header = dcmread(BytesIO(store_deep(BitsAllocated=32, BitsStored=32, HighBit=31)))
    del header.PixelData
    header.FloatPixelData = values.tobytes()
    pixels, facts = read(save(header))
    assert differs(pixels, expected) < 0.6
    assert facts.notes == (Note.OUTLIERS_IGNORED,)


@pytest.mark.parametrize("is_signed", [False, True])
def test_words_of_32_bits_are_read(is_signed):
    values = DEEP.astype(np.int64) * 50_000 - (100_000_000 if is_signed else 0)
    content = store(values.astype("i4" if is_signed else "u4"), PixelRepresentation=int(is_signed))
    assert differs(read(content)[0], stretched(values, values.min(), values.max())) < 0.6


def test_single_bits_are_read_if_they_are_a_film():
    bits = np.packbits(FILM.ravel() > 90, bitorder="little")
    content = edit(store(FILM), BitsAllocated=1, BitsStored=1, HighBit=0, PixelData=bits.tobytes())
    assert np.array_equal(read(content)[0], np.where(FILM > 90, 255, 0))


def test_values_that_wrap_around_are_rougher():
    assert measure_roughness(DEEP & 0xFF) > 1.5 * measure_roughness(DEEP // 16)
    assert measure_roughness(np.array([[0, 3], [5, 4]])) == 2
