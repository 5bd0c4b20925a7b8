"""Values of DICOM headers, also those that break DICOM's rules."""

from io import BytesIO

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from core.films.dicom_values import (
    is_little_endian,
    read_items,
    read_number,
    read_numbers,
    read_text,
    read_texts,
    read_words,
)
from tests.core.films.examples import edit, item, items, put_bytes, recode, save, store, table

NATIVE = [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian]


def header_of(content):
    return dcmread(BytesIO(content))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1", [1]), ("1\\2", [1, 2]), (" 1.5 ", [1.5]), ("1,5", [1.5]), ("1e3", [1000]), ("", []), ("\\", []),
        ("one", None), ("1\\two", None), ("1.2.3", None), ("-7\0", [-7]), ("\\5", [5]),
    ],
)  # fmt: skip
def test_decimal_strings_are_numbers_or_invalid(text, numbers):
    header = header_of(edit(store(), RescaleSlope=text.encode()))
    assert read_numbers(header, "RescaleSlope") == numbers
    assert read_number(header, "RescaleSlope") == (numbers[0] if numbers else None)


def test_missing_attributes_have_no_numbers():
    assert read_numbers(Dataset(), "RescaleSlope") == []
    assert read_number(Dataset(), "RescaleSlope") is None
    assert read_text(Dataset(), "RescaleSlope") == ""
    assert read_texts(Dataset(), "RescaleSlope") == []
    assert read_items(Dataset(), "VOILUTSequence") == []
    assert read_words(Dataset(), "LUTData", True) == (b"", "<")


@pytest.mark.parametrize("syntax", NATIVE)
def test_binary_numbers_are_read_in_every_encoding(syntax):
    header = header_of(recode(store(np.zeros((70, 300), np.uint8), PixelAspectRatio=[3, 4]), syntax))
    assert read_numbers(header, "Rows") == [70]
    assert read_number(header, "Columns") == 300
    assert read_numbers(header, "PixelAspectRatio") == [3, 4]
    assert is_little_endian(header) == syntax.is_little_endian


def test_numbers_that_were_converted_before_are_read_too():
    header = header_of(store(WindowCenter=[5.5, 6]))
    assert header.WindowCenter == [5.5, 6]
    assert header.Rows == 96
    assert read_numbers(header, "WindowCenter") == [5.5, 6]
    assert read_numbers(header, "Rows") == [96]


def test_a_binary_number_in_a_wrong_form_is_read_by_its_form():
    header = header_of(store())
    put_bytes(header, "Rows", (70000).to_bytes(4, "little"), "UL")
    put_bytes(header, "Columns", b"512 ", "IS")
    header = header_of(save(header))
    assert read_numbers(header, "Rows") == [70000]
    assert read_numbers(header, "Columns") == [512]


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        (b"PA", ["PA"]),
        (b" PA ", ["PA"]),
        (b"AP\\PA", ["AP", "PA"]),
        (b"", [""]),
        (b"P\x07A\0", ["PA"]),
        (b"\\PA", ["", "PA"]),
    ],
)
def test_texts_are_printable_and_bare(value, texts):
    header = header_of(edit(store(), ViewPosition=value))
    assert read_texts(header, "ViewPosition") == texts
    assert read_text(header, "ViewPosition") == (texts[0] if texts else "")


def test_a_number_that_is_none_is_text_and_bytes_of_a_wrong_length_are_neither():
    header = header_of(edit(store(), RescaleSlope=b"nonsense"))
    assert read_text(header, "RescaleSlope") == "nonsense"
    put_bytes(header, "Rows", b"\1\2\3\4\5\6", "FD")
    assert read_texts(header, "Rows") == []
    assert read_numbers(header, "Rows") == []


def test_items_come_from_sequences_only():
    header = header_of(store(VOILUTSequence=items(LUTExplanation="one")))
    assert [read_text(one, "LUTExplanation") for one in read_items(header, "VOILUTSequence")] == ["one"]
    put_bytes(header, "ModalityLUTSequence", b"text", "LO")
    assert read_items(header, "ModalityLUTSequence") == []


@pytest.mark.parametrize("syntax", NATIVE)
@pytest.mark.parametrize("form", ["US", "OW"])
def test_words_come_with_the_order_of_their_bytes(syntax, form):
    entries = [1, 258, 65535] * 3
    data = np.array(entries, "<u2").tobytes() if form == "OW" else entries
    header = header_of(recode(store(VOILUTSequence=[table(0, 16, data, form, 9)]), syntax))
    for _ in range(2):  # as read, and converted
        found, order = read_words(header.VOILUTSequence[0], "LUTData", is_little_endian(header))
        assert np.frombuffer(found, f"{order}u2").tolist() == entries
        assert header.VOILUTSequence[0]["LUTData"].value


def test_negative_words_keep_their_bits():
    made = item()
    made.add(DataElement("LUTDescriptor", "SS", [256, -5, 16]))
    found, order = read_words(made, "LUTDescriptor", is_little_endian=True)
    assert np.frombuffer(found, f"{order}u2").tolist() == [256, 65531, 16]
