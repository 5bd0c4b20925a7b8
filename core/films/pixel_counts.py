"""Count the pixels that a PNG or TIFF file really holds.

Decoders leave black what is missing, or ignore what is too much, without a word.
"""

import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Final

from PIL import Image

from core.films.codestream import JPEG_START, count_run_length_bytes, is_padding, read_codestream
from core.films.jpeg import END, clean_jpeg

CHUNK_BYTES: Final = 1 << 20
MAX_TIMES: Final = 2  # as many bytes as its pixels take may be inflated from a file, with its padding
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
    _, start, _ = next(_list_chunks(stream))
    stream.seek(start)
    least, row_bytes = _count_png_bytes(*struct.unpack(">IIBBBBB", stream.read(13)))
    held, _ = _count_inflated(_read_png_pixels(stream), least + row_bytes - 1)
    if not least <= held < least + row_bytes:
        raise ValueError(f"{held} of {least} bytes")


def _list_chunks(stream: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, place and length of each chunk of a PNG file (PNG, 5.3)."""
    stream.seek(PNG_START_BYTES)
    while len(head := stream.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        start = stream.tell()
        yield kind, start, length
        stream.seek(start + length + 4)


def _read_png_pixels(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the deflated rows of a PNG file in parts."""
    for kind, start, length in _list_chunks(stream):
        stream.seek(start)
        while kind == b"IDAT" and length and (part := stream.read(min(length, CHUNK_BYTES))):
            length -= len(part)
            yield part


def _count_inflated(parts: Iterable[bytes], most: int) -> tuple[int, bool]:
    """Return the number of bytes that deflated parts hold, and whether their end was reached.

    Padding after the first `most` bytes does not count, unless the end is missing. Stops at too many.
    """
    inflater, total, fill = zlib.decompressobj(), 0, b""
    for part in parts:
        content, is_full = part, False
        while (content or is_full) and not inflater.eof:
            inflated = inflater.decompress(content, CHUNK_BYTES)
            content, is_full = inflater.unconsumed_tail, len(inflated) == CHUNK_BYTES
            surplus = fill + inflated[max(0, most - total) :]
            total, fill = total + len(inflated), surplus[:1]
            if not is_padding(surplus) or total > MAX_TIMES * most:
                return total, inflater.eof
    return min(total, most) if inflater.eof else total, inflater.eof


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
    row_bytes = -(-picture.width * sum(_list_depths(tags)) // BYTE_BITS)
    for offset, count, (least, most) in zip(offsets, counts or [0] * len(offsets), expected, strict=True):
        stream.seek(offset)
        if kind == RAW:
            most += row_bytes - 1  # less than a row is padding
            held = _count_stored(stream, count or least, most) if offset >= HEADER_BYTES else 0
        else:
            held = _count_decoded(kind, stream.read(count), least, most, tags)
        if not least <= held <= most:
            raise ValueError(f"{held} of {least} bytes")


def _count_stored(stream: BinaryIO, count: int, most: int) -> int:
    """Return how many of `count` bytes are there. Of what follows the first `most`, padding does not count."""
    start = stream.tell()
    held = min(count, max(0, stream.seek(0, os.SEEK_END) - start))
    stream.seek(start + most)
    fill, surplus = b"", max(0, held - most)
    while surplus and (part := stream.read(min(surplus, CHUNK_BYTES))):
        if not is_padding(fill + part):
            return held
        fill, surplus = part[:1], surplus - len(part)
    return min(held, most)


def _count_decoded(kind: int, coded: bytes, least: int, most: int, tags: Any) -> int:
    """Return the bytes that a strip or tile decodes to, without padding; `least` if that cannot be counted."""
    if kind == PACK_BITS:
        return count_run_length_bytes(coded, least)
    if kind in DEFLATE:
        held, is_whole = _count_inflated([coded], most)
        # without its end it has passed no checksum, and what follows the pixels may fill a gap
        return held if is_whole or held in {least, most} else 0
    if kind == JPEG:
        return min(most, _count_jpeg_bytes(coded, tags.get(JPEG_TABLES)) or least)
    return least


def _count_jpeg_bytes(coded: bytes, tables: bytes | None) -> int:
    """Return the bytes that a JPEG stream decodes to, 0 if it states no size. Raises ValueError if pixels were lost.

    tables: a stream with those of all strips, if they have none of their own (TIFF Technical Note 2).
    """
    content = clean_jpeg(coded if tables is None else tables.removesuffix(END) + coded.removeprefix(JPEG_START))
    frame = read_codestream(content)
    return 0 if frame is None else frame.width * frame.height * frame.samples


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
