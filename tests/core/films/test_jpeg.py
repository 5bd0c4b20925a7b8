"""JPEG films that have lost pixels are damaged; what libjpeg warns of without a loss is read."""

import re
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.encaps import generate_frames
from pydicom.uid import JPEGExtended12Bit, JPEGLosslessSV1

from core.films.jpeg import clean_jpeg
from core.films.phantoms import draw_phantom
from core.system.errors import FilmUnreadable, Reason
from tests.core.films.damage import assert_damaged, read
from tests.core.films.examples import DEEP, enclose, jpeg, store, store_deep
from tests.factories import write_dicom

NOISE = np.random.default_rng(5).integers(0, 30, (160, 160)).astype(np.uint8)
FILM = draw_phantom(1, True, 160) // 2 + NOISE
COLOURS = np.stack([FILM, FILM[::-1], FILM.T], axis=-1)
END = b"\xff\xd9"
KINDS = {
    "grey": (FILM, {}),
    "colour": (COLOURS, {}),
    "progressive": (FILM, {"progressive": True}),
    "progressive colour": (COLOURS, {"progressive": True}),
    "restarts": (FILM, {"restart_marker_rows": 1}),
    "ink": (Image.fromarray(COLOURS).convert("CMYK"), {"subsampling": 0}),
}


def encode(kind):
    picture, options = KINDS[kind]
    stream = BytesIO()
    (picture if isinstance(picture, Image.Image) else Image.fromarray(picture)).save(stream, "JPEG", **options)
    return stream.getvalue()


def find_pixels(content):
    """The place of the first coded pixel."""
    start = content.index(b"\xff\xda") + 2
    return start + int.from_bytes(content[start : start + 2], "big")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("kind", KINDS)
def test_a_film_cut_short_and_closed_with_an_end_marker_is_damaged(kind, share):
    content = encode(kind)
    start = find_pixels(content)
    assert_damaged(content[: start + int((len(content) - start) * share)] + END)


@pytest.mark.parametrize("kind", ["progressive", "progressive colour"])
def test_a_progressive_film_without_its_last_scans_is_damaged(kind):
    content = encode(kind)
    scans = [found.start() for found in re.finditer(b"\xff\xda", content)]
    assert len(scans) > 3
    for place in scans[1:]:
        assert_damaged(content[:place] + END)


def test_missing_and_zeroed_parts_between_restart_markers_are_damaged():
    content = encode("restarts")
    places = [found.start() for found in re.finditer(rb"\xff[\xd0-\xd7]", content)]
    assert_damaged(content[: places[3]] + content[places[4] :])
    assert_damaged(content[: places[3]] + content[places[11] :])  # the numbers of the markers still follow on
    assert_damaged(content[: places[3] + 2] + bytes(places[4] - places[3] - 2) + content[places[4] :])


def test_zeros_in_the_middle_and_to_the_end_are_damaged():
    content = encode("grey")
    place = (find_pixels(content) + len(content)) // 2
    assert_damaged(content[:place] + bytes(512) + content[place + 512 :])
    assert_damaged(content[:place] + bytes(len(content) - place - 2) + END)


@pytest.mark.parametrize("rows", [80, 152, 176])
def test_a_header_of_fewer_or_more_rows_than_are_coded_is_damaged(rows):
    content = encode("grey")
    place = content.index(b"\xff\xc0") + 5
    assert_damaged(content[:place] + rows.to_bytes(2, "big") + content[place + 2 :])


@pytest.mark.parametrize("kind", ["grey", "colour"])
def test_oddities_that_lose_no_pixel_are_read(kind):
    content, place = encode(kind), encode(kind).index(b"\xff\xdb")
    scan, version = find_pixels(content), content.index(b"JFIF\0") + 5
    for odd in (
        content[:place] + b"\0\0abc" + content[place:],
        content[:place] + b"\xff\xff" + content[place:],
        content[:version] + b"\x03" + content[version + 1 :],
        content[: scan - 3] + bytes(3) + content[scan:],
        content + b"more" * 99,
    ):
        assert np.array_equal(read(odd), read(content))
        cut = odd[: -len(odd) // 3] + END
        assert_damaged(cut)


@pytest.mark.parametrize("syntax", [None, JPEGExtended12Bit])
@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_a_dicom_film_with_a_cut_frame_is_damaged(options, syntax):
    frame = jpeg(FILM, **options)
    place = find_pixels(frame) + (len(frame) - find_pixels(frame)) // 2
    tags = {"content": store(FILM)} | ({"syntax": syntax} if syntax else {})
    assert_damaged(enclose(frame[:place] + END, **tags))
    read(enclose(frame, **tags))


def test_a_dicom_frame_needs_no_end_marker_if_its_pixels_are_whole():
    frame = jpeg(FILM)
    for short in (frame[:-1], frame[:-2], frame[:-2] + b"\0"):
        assert np.array_equal(read(enclose(short, content=store(FILM))), read(enclose(frame, content=store(FILM))))
    assert_damaged(enclose(frame[:-9], content=store(FILM)))


@pytest.mark.parametrize("values", [FILM, DEEP])
def test_a_dicom_film_with_a_cut_lossless_frame_is_damaged(values, tmp_path):
    gdcm = pytest.importorskip("gdcm")
    reader, change, writer = gdcm.ImageReader(), gdcm.ImageChangeTransferSyntax(), gdcm.ImageWriter()
    reader.SetFileName(str(write_dicom(tmp_path / "plain.dcm", values)))
    assert reader.Read()
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGLosslessProcess14_1))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer.SetFileName(str(tmp_path / "coded.dcm"))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    frame = next(generate_frames(dcmread(tmp_path / "coded.dcm").PixelData, number_of_frames=1)).rstrip(b"\0")
    content = store(values) if values is FILM else store_deep(values)
    read(enclose(frame, JPEGLosslessSV1, content))
    assert_damaged(enclose(frame[: len(frame) * 2 // 3] + END, JPEGLosslessSV1, content))


def test_a_stream_is_checked_in_every_colour_space():
    for kind in KINDS:
        clean_jpeg(encode(kind))
        with pytest.raises(ValueError, match="JPEG"):
            clean_jpeg(encode(kind)[:-300] + END)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("padding", [b" ", bytes(2), bytes(300), b" " * 40])
def test_equal_bytes_before_the_end_marker_are_padding(kind, padding):
    content = encode(kind)
    padded = content.removesuffix(END) + padding + END
    assert np.array_equal(read(padded), read(content))
    if kind != "ink":
        plain, odd = (read(enclose(frame, content=store(FILM))) for frame in (content, padded))
        assert np.array_equal(odd, plain)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("filling", [b"\0", b" "])
def test_equal_bytes_in_place_of_pixels_are_damage(kind, filling):
    content = encode(kind)
    start = find_pixels(content)
    cut = content[: start + (len(content) - start) * 2 // 3]
    for count in (1, 2, 9, 100, len(content) - len(cut) - 2, 50_000):
        assert_damaged(cut + filling * count + END)


def test_a_stuffed_zero_is_no_padding():
    films = (jpeg(np.roll(FILM, shift, axis=0)) for shift in range(160))
    content = next(content for content in films if content[-4:-2] == b"\xff\0")
    padded = content.removesuffix(END) + bytes(50) + END
    assert np.array_equal(read(padded), read(content))


@pytest.mark.parametrize("kind", ["grey", "colour", "progressive", "restarts"])
def test_oddities_of_dicom_frames_are_read_as_those_of_pictures(kind):
    content, place = encode(kind), encode(kind).index(b"\xff\xdb")
    version = content.index(b"JFIF\0") + 5
    plain = read(enclose(content, content=store(FILM)))
    for odd in (
        content[:place] + b"\0\0abc" + content[place:],
        content[:version] + b"\x03" + content[version + 1 :],
        content + b"more" * 99,
    ):
        assert np.array_equal(read(enclose(odd, content=store(FILM))), plain)
        assert_damaged(enclose(odd[: -len(odd) // 3] + END, content=store(FILM)))


@pytest.mark.parametrize("marker", [b"\xff\xc1", b"\xff\xc2"])
def test_a_lossy_dicom_frame_of_12_bits_is_unsupported(marker):
    frame = jpeg(FILM).replace(b"\xff\xc0", marker)
    place = frame.index(marker) + 4
    with pytest.raises(FilmUnreadable, match="JPEG Extended") as refusal:
        read(enclose(frame[:place] + b"\x0c" + frame[place + 1 :], JPEGExtended12Bit, store_deep(np.pad(DEEP, 32))))
    assert refusal.value.reason is Reason.UNSUPPORTED
