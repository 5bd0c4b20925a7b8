"""Decode JPEG pictures, and refuse those that have lost part of their pixels.

libjpeg fills in what is missing or damaged and only warns; Pillow and GDCM discard its warnings.
Here each warning is an error, unless it is about bytes that code no pixels.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import simplejpeg
from PIL import ExifTags, Image

from core.films.codestream import JPEG_START, Segment, list_segments

Values = npt.NDArray[np.uint8]

COLOUR_SPACES: Final = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}  # of Pillow's modes
JFIF: Final = b"\xff\xe0\0\x10JFIF\0"
JFIF_MAJOR: Final = len(JFIF)  # place of the version in its segment
START_OF_SCAN: Final = 0xDA
SEQUENTIAL: Final = (0xC0, 0xC1)  # start of frame
PROGRESSIVE: Final = 0xC2
END: Final = b"\xff\xd9"  # marker
FILL, STUFFED = b"\xff", b"\0"  # a coded byte of 255 is followed by 0 (ITU-T T.81, B.1.1.5)
ALL: Final = bytes((0, 63, 0))  # first and last coefficient and precision of a scan of a sequential picture
COEFFICIENTS: Final = frozenset(range(64))  # of a block (ITU-T T.81, A.3.3)
UPRIGHT: Final = 1  # Exif's Orientation
SPARSE: Final = 32  # of so many rows one is compared first
# the luminance table of quality 50, ITU-T T.81 (JPEG), Annex K.1, summed over its 64 entries
STANDARD_TABLE_SUM: Final = 3688


def decode_jpeg(content: bytes, picture: Image.Image) -> Image.Image | Values:
    """Return the pixels of a JPEG file, the same as Pillow's. picture: the file, opened by Pillow.

    A film that is stored upright and grey, also in three equal channels, is an array (height, width),
    since Pillow's pictures cost several copies of it. Raises ValueError if pixels are missing or
    damaged. Rare layouts that only Pillow decodes (colour channels reduced in unusual ways) are not
    checked.
    """
    space = COLOUR_SPACES.get(picture.mode)
    if space is None or _read_colour_space(content) is None:
        picture.load()
        return picture
    _, values = _decode(content, space)
    if picture.mode == "CMYK":
        np.subtract(255, values, out=values)
    elif _is_grey(values):
        values = np.ascontiguousarray(values[..., 0])
        if picture.getexif().get(ExifTags.Base.Orientation, UPRIGHT) == UPRIGHT:
            return values
    decoded = Image.fromarray(values, "L" if values.ndim == 2 else picture.mode)
    decoded.info.update(picture.info)
    return decoded


def _is_grey(values: Values) -> bool:
    """Return True if the channels of values (height, width, channels) are equal; a few rows rule out most colours."""
    others = range(1, values.shape[2])
    parts = (values[::SPARSE], values)
    return all(np.array_equal(rows[..., 0], rows[..., other]) for rows in parts for other in others)


def clean_jpeg(content: bytes) -> bytes:
    """Return a JPEG stream of 8 bits without oddities that some decoders refuse.

    Raises ValueError if pixels were lost. Layouts as above are not checked.
    """
    coded = _read_colour_space(content)
    if coded is None:
        return content
    stream, _ = _decode(content, "CMYK" if coded in {"CMYK", "YCCK"} else "GRAY")
    return stream


def _read_colour_space(content: bytes) -> str | None:
    """Return the colour space that a JPEG stream states, None if its layout is not supported."""
    try:
        return str(simplejpeg.decode_jpeg_header(content, strict=False)[2])
    except ValueError:
        return None


def _decode(content: bytes, space: str) -> tuple[bytes, Values]:
    """Return a JPEG stream as it can be decoded without a warning, and its pixels (height, width, channels).

    Raises ValueError if any were lost.
    """
    for stream in _list_repairs(content):
        try:
            values = simplejpeg.decode_jpeg(stream, space, strict=True)
        except ValueError as error:
            damage = error
        else:
            if _are_scans_missing(stream):
                raise ValueError("scans are missing")
            return stream, values
    raise damage


def _list_repairs(content: bytes) -> Iterator[bytes]:
    """Yield a JPEG stream as it is, without oddities, and also without padding."""
    yield content
    content = _remove_oddities(content)
    yield content
    yield _remove_padding(content)


def _remove_padding(content: bytes) -> bytes:
    """Return a JPEG stream without equal bytes before its end marker.

    They may have filled a gap, and then seem to code pixels: without them these are missing.
    """
    pixels = content.removesuffix(END)
    kept = pixels.rstrip(pixels[-1:])
    return kept + (STUFFED if kept.endswith(FILL) else b"") + END


def _remove_oddities(content: bytes) -> bytes:
    """Return a JPEG stream without what libjpeg warns of, although no pixel is lost by it.

    These are bytes between segments, unknown versions of JFIF, and scans of sequential pictures
    that state the coefficients which only progressive ones choose.
    """
    parts, last, is_sequential = [JPEG_START], Segment(0, 0, len(JPEG_START)), False
    for segment in list_segments(content):
        if last.marker == START_OF_SCAN:  # the coded pixels follow it
            parts.append(content[last.stop : segment.start])
        head = bytearray(content[segment.start : segment.stop])
        is_sequential |= segment.marker in SEQUENTIAL
        if head.startswith(JFIF):
            head[JFIF_MAJOR] = 1
        elif segment.marker == START_OF_SCAN and is_sequential:
            head[-len(ALL) :] = ALL
        parts.append(bytes(head))
        last = segment
    return b"".join(parts)


def _are_scans_missing(content: bytes) -> bool:
    """Return True if a progressive picture lacks scans: libjpeg shows what it has without a warning.

    Each scan sends some coefficients of some channels, up to a precision of 0 bits less than full
    (ITU-T T.81, B.2.3 and G.1.1.1).
    """
    missing: dict[int, set[int]] = {}
    for segment in list_segments(content):
        fields: Any = content[segment.start + 4 : segment.stop]
        if segment.marker == PROGRESSIVE:
            missing = {channel: set(COEFFICIENTS) for channel in fields[6::3]}
        elif segment.marker in SEQUENTIAL:
            return False
        elif segment.marker == START_OF_SCAN and fields[-1] & 0x0F == 0:
            for channel in fields[1:-3:2]:
                missing.get(channel, set()).difference_update(range(fields[-3], fields[-2] + 1))
    return any(missing.values())


def estimate_jpeg_quality(picture: Image.Image) -> int | None:
    """Return the quality of a JPEG file on libjpeg's scale, 1..100; None for other formats.

    Inverts jpeg_quality_scaling (jcparam.c).
    """
    tables: dict[int, list[int]] | None = getattr(picture, "quantization", None)
    if not tables:
        return None
    scale = 100 * sum(tables[min(tables)]) / STANDARD_TABLE_SUM  # some writers number them from 1
    quality = (200 - scale) / 2 if scale <= 100 else 5000 / scale
    return round(min(100.0, max(1.0, quality)))
