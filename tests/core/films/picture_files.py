"""Picture files of every kind, as bytes."""

import struct
import zlib
from io import BytesIO

from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from tests.faults.hostile_films import png_chunk

NEW_SUBFILE_TYPE = 254


def encoded(picture, kind, **options):
    stream = BytesIO()
    (picture if isinstance(picture, Image.Image) else Image.fromarray(picture)).save(stream, kind, **options)
    return stream.getvalue()


def with_tag(content, tag, value):
    """A little-endian TIFF in which a tag of the first page that holds one number has another."""
    stream = bytearray(content)
    place = int.from_bytes(stream[4:8], "little")
    for entry in range(place + 2, place + 2 + 12 * int.from_bytes(stream[place : place + 2], "little"), 12):
        if int.from_bytes(stream[entry : entry + 2], "little") == tag:
            stream[entry + 8 : entry + 12] = value.to_bytes(4, "little")
            return bytes(stream)
    raise AssertionError(f"no tag {tag}")


def pages(*pictures, marked=()):
    """A TIFF of several pages. marked: numbers of those that say they are reduced copies."""
    stream = BytesIO()
    frames = [picture if isinstance(picture, Image.Image) else Image.fromarray(picture) for picture in pictures]
    for number, frame in enumerate(frames):
        tags = ImageFileDirectory_v2()
        if number in marked:
            tags[NEW_SUBFILE_TYPE] = 1
        frame.encoderinfo = {"tiffinfo": tags}
    frames[0].save(stream, "TIFF", save_all=True, append_images=frames[1:], tiffinfo=frames[0].encoderinfo["tiffinfo"])
    return stream.getvalue()


def tiff(data, bits, kind=1, photometric=1, samples=1, compression=1):
    """A TIFF of 128 x 128 pixels by its tags. kind: Sample Format, 1 unsigned, 2 signed, 3 fraction."""
    tags = [
        (256, 3, 1, 128), (257, 3, 1, 128), (258, 3, 1, bits), (259, 3, 1, compression), (262, 3, 1, photometric),
        (273, 4, 1, 0), (277, 3, 1, samples), (278, 3, 1, 128), (279, 4, 1, len(data)), (339, 3, 1, kind),
    ]  # fmt: skip
    end = 10 + 12 * len(tags) + 4
    if samples > 1:  # bits and kind of each channel
        tags[2], tags[9] = (258, 3, samples, end), (339, 3, samples, end + 2 * samples)
    more = struct.pack(f"<{2 * samples}H", *[bits] * samples, *[kind] * samples) if samples > 1 else b""
    tags[5] = (273, 4, 1, end + len(more))
    packed = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + packed + bytes(4) + more + data


def tiff_of_strips(strips, compression, width, height):
    """A grey TIFF of 8 bits whose strips of equal height have these coded bytes."""
    count = len(strips)
    tags = [
        (256, 3, 1, width), (257, 3, 1, height), (258, 3, 1, 8), (259, 3, 1, compression), (262, 3, 1, 1),
        (273, 4, count, 0), (277, 3, 1, 1), (278, 3, 1, height // count), (279, 4, count, 0),
    ]  # fmt: skip
    end = 10 + 12 * len(tags) + 4
    start = end + 8 * count
    places = [start + sum(map(len, strips[:number])) for number in range(count)]
    tags[5], tags[8] = (273, 4, count, end), (279, 4, count, end + 4 * count)
    packed = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    numbers = struct.pack(f"<{2 * count}I", *places, *map(len, strips))
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + packed + bytes(4) + numbers + b"".join(strips)


def png_of_16_bits(colour, values):
    """A PNG of 16 bits a channel. colour: 2 for RGB, 4 for grey with opacity; values: (128, 128, n)."""
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", 128, 128, 16, colour, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(kind, content) for kind, content in parts)
