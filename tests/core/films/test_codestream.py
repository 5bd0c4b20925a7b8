"""What compressed frames state of themselves."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from pydicom.uid import JPEG2000, JPEG2000Lossless, JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLSLossless

from core.films.codestream import (
    Codestream,
    count_run_length_bytes,
    list_segments,
    read_codestream,
    split_run_length_segments,
)
from tests.core.films.examples import DEEP, FILM, frame_of, store, store_deep

WIDE = FILM[:70]


def encoded(pixels, kind, **options):
    stream = BytesIO()
    Image.fromarray(pixels).save(stream, kind, **options)
    return stream.getvalue()


@pytest.mark.parametrize("is_signed", [False, True])
@pytest.mark.parametrize("bits", [8, 10, 12, 16])
def test_jpeg_2000_states_size_depth_and_sign(bits, is_signed):
    values = (DEEP[:70] >> (12 - min(bits, 12))).astype(np.uint8 if bits == 8 else np.uint16)
    if is_signed:
        values = (values.astype(np.int32) - 2 ** (bits - 1)).astype(f"i{values.dtype.itemsize}")
    content = store(values, BitsStored=bits, HighBit=bits - 1, PixelRepresentation=int(is_signed))
    assert read_codestream(frame_of(content, JPEG2000Lossless)) == Codestream(
        96, 70, bits, 1, is_signed, JPEG2000Lossless
    )


def test_lossy_jpeg_2000_in_a_file_format_of_its_own_is_known():
    colours = np.stack([WIDE] * 3, axis=-1)
    found = read_codestream(encoded(colours, "JPEG2000", irreversible=True))
    assert (found.width, found.height, found.bits, found.samples, found.syntax) == (96, 70, 8, 3, JPEG2000)


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_jpeg_ls_states_size_and_depth_but_no_sign(bits):
    values = (DEEP[:70] >> (12 - min(bits, 12))).astype(np.uint8 if bits == 8 else np.uint16)
    content = store(values, BitsStored=bits, HighBit=bits - 1)
    assert read_codestream(frame_of(content, JPEGLSLossless)) == Codestream(96, 70, bits, 1, None, JPEGLSLossless)


@pytest.mark.parametrize(
    ("pixels", "options", "samples", "syntax"),
    [
        (WIDE, {}, 1, JPEGBaseline8Bit),
        (np.stack([WIDE] * 3, axis=-1), {"comment": b"\xff\xc0" * 40}, 3, JPEGBaseline8Bit),
        (WIDE, {"progressive": True}, 1, JPEGExtended12Bit),
    ],
)
def test_jpeg_states_size_depth_and_channels(pixels, options, samples, syntax):
    found = read_codestream(encoded(pixels, "JPEG", **options))
    assert found == Codestream(96, 70, 8, samples, None, syntax)


def test_fill_bytes_before_a_marker_are_skipped():
    frame = encoded(WIDE, "JPEG")
    assert read_codestream(frame[:2] + b"\xff\xff\xff" + frame[2:]) == read_codestream(frame)


@pytest.mark.parametrize("kind", ["JPEG", "JPEG2000"])
def test_cut_frames_are_known_only_with_their_header(kind):
    frame = encoded(WIDE, kind)
    whole = read_codestream(frame)
    assert whole is not None
    for length in range(0, 700, 7):
        found = read_codestream(frame[:length])
        assert found is None or (found.width, found.height, found.bits) == (96, 70, 8)
    assert read_codestream(frame[:12]) is None


@pytest.mark.parametrize(
    "frame", [b"", b"\xff\xd8", b"\xff\xd8\xff", b"\x01\0\0\0\x40\0\0\0", b"GIF89a", b"\xff\xd8ab"]
)
def test_other_bytes_state_nothing(frame):
    assert read_codestream(frame) is None


def test_run_length_codes_state_nothing():
    assert read_codestream(frame_of(store_deep(), "1.2.840.10008.1.2.5")) is None


@pytest.mark.parametrize("pixels", [FILM, np.zeros_like(FILM), np.tile(np.arange(96, dtype=np.uint8) // 20, (96, 1))])
def test_run_length_codes_are_counted(pixels):
    (segment,) = split_run_length_segments(frame_of(store(pixels), "1.2.840.10008.1.2.5"))
    assert count_run_length_bytes(segment, pixels.size) == pixels.size


def test_each_byte_of_a_pixel_has_a_segment():
    segments = split_run_length_segments(frame_of(store_deep(), "1.2.840.10008.1.2.5"))
    assert [count_run_length_bytes(segment, DEEP.size) for segment in segments] == [DEEP.size] * 2


def test_segments_of_a_jpeg_stream_follow_each_other_up_to_the_end():
    content = encoded(WIDE, "JPEG", restart_marker_rows=1)
    segments = list(list_segments(content[:20] + b"\0\0" + content[20:] + content))
    assert [segment.marker for segment in segments][-2:] == [0xDA, 0xD9]
    assert segments[-1].stop == len(content) + 2
    assert [content[20:22], segments[1].start] == [b"\xff\xdb", 22], "bytes between segments are skipped"
