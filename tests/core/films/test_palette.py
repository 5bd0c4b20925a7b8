"""Films that are stored as palette indices."""

from io import BytesIO

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

from core.films.film_notes import Note
from core.films.palette import apply_palette
from core.system.errors import FilmUnreadable, Reason
from tests.core.films.examples import BITS_12, DEEP, FILM, differs, put_bytes, read, recode, save, store

NAMES = ("Red", "Green", "Blue")


def with_palette(pixels, entries, bits=16, first=0, form=None, **tags):
    """A film of palette indices. entries: (n, 3) palette, stored as words or, if `form` is u1, as bytes."""
    header = dcmread(BytesIO(store(pixels, PhotometricInterpretation="PALETTE COLOR", **tags)))
    for channel, name in enumerate(NAMES):
        descriptor = np.array([len(entries) % 65536, first & 0xFFFF, bits]).astype("<u2").tobytes()
        put_bytes(header, f"{name}PaletteColorLookupTableDescriptor", descriptor, "US")
        data = np.asarray(entries)[:, channel].astype(form or "<u2").tobytes()
        put_bytes(header, f"{name}PaletteColorLookupTableData", data, "OW")
    return save(header)


def grey_ramp(count, peak, is_falling=False):
    ramp = np.linspace(peak, 0, count) if is_falling else np.linspace(0, peak, count)
    return np.stack([ramp.round()] * 3, axis=-1)


@pytest.mark.parametrize("form", ["u1", "<u2"])
def test_palettes_of_8_bits_are_applied(form):
    pixels, facts = read(with_palette(FILM, grey_ramp(256, 255, is_falling=True), bits=8, form=form))
    assert differs(pixels, 255.0 - FILM) < 1
    assert facts.notes == (Note.COLOUR_CONVERTED,)
    assert facts.photometric_interpretation == "PALETTE COLOR"


@pytest.mark.parametrize("peak", [65535, 65280])
def test_palettes_of_16_bits_are_applied(peak):
    assert differs(read(with_palette(FILM, grey_ramp(256, peak, is_falling=True)))[0], 255.0 - FILM) < 1.2


@pytest.mark.parametrize(("bits", "form", "peak"), [(16, "<u2", 65535), (8, "u1", 255), (8, "<u2", 255)])
def test_deep_films_have_palettes_of_any_depth(bits, form, peak):
    content = with_palette(DEEP, grey_ramp(4096, peak), bits, form=form, **BITS_12)
    assert differs(read(content)[0], DEEP * (255 / 4095)) < 1.2


@pytest.mark.parametrize("count", [200, 201])
@pytest.mark.parametrize("form", ["u1", "<u2"])
def test_indices_beyond_the_palette_get_its_ends(count, form):
    entries = np.stack([np.arange(count) + 50] * 3, axis=-1)
    pixels, _ = read(with_palette(FILM, entries, bits=8, first=30, form=form))
    assert differs(pixels, np.clip(FILM.astype(int) - 30, 0, count - 1) + 50) < 1


def test_a_negative_first_index_belongs_to_signed_indices():
    indices = (FILM.astype(int) - 128).astype(np.int8)
    pixels, _ = read(with_palette(indices, grey_ramp(256, 65535), first=-128, PixelRepresentation=1))
    assert differs(pixels, FILM) < 1.2


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize("form", ["u1", "<u2"])
def test_palettes_in_other_encodings_are_the_same(syntax, form):
    entries = grey_ramp(256, 255 if form == "u1" else 65535, is_falling=True)
    content = recode(with_palette(FILM, entries, 8 if form == "u1" else 16, form=form), syntax)
    assert differs(read(content)[0], 255.0 - FILM) < 1.2


def test_a_palette_may_be_coloured():
    entries = np.stack([np.arange(256), np.zeros(256), 255 - np.arange(256)], axis=-1)
    pixels, _ = read(with_palette(FILM, entries, bits=8))
    assert differs(pixels, 0.299 * FILM + 0.114 * (255.0 - FILM)) < 1


@pytest.mark.parametrize("missing", [NAMES, NAMES[1:2]])
def test_a_missing_palette_is_damage(missing):
    header = dcmread(BytesIO(with_palette(FILM, grey_ramp(256, 255), bits=8)))
    for name in missing:
        delattr(header, f"{name}PaletteColorLookupTableData")
    with pytest.raises(FilmUnreadable) as refusal:
        read(save(header))
    assert refusal.value.reason is Reason.DAMAGED


def test_a_palette_in_segments_is_unsupported():
    header = dcmread(BytesIO(with_palette(FILM, grey_ramp(256, 255), bits=8)))
    for name in NAMES:
        put_bytes(header, f"Segmented{name}PaletteColorLookupTableData", b"\0\2\1\2", "OW")
        delattr(header, f"{name}PaletteColorLookupTableData")
    with pytest.raises(FilmUnreadable) as refusal:
        read(save(header))
    assert refusal.value.reason is Reason.UNSUPPORTED


def palette(*channels, bits=8, first=0):
    """A header with a table for each of the channels."""
    header = Dataset()
    for name, entries in zip(NAMES, channels, strict=False):
        header.add_new(f"{name}PaletteColorLookupTableDescriptor", "US", [len(entries), first, bits])
        header.add_new(
            f"{name}PaletteColorLookupTableData", "OW", np.array(entries, "u1" if bits == 8 else "<u2").tobytes()
        )
    return header


@pytest.mark.parametrize(("bits", "scale"), [(8, 1), (16, 257)])
def test_each_channel_has_its_own_table(bits, scale):
    tables = np.array([[0, 10, 20, 255], [1, 11, 21, 3], [2, 12, 22, 4]]) * scale
    shown = apply_palette(np.array([[10, 11, 12], [13, 5, 99]]), palette(*tables.tolist(), bits=bits, first=10))
    assert shown.dtype == np.uint8
    # an index before the first entry gets the first, one beyond the last the last
    assert shown.tolist() == [[[0, 1, 2], [10, 11, 12], [20, 21, 22]], [[255, 3, 4], [0, 1, 2], [255, 3, 4]]]


def test_a_palette_without_blue_is_missing():
    with pytest.raises(ValueError, match="palette missing"):
        apply_palette(np.array([[0, 1]]), palette([0, 255], [0, 255]))
