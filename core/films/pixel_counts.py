"""Count the pixels that a PNG or TIFF file really holds.

Decoders leave black what is missing, or ignore what is too much, without a word.
"""

import os
import struct
import zlib
from typing import Any, BinaryIO, Final

from PIL import Image

from core.films.codestream import JPEG_START, count_run_length_bytes
from core.films.jpeg import check_jpeg

CHUNK_BYTES: Final = 1 << 20
PNG_START_BYTES: Final = 8
PNG_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type (PNG, 11.2.2)
# Adam7 (PNG, 8.2): first column, first row, and distance of columns and rows of each pass
PASSES: Final = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
WHOLE: Final = ((0, 0, 1, 1),)
# TIFF 6.0: tags, and the kinds of compression whose bytes can be counted
BITS, COMPRESSION, PHOTOMETRIC, SAMPLES, PLANAR, JPEG_TABLES = 258, 259, 262, 277, 284, 347
ROWS_PER_STRIP, STRIP_OFFSETS, STRIP_BYTES = 278, 273, 279
TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_BYTES = 322, 323, 324, 325
RAW, JPEG, PACK_BITS, DEFLATE, YCBCR = 1, 7, 32773, (8, 32946), 6
SEPARATE: Final = 2  # planar configuration
HEADER_BYTES: Final = 8  # of a TIFF file; no pixels lie before
END: Final = b"\xff\xd9"  # of a JPEG stream
BYTE_BITS: Final = 8


def check_pixel_count(picture: Image.Image, stream: BinaryIO) -> None:
    """Raise ValueError if a PNG or TIFF file holds fewer or more pixels than its header states.

    picture: opened from `stream`, at the page in question. Raises zlib.error for damaged bytes.
    """
    place = stream.tell()
    if picture.format == "PNG":
        _check_png(stream)
    elif picture.format == "TIFF":
        _check_tiff(picture, stream)
    stream.seek(place)


def _check_png(stream: BinaryIO) -> None:
    inflater, total = zlib.decompressobj(), 0
    expected, row_bytes = 0, 0
    stream.seek(PNG_START_BYTES)
    while len(head := stream.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        end = stream.tell() + length + 4
        if kind == b"IHDR":
            expected, row_bytes = _count_png_bytes(*struct.unpack(">IIBBBBB", stream.read(13)))
        while kind == b"IDAT" and length and not inflater.eof and (content := stream.read(min(length, CHUNK_BYTES))):
            length -= len(content)
            while content and total < expected + row_bytes:
                total += len(inflater.decompress(content, CHUNK_BYTES))
                content = inflater.unconsumed_tail
        stream.seek(end)
    if not expected <= total < expected + row_bytes:
        raise ValueError(f"{total} of {expected} bytes")


def _count_png_bytes(width: int, height: int, bits: int, colour: int, *more: int) -> tuple[int, int]:
    """Return the bytes that all rows take, each with its filter, and those of the longest row."""
    depth = bits * PNG_CHANNELS[colour]
    total = longest = 0
    for left, top, columns, rows in PASSES if more[-1] else WHOLE:
        count, length = max(0, -((top - height) // rows)), max(0, -((left - width) // columns))
        row_bytes = 1 + -(-length * depth // 8) if length else 0
        total, longest = total + count * row_bytes, max(longest, row_bytes)
    return total, longest


def _check_tiff(picture: Image.Image, stream: BinaryIO) -> None:
    """Check each strip or tile. libtiff itself refuses LZW that is damaged; other codings are not checked."""
    tags: Any = picture.tag_v2  # type: ignore[attr-defined]
    kind = tags.get(COMPRESSION, RAW)
    if tags.get(PHOTOMETRIC) == YCBCR and kind != JPEG:  # colours may be reduced
        return
    is_tiled = TILE_OFFSETS in tags
    offsets = tags[TILE_OFFSETS if is_tiled else STRIP_OFFSETS]
    counts = tags.get(TILE_BYTES if is_tiled else STRIP_BYTES, ())
    expected = _list_tile_bytes(picture, tags) if is_tiled else _list_strip_bytes(picture, tags)
    if len(offsets) != len(expected):
        raise ValueError(f"{len(offsets)} of {len(expected)} parts")
    file_bytes, row_bytes = stream.seek(0, os.SEEK_END), -(-picture.width * sum(_list_depths(tags)) // BYTE_BITS)
    for offset, count, (least, most) in zip(offsets, counts or [0] * len(offsets), expected, strict=True):
        stream.seek(offset)
        if kind == RAW:
            held = min(count or least, file_bytes - offset) if offset >= HEADER_BYTES else 0
            most += row_bytes - 1  # less than a row is padding
        else:
            held = _count_decoded(kind, stream.read(count), least, most, tags)
        if not least <= held <= most:
            raise ValueError(f"{held} of {least} bytes")


def _count_decoded(kind: int, coded: bytes, least: int, most: int, tags: Any) -> int:
    """Return the bytes that a strip or tile decodes to; `least` if that cannot be counted."""
    if kind == PACK_BITS:
        return count_run_length_bytes(coded)
    if kind in DEFLATE:
        inflater = zlib.decompressobj()
        held = len(inflater.decompress(coded, most + 1))
        return held if inflater.eof else 0  # what is not at its end has passed no checksum
    if kind == JPEG:  # tables for all strips, between the marks of a stream of their own
        check_jpeg(tags.get(JPEG_TABLES, JPEG_START)[: -len(END)] + coded[len(JPEG_START) :])
    return least


def _list_strip_bytes(picture: Image.Image, tags: Any) -> list[tuple[int, int]]:
    """Return the least and the most bytes of each strip (TIFF 6.0, section 3).

    The last of several strips may be padded to the length of the others.
    """
    rows = min(tags.get(ROWS_PER_STRIP, picture.height), picture.height)
    strips = []
    for depth in _list_depths(tags):
        row_bytes = -(-picture.width * depth // BYTE_BITS)
        heights = [min(rows, picture.height - top) for top in range(0, picture.height, rows)]
        padded = [rows if len(heights) > 1 else height for height in heights]
        strips += [(least * row_bytes, most * row_bytes) for least, most in zip(heights, padded, strict=True)]
    return strips


def _list_tile_bytes(picture: Image.Image, tags: Any) -> list[tuple[int, int]]:
    """Return the least and the most bytes of each tile (TIFF 6.0, section 15)."""
    width, height = tags[TILE_WIDTH], tags[TILE_HEIGHT]
    count = -(-picture.width // width) * -(-picture.height // height)
    sizes = [height * -(-width * depth // BYTE_BITS) for depth in _list_depths(tags)]
    return [(size, size) for size in sizes for _ in range(count)]


def _list_depths(tags: Any) -> list[int]:
    """Return the bits of a pixel in each plane; most files have one plane with all channels."""
    bits, samples = tags.get(BITS, (1,)), tags.get(SAMPLES, 1)
    depths = list(bits) if len(bits) == samples else [bits[0]] * samples
    return depths if tags.get(PLANAR) == SEPARATE else [sum(depths)]
