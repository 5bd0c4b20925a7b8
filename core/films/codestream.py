"""Read the size, depth and number of channels that a compressed picture states for itself.

DICOM headers are sometimes wrong about the JPEG, JPEG-LS or JPEG 2000 frame that they describe.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pydicom.uid import (
    JPEG2000,
    UID,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
)

JPEG_START: Final = b"\xff\xd8"
JPEG2000_STARTS: Final = (b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP  ")
SIZ: Final = b"\xff\x51"  # ITU-T T.800, A.5.1
# start-of-frame markers and what they mean: ITU-T T.81, table B.1; SOF55 is JPEG-LS, ITU-T T.87
FRAME_SYNTAXES: Final = {
    0xC0: JPEGBaseline8Bit, 0xC1: JPEGExtended12Bit, 0xC2: JPEGExtended12Bit, 0xC3: JPEGLosslessSV1,
    0xF7: JPEGLSLossless,
}  # fmt: skip
REPEATED: Final = 128  # smaller length bytes are followed by so many bytes and one, greater ones by one repeated byte
# a marker, after fill bytes; stuffed zeros and restart markers are part of the coded pixels (ITU-T T.81, B.1.1)
MARKER: Final = re.compile(rb"\xff+([^\x00\x01\xff\xd0-\xd8])")
END_OF_IMAGE: Final = 0xD9


@dataclass(frozen=True, slots=True)
class Segment:
    """A marker segment of a JPEG stream: content[start:stop] without its fill bytes, marker included."""

    marker: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Codestream:
    """What a compressed frame states.

    bits: of each sample. is_signed: None if the kind does not tell. syntax: transfer syntax that fits it.
    """

    width: int
    height: int
    bits: int
    samples: int
    is_signed: bool | None
    syntax: UID


def read_codestream(frame: bytes) -> Codestream | None:
    """Return what a compressed frame states; None if it is none of the known kinds or is damaged."""
    try:
        if frame.startswith(JPEG2000_STARTS):
            return _read_jpeg2000(frame)
        return _read_jpeg(frame) if frame.startswith(JPEG_START) else None
    except (struct.error, IndexError):
        return None


def is_padding(surplus: bytes) -> bool:
    """Return True if bytes behind the pixels code none: all are equal."""
    return not surplus.strip(surplus[:1])


def count_run_length_bytes(coded: bytes, stated: int) -> int:
    """Return the number of bytes that run-length coded bytes (PackBits; PS3.5, G.3.2) decode to.

    Equal bytes at the end are padding if the runs before them give `stated` bytes: they do not count.
    """
    padding = len(coded.rstrip(coded[-1:]))
    start = total = last = 0
    while start + 1 < len(coded):  # a last byte alone only makes the length even
        if total >= stated and last < padding <= start:
            break
        last, length = start, coded[start]
        if length < REPEATED:
            total, start = total + length + 1, start + length + 2
        else:
            total, start = total + (2 * REPEATED + 1 - length if length > REPEATED else 0), start + 2
    return total


def split_run_length_segments(frame: bytes) -> list[bytes]:
    """Return the segments of a run-length coded frame, one for each byte of a pixel (PS3.5, G.5)."""
    count, *starts = struct.unpack_from("<16I", frame)
    ends = [*starts[1:count], len(frame)]
    return [frame[start:end] for start, end in zip(starts[:count], ends, strict=True)]


def list_segments(content: bytes) -> Iterator[Segment]:
    """Yield the marker segments of a JPEG stream up to its end; bytes between them are skipped.

    Raises struct.error if the stream is cut off within the head of a segment.
    """
    place = len(JPEG_START)
    while found := MARKER.search(content, place):
        start, marker = found.end() - 2, found[1][0]
        is_end = marker == END_OF_IMAGE
        place = start + 2 + (0 if is_end else struct.unpack_from(">H", content, start + 2)[0])
        yield Segment(marker, start, place)
        if is_end:
            return


def _read_jpeg(frame: bytes) -> Codestream | None:
    """Return what the first start-of-frame segment states (ITU-T T.81, B.2.2)."""
    for segment in list_segments(frame):
        if segment.marker in FRAME_SYNTAXES:
            bits, height, width, samples = struct.unpack_from(">BHHB", frame, segment.start + 4)
            return Codestream(width, height, bits, samples, None, FRAME_SYNTAXES[segment.marker])
    return None


def _read_jpeg2000(frame: bytes) -> Codestream | None:
    """Return what the image and tile size segment states (ITU-T T.800, A.5.1)."""
    start = frame.find(SIZ)
    if start < 0:
        return None
    right, lower, left, upper = struct.unpack_from(">IIII", frame, start + 6)
    samples, depth = struct.unpack_from(">HB", frame, start + 38)
    is_reversible = _is_reversible(frame)
    syntax = JPEG2000Lossless if is_reversible else JPEG2000
    return Codestream(right - left, lower - upper, (depth & 0x7F) + 1, samples, bool(depth & 0x80), syntax)


def _is_reversible(frame: bytes) -> bool:
    """Return True if the coding style names the reversible wavelet (ITU-T T.800, A.6.1)."""
    style = frame.find(b"\xff\x52")
    return style >= 0 and len(frame) > style + 13 and frame[style + 13] == 1
