"""Lookup tables of every depth and every way of storing them."""

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

from core.films.film_notes import Note
from core.films.lookup_table import read_lookup_table
from tests.core.films.examples import DEEP, WINDOW, differs, read, recode, store, store_deep, table, windowed

ENDING = {8: 255, 10: 1023, 12: 4095, 14: 16383, 16: 65535}


def curve(bits, count=4096):
    """A table that rises as a square root."""
    return np.sqrt(np.arange(count) / (count - 1)) * ENDING[bits]


def packed(entries):
    """Entries of 8 bits, two in a word, as OW."""
    return np.asarray(entries, np.uint8).tobytes()


def words(entries):
    return np.asarray(entries, "<u2").tobytes()


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
@pytest.mark.parametrize("form", ["US", "OW"])
def test_tables_of_every_depth_fill_the_grey_range(bits, form):
    entries = curve(bits).round().astype(int)
    made = table(0, bits, words(entries) if form == "OW" else entries, form, 4096)
    pixels, facts = read(store_deep(VOILUTSequence=[made]))
    assert differs(pixels, entries[DEEP] * (255 / ENDING[bits])) < 0.6
    assert facts.window == f"VOI LUT, {bits} bits"
    assert facts.notes == ()


@pytest.mark.parametrize("count", [4096, 4095])
def test_entries_of_8_bits_may_be_packed_two_in_a_word(count):
    entries = curve(8, count).round().astype(int)
    data = packed([*entries, 0][: count + count % 2])
    pixels, facts = read(store_deep(VOILUTSequence=[table(0, 8, data, "OW", count)]))
    assert differs(pixels, entries[np.minimum(DEEP, count - 1)]) < 0.6
    assert facts.notes == ()


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_65536_entries_are_stored_as_0(bits):
    deep = DEEP * 16
    entries = curve(bits, 65536).round().astype(int)
    pixels, _ = read(store(deep, VOILUTSequence=[table(0, bits, words(entries), "OW", 0)]))
    assert differs(pixels, entries[deep] * (255 / ENDING[bits])) < 0.6


@pytest.mark.parametrize(("first", "values"), [(300, DEEP), (1000, DEEP), (40000, DEEP + np.uint16(38000))])
def test_values_before_the_first_entry_get_the_first_and_those_behind_the_last(first, values):
    entries = curve(12, 2000).round().astype(int)
    pixels, _ = read(store(values, VOILUTSequence=[table(first, 12, entries)]))
    assert differs(pixels, entries[np.clip(values.astype(int) - first, 0, 1999)] * (255 / 4095)) < 0.6


@pytest.mark.parametrize("form", ["US", "SS"])
@pytest.mark.parametrize("first", [-2048, -1000])
def test_a_negative_first_value_belongs_to_signed_values(first, form):
    signed = DEEP.astype(np.int16) - 2048
    entries = curve(12).round().astype(int)
    made = table(first, 12, entries)
    made["LUTDescriptor"].VR = form
    if form == "SS":
        made["LUTDescriptor"].value = [4096, first, 12]
    content = store(signed, BitsStored=12, HighBit=11, PixelRepresentation=1, VOILUTSequence=[made])
    assert differs(read(content)[0], entries[np.clip(signed.astype(int) - first, 0, 4095)] * (255 / 4095)) < 0.6


def test_a_negative_first_value_belongs_to_rescaled_values():
    entries = curve(12).round().astype(int)
    content = store_deep(RescaleSlope=1, RescaleIntercept=-1024, VOILUTSequence=[table(-1024, 12, entries)])
    assert differs(read(content)[0], entries[DEEP] * (255 / 4095)) < 0.6


@pytest.mark.parametrize(("stated", "real"), [(16, 12), (16, 8), (12, 16), (8, 12), (12, 8)])
def test_a_wrong_depth_is_told_and_the_entries_decide(stated, real):
    entries = curve(real).round().astype(int)
    pixels, facts = read(store_deep(VOILUTSequence=[table(0, stated, entries)]))
    assert differs(pixels, entries[DEEP] * (255 / ENDING[real])) < 0.6
    assert facts.notes == (Note.VOI_LUT_DEPTH_WRONG,)


@pytest.mark.parametrize("bits", [10, 12, 16])
def test_a_table_is_not_stretched_to_its_own_output(bits):
    entries = (curve(bits) * 0.6).round().astype(int)
    pixels, _ = read(store_deep(VOILUTSequence=[table(0, bits, entries)]))
    assert differs(pixels, entries[DEEP] * (255 / ENDING[bits])) < 0.6


@pytest.mark.parametrize("left", [4095, 4000, int(DEEP.max()) + 1, int(np.percentile(DEEP, 99.5))])
def test_data_that_lack_entries_of_hardly_any_pixel_are_used(left):
    entries = curve(12).round().astype(int)
    pixels, facts = read(store_deep(**WINDOW, VOILUTSequence=[table(0, 12, entries[:left], count=4096)]))
    assert differs(pixels, entries[np.minimum(DEEP, left - 1)] * (255 / 4095)) < 0.6
    assert facts.window == "VOI LUT, 12 bits"


@pytest.mark.parametrize("share", [0.5, 0.25])
@pytest.mark.parametrize("bits", [12, 16])
def test_data_that_lack_entries_of_the_film_are_told_and_not_used(share, bits):
    entries = curve(bits).round().astype(int)[: int(4096 * share)]
    pixels, facts = read(store_deep(**WINDOW, VOILUTSequence=[table(0, bits, entries, count=4096)]))
    assert differs(pixels, windowed(DEEP, 2048, 4096)) < 0.6
    assert facts.notes == (Note.VOI_LUT_UNREADABLE,)
    _, facts = read(store_deep(**WINDOW, ModalityLUTSequence=[table(0, bits, entries, count=4096)]))
    assert facts.notes == (Note.MODALITY_LUT_UNREADABLE,)


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize("form", ["US", "OW"])
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_tables_in_other_encodings_are_the_same(syntax, form, bits):
    entries = curve(bits).round().astype(int)
    made = table(0, bits, words(entries) if form == "OW" else entries, form, 4096)
    content = recode(store_deep(VOILUTSequence=[made]), syntax)
    assert differs(read(content)[0], entries[DEEP] * (255 / ENDING[bits])) < 0.6


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_packed_tables_in_other_encodings_are_the_same(syntax):
    entries = curve(8).round().astype(int)
    content = recode(store_deep(VOILUTSequence=[table(0, 8, packed(entries), "OW", 4096)]), syntax)
    assert differs(read(content)[0], entries[DEEP]) < 0.6


@pytest.mark.parametrize(
    "made",
    [
        Dataset(), table(0, 12, [5] * 4096), table(0, 12, [5], count=4096), table(0, 12, b"", "OW", 4096),
        table(0, 16, b"\1", "OW", 4096),
    ],
)  # fmt: skip
def test_tables_that_show_nothing_are_told_and_not_applied(made):
    pixels, facts = read(store_deep(**WINDOW, VOILUTSequence=[made]))
    assert differs(pixels, windowed(DEEP, 2048, 4096)) < 0.6
    assert facts.notes == (Note.VOI_LUT_UNREADABLE,)


def test_a_table_is_read_as_it_stands():
    found = read_lookup_table(table(7, 12, [3, 5, 4095]), is_little_endian=True)
    short = read_lookup_table(table(7, 12, [3, 5], count=4), is_little_endian=True)
    assert (found.first, found.count, found.bits, found.depth) == (7, 3, 12, 12)
    assert found.apply(np.array([-5.0, 7, 8.4, 8.6, 99])).tolist() == [3, 3, 5, 4095, 4095]
    assert not found.find_missing(np.array([-5.0, 7, 99])).any()
    assert short.find_missing(np.array([0.0, 8, 9, 10, 99])).tolist() == [False, False, True, True, True]
