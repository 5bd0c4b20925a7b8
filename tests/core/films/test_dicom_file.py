"""Which files are DICOM, also those without the proper beginning, and how they are opened."""

import struct
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from core.films.dicom_file import is_dicom, read_dicom_header
from core.films.film_notes import Note
from core.system.errors import FilmUnreadable, Reason
from tests.core.films.examples import DEEP, FILM, WINDOW, differs, read, recode, save, store, store_deep, windowed

PLAIN = windowed(DEEP, 2048, 4096)
HEADER = {
    "SpecificCharacterSet": "ISO_IR 100", "ImageType": ["ORIGINAL", "PRIMARY"], "StudyDate": "20240203",
    "Modality": "DX", "PatientName": "Doe^Jane",
}  # fmt: skip
NATIVE = [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian]


def body_start(content):
    """Where the data set begins, behind preamble and group 2."""
    return 144 + struct.unpack("<I", content[140:144])[0]


@pytest.fixture(params=NATIVE, ids=["explicit", "implicit", "big endian"])
def encoded(request):
    return recode(store_deep(**WINDOW, **HEADER), request.param)


def test_a_data_set_alone_is_recognised_in_every_encoding(encoded):
    content = encoded[body_start(encoded) :]
    assert is_dicom(BytesIO(content))
    pixels, facts = read(content)
    assert differs(pixels, PLAIN) < 0.6
    assert facts.notes == (Note.NO_FILE_META,)


def test_group_2_at_the_first_byte_is_recognised(encoded):
    content = encoded[132:]
    assert is_dicom(BytesIO(content))
    pixels, facts = read(content)
    assert differs(pixels, PLAIN) < 0.6
    assert facts.notes == ()


def test_a_data_set_may_follow_the_prefix_without_group_2(encoded):
    pixels, facts = read(encoded[:132] + encoded[body_start(encoded) :])
    assert differs(pixels, PLAIN) < 0.6
    assert facts.notes == (Note.NO_FILE_META,)


@pytest.mark.parametrize(
    "first", [{"SpecificCharacterSet": "ISO_IR 192"}, {"ImageType": "DERIVED"}, {"InstanceCreationDate": "20240101"}]
)
def test_any_element_of_group_8_may_come_first(first):
    content = store_deep(**WINDOW, **first)
    pixels, _ = read(content[body_start(content) :])
    assert differs(pixels, PLAIN) < 0.6


@pytest.mark.parametrize("syntax", NATIVE)
def test_a_group_length_may_come_first(syntax):
    content = recode(store_deep(**WINDOW, **HEADER), syntax)
    order = "<" if syntax.is_little_endian else ">"
    form = struct.pack(f"{order}I", 4) if syntax.is_implicit_VR else b"UL" + struct.pack(f"{order}H", 4)
    length = struct.pack(f"{order}HH", 8, 0) + form + struct.pack(f"{order}I", 99)
    old = length + content[body_start(content) :]
    assert is_dicom(BytesIO(old))
    assert differs(read(old)[0], PLAIN) < 0.6


@pytest.mark.parametrize(("stated", "real"), [(a, b) for a in NATIVE[:2] for b in NATIVE[:2] if a != b])
def test_the_encoding_of_the_data_set_decides(stated, real):
    content = recode(store_deep(**WINDOW, **HEADER), real)
    header = dcmread(BytesIO(recode(store_deep(**WINDOW, **HEADER), stated)))
    meta = save(header)[: body_start(save(header))]
    pixels, _ = read(meta + content[body_start(content) :])
    assert differs(pixels, PLAIN) < 0.6


@pytest.mark.parametrize(
    ("stated", "real"),
    [(ExplicitVRBigEndian, ExplicitVRLittleEndian), (ExplicitVRBigEndian, ImplicitVRLittleEndian),
     (ExplicitVRLittleEndian, ExplicitVRBigEndian), (ImplicitVRLittleEndian, ExplicitVRBigEndian)],
)  # fmt: skip
def test_the_byte_order_of_the_data_set_decides(stated, real):
    content = recode(store_deep(**WINDOW, **HEADER), real)
    other = recode(store_deep(**WINDOW, **HEADER), stated)
    mixed = other[: body_start(other)] + content[body_start(content) :]
    for one in (mixed, mixed[132:]):
        pixels, facts = read(one)
        assert differs(pixels, PLAIN) < 0.6
        assert facts.notes == (Note.WRONG_TRANSFER_SYNTAX,)
    assert read_dicom_header(BytesIO(mixed), ["Modality"]).Modality == "DX"


def test_a_data_set_that_is_not_deflated_as_stated_is_read():
    content = store_deep(**WINDOW, **HEADER)
    header = dcmread(BytesIO(content))
    header.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    deflated = save(header)
    pixels, _ = read(deflated[: body_start(deflated)] + content[body_start(content) :])
    assert differs(pixels, PLAIN) < 0.6


def test_a_wrong_group_length_is_not_followed():
    content = bytearray(store_deep(**WINDOW))
    for length in (0, 10, 5000):
        content[140:144] = struct.pack("<I", length)
        assert differs(read(bytes(content))[0], PLAIN) < 0.6


def test_deflated_files_are_read():
    header = dcmread(BytesIO(store_deep(**WINDOW)))
    header.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    assert differs(read(save(header))[0], PLAIN) < 0.6


def test_a_deflated_file_that_inflates_without_end_is_refused(monkeypatch):
    monkeypatch.setattr("core.films.dicom_file.MAX_BYTES", 100_000)
    header = dcmread(BytesIO(store(FILM)))
    header.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    assert differs(read(save(header))[0], FILM) < 0.6
    header.PixelData = bytes(200_000)
    for content in (save(header), save(header)[132:]):
        with pytest.raises(FilmUnreadable) as refusal:
            read(content)
        assert refusal.value.reason is Reason.TOO_LARGE


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF", "JPEG2000"])
def test_pictures_are_not_dicom(kind):
    stream = BytesIO()
    Image.fromarray(FILM).save(stream, kind)
    stream.seek(0)
    assert not is_dicom(stream)
    assert stream.tell() == 0


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\x08\0", b"DICM", bytes(200), b"\x08\0\x05\0" * 50, b"\x02\0\0\0" + b"\xff" * 200, b"%PDF-1.7" * 50,
        bytes(range(256)) * 4, b"\x08\0\x08\0CS\x04\0ABCD" + b"\x08\0\x07\0CS\x04\0ABCD" + b"\x08\0\x06\0CS\x04\0ABCD",
    ],
)  # fmt: skip
def test_other_bytes_are_not_dicom(content):
    assert not is_dicom(BytesIO(content))


def test_random_bytes_are_not_dicom():
    dice = np.random.default_rng(5)
    for start in (b"", b"\x08\0", b"\x02\0", b"\0\x08", b"\x08\0\x05\0", b"\x08\0\0\0"):
        assert not any(is_dicom(BytesIO(start + dice.bytes(400))) for _ in range(300))


def test_only_the_named_tags_are_read():
    header = read_dicom_header(BytesIO(store_deep(**HEADER)), ["Modality"])
    assert header.Modality == "DX"
    assert "PatientName" not in header
    assert "PixelData" not in header
