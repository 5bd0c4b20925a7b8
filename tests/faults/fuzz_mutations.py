"""Damage files, byte by byte and along their structure: chunks keep their checksums, segments their lengths.

Everything is drawn from a `random.Random`, so that the same one makes the same bytes.
"""

import struct
import zlib

from tests.faults.hostile_films import png_chunk

NUMBERS = (0, 1, 2, 3, 7, 8, 15, 16, 17, 127, 128, 255, 256, 4095, 32767, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1)
TEXTS = (
    "", " ", "0", "-1", "1e999", "nan", "inf", "1\\2\\3", "\x00", "\u202e", "\ufeff", "é" * 70, "=1+1", "'", '"', "\\",
    "../../x", "<b>", "%s", "x" * 3000, "１", "a\u200bb", "a\nb", "a;b", "a,b", "a\tb",
)  # fmt: skip
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_KINDS = (b"PLTE", b"tRNS", b"gAMA", b"sBIT", b"iCCP", b"zTXt", b"iTXt", b"acTL", b"fcTL", b"eXIf", b"bKGD", b"IDAT")
MAX_BYTES = 200_000


def damage(rng, content):
    """The bytes after one to four small changes anywhere."""
    for _ in range(rng.choice((1, 1, 2, 4))):
        content = rng.choice((_flip, _flip, _put_number, _cut, _drop, _repeat, _insert, _clear))(rng, content)
    return content[:MAX_BYTES]


def _span(rng, content):
    start = rng.randrange(len(content) + 1)
    return start, min(len(content), start + rng.choice((1, 2, 4, 16, 200, 3000)))


def _flip(rng, content):
    if not content:
        return b"\0"
    changed = bytearray(content)
    changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _put_number(rng, content):
    number, form = rng.choice(NUMBERS), rng.choice(("<H", ">H", "<I", ">I"))
    packed = struct.pack(form, number & (0xFFFF if form[1] == "H" else 0xFFFFFFFF))
    start = rng.randrange(len(content) + 1)
    return content[:start] + packed + content[start + len(packed) :]


def _cut(rng, content):
    return content[: rng.randrange(len(content) + 1)]


def _drop(rng, content):
    start, end = _span(rng, content)
    return content[:start] + content[end:]


def _repeat(rng, content):
    start, end = _span(rng, content)
    return content[:end] + content[start:end] * rng.choice((1, 2, 9)) + content[end:]


def _insert(rng, content):
    start, _ = _span(rng, content)
    return content[:start] + rng.randbytes(rng.choice((1, 3, 20))) + content[start:]


def _clear(rng, content):
    start, end = _span(rng, content)
    return content[:start] + rng.choice((b"\0", b"\xff")) * (end - start) + content[end:]


def shuffle_parts(rng, parts):
    """A list with one of its entries dropped, repeated or moved."""
    parts, place = list(parts), rng.randrange(len(parts))
    part = parts.pop(place)
    return parts[: (to := rng.randrange(len(parts) + 1))] + [part] * rng.choice((0, 1, 2)) + parts[to:]


def damage_png(rng, content):
    """A PNG whose chunks are changed but have the right checksums."""
    chunks, at = [], len(PNG_SIGNATURE)
    while at + 8 <= len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        chunks.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + length]))
        at += length + 12
    place = rng.randrange(len(chunks))
    kind, data = chunks[place]
    match rng.randrange(4):
        case 0:
            chunks = shuffle_parts(rng, chunks)
        case 1:
            more = rng.randbytes(rng.choice((0, 1, 4, 12, 26, 768)))
            chunks.insert(place, (rng.choice(PNG_KINDS), zlib.compress(more) if rng.random() < 0.3 else more))
        case 2:
            chunks[place] = (kind, damage(rng, data))
        case _:
            chunks = [(kind, damage_rows(rng, data) if kind == b"IDAT" else data) for kind, data in chunks]
    return PNG_SIGNATURE + b"".join(png_chunk(kind, data) for kind, data in chunks)


def damage_rows(rng, packed):
    """Deflated rows with bytes missing, added or changed, deflated anew."""
    try:
        return zlib.compress(damage(rng, zlib.decompress(packed)))
    except zlib.error:
        return damage(rng, packed)


def damage_jpeg(rng, content):
    """A JPEG with a segment changed, left out, repeated or moved, or with a scan that is damaged or cut and closed."""
    segments, at = [], 2
    while content[at + 1] != 0xDA:
        (length,) = struct.unpack(">H", content[at + 2 : at + 4])
        segments.append(content[at : at + 2 + length])
        at += 2 + length
    scan, place = content[at:], rng.randrange(len(segments))
    match rng.randrange(4):
        case 0:
            segments = shuffle_parts(rng, segments)
        case 1:
            marker, data = segments[place][:2], damage(rng, segments[place][4:])[:60000]
            segments[place] = marker + struct.pack(">H", len(data) + 2) + data
        case 2:
            scan = scan[: rng.randrange(len(scan))] + b"\xff\xd9"
        case _:
            scan = damage(rng, scan)
    return b"\xff\xd8" + b"".join(segments) + scan


def damage_tiff(rng, content):
    """A little-endian TIFF with tags of its first directory changed, left out or repeated."""
    (at,) = struct.unpack("<I", content[4:8])
    (count,) = struct.unpack("<H", content[at : at + 2])
    entries = [content[at + 2 + 12 * n : at + 14 + 12 * n] for n in range(count)]
    for _ in range(rng.choice((1, 1, 2))):
        place = rng.randrange(len(entries))
        tag, kind, number, value = struct.unpack("<HHII", entries[place])
        match rng.randrange(5):
            case 0:
                entries = shuffle_parts(rng, entries) or entries
            case 1:
                entries[place] = struct.pack("<HHII", tag, rng.randrange(20), number, value)
            case 2:
                entries[place] = struct.pack("<HHII", tag, kind, rng.choice(NUMBERS), value)
            case 3:
                entries[place] = struct.pack("<HHII", rng.choice((254, 258, 259, 262, 266, 277, 317, 339)), 3, 1, value)
            case _:
                entries[place] = struct.pack("<HHII", tag, kind, number, rng.choice(NUMBERS))
    following = rng.choice((0, 0, 8, len(content)))
    table = struct.pack("<H", len(entries)) + b"".join(entries) + struct.pack("<I", following)
    return content[:4] + struct.pack("<I", len(content)) + content[8:] + table


def list_places(content):
    """Every place of JSON as (dict or list, key), in the order of a walk."""
    places = []

    def walk(node):
        for name in node if isinstance(node, dict) else range(len(node)):
            places.append((node, name))
            if isinstance(node[name], dict | list):
                walk(node[name])

    walk(content)
    return places


def replace_in_json(rng, content):
    """JSON with the value of one place replaced or left out; changes `content` itself."""
    node, name = rng.choice(list_places(content))
    if rng.random() < 0.15:
        del node[name]
        return content
    number = rng.choice((*NUMBERS, -1, 0.5, 1e-300, 1e300, 10**40, True))
    node[name] = rng.choice((None, number, number, rng.choice(TEXTS), [], {}, [node[name]] * 2, [[1]], {"a": 1}))
    return content
