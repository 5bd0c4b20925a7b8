"""Films whose files hold fewer or more pixels than their headers state are damaged."""

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from core.films.phantoms import draw_phantom
from core.films.pixel_counts import check_pixel_count
from core.system.errors import FilmUnreadable, Reason
from tests.core.films.damage import assert_damaged, read
from tests.core.films.examples import edit, jpeg, store
from tests.core.films.picture_files import encoded, tiff, tiff_of_strips, with_tag
from tests.faults.hostile_films import png_chunk

NOISE = np.random.default_rng(4).integers(0, 30, (160, 160)).astype(np.uint8)
FILM = draw_phantom(1, True, 160) // 2 + NOISE
ROWS, STRIP_ROWS, STRIP_OFFSETS, STRIP_BYTES = 257, 278, 273, 279
CODINGS = ["raw", "tiff_lzw", "packbits", "tiff_adobe_deflate", "jpeg"]


def png(rows, bits=8, colour=0, is_interlaced=False, height=160, width=160):
    """A PNG with these filtered rows; all checksums are right."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, is_interlaced)
    packed = zlib.compress(rows)
    half = len(packed) // 2
    parts = [(b"IHDR", header), (b"IDAT", packed[:half]), (b"IDAT", packed[half:]), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(kind, content) for kind, content in parts)


def filtered(rows):
    return b"".join(b"\0" + row.tobytes() for row in rows)


def interlaced(pixels):
    """The rows of the seven passes (PNG, 8.2)."""
    starts = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    return b"".join(filtered(pixels[top::rows, left::columns]) for left, top, columns, rows in starts)


@pytest.mark.parametrize("missing", [1, 2, 80, 159])
def test_a_png_with_rows_missing_is_damaged(missing):
    assert np.array_equal(read(png(filtered(FILM))), FILM)
    assert_damaged(png(filtered(FILM[:-missing])))


def test_a_png_with_more_rows_than_its_header_states_is_damaged():
    assert_damaged(png(filtered(FILM), height=100))
    assert np.array_equal(read(png(filtered(FILM) + b"more")), FILM), "less than a row is no picture"


@pytest.mark.parametrize(
    ("values", "bits", "colour"),
    [
        (np.stack([FILM] * 3, axis=-1), 8, 2),
        (np.stack([FILM] * 4, axis=-1), 8, 6),
        ((FILM.astype(">u2") * 257), 16, 0),
        (np.packbits(FILM > 60, axis=1), 1, 0),
        (np.packbits(FILM[:, :131] > 60, axis=1), 1, 0),
    ],
)
def test_rows_of_every_kind_are_counted(values, bits, colour):
    width = 131 if values.shape[1] == 17 else 160
    read(png(filtered(values), bits, colour, width=width))
    assert_damaged(png(filtered(values[:-1]), bits, colour, width=width))


@pytest.mark.parametrize("width", [160, 133])
def test_interlaced_pngs_are_counted(width):
    film = FILM[:, :width]
    assert np.array_equal(read(png(interlaced(film), is_interlaced=True, width=width)), film)
    assert_damaged(png(interlaced(film)[: -width - 1], is_interlaced=True, width=width))


def strips(coding, **options):
    """A TIFF of ten strips, and the places of their offsets and of their numbers of bytes."""
    kind = {} if coding == "raw" else {"compression": coding}
    content = encoded(FILM, "TIFF", tiffinfo={STRIP_ROWS: 16}, **kind, **options)
    with Image.open(BytesIO(content)) as picture:
        tags = picture.tag_v2
        offsets, counts = tags[STRIP_OFFSETS], tags[STRIP_BYTES]
    assert len(offsets) == 10
    return content, offsets, counts


@pytest.mark.parametrize("coding", CODINGS)
def test_a_tiff_that_is_whole_is_read(coding):
    content, _, _ = strips(coding)
    assert np.abs(read(content).astype(int) - FILM).max() <= (40 if coding == "jpeg" else 0)


@pytest.mark.parametrize("coding", CODINGS[1:])
@pytest.mark.parametrize("filling", [b"\0", b"\xff"])
def test_a_tiff_with_a_hole_in_a_strip_is_damaged(coding, filling):
    content, offsets, counts = strips(coding)
    middle, end = offsets[4] + counts[4] // 2, offsets[4] + counts[4]
    assert_damaged(content[:middle] + filling * (end - middle) + content[end:])


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("rows", [80, 140, 240])
def test_a_tiff_of_fewer_or_more_rows_than_its_strips_have_is_damaged(coding, rows):
    assert_damaged(with_tag(strips(coding)[0], ROWS, rows))


@pytest.mark.parametrize("coding", CODINGS)
def test_the_last_strip_of_a_tiff_may_be_as_long_as_the_others(coding):
    assert read(with_tag(strips(coding)[0], ROWS, 150)).shape == (150, 160)


def test_a_raw_tiff_that_does_not_hold_its_strips_is_damaged():
    whole = tiff(FILM[:128, :128].tobytes(), 8)
    assert np.array_equal(read(whole), FILM[:128, :128])
    assert np.array_equal(read(with_tag(whole, STRIP_BYTES, 0)), FILM[:128, :128]), "as old programs write it"
    assert_damaged(with_tag(whole, STRIP_BYTES, 128 * 100))
    assert_damaged(with_tag(whole, STRIP_OFFSETS, 0))
    assert_damaged(with_tag(whole, STRIP_OFFSETS, len(whole) - 128 * 100))


@pytest.mark.parametrize("compression", ["raw", "packbits", "tiff_adobe_deflate"])
@pytest.mark.parametrize("mode", ["1", "L", "RGB", "I;16", "F", "CMYK", "LA"])
def test_strips_of_every_mode_are_counted_right(mode, compression):
    film = FILM[:, :131]
    picture = Image.fromarray(film.astype(np.uint16) * 257) if mode == "I;16" else Image.fromarray(film).convert(mode)
    options = {} if compression == "raw" else {"compression": compression}
    assert read(encoded(picture.crop((0, 0, 131, 160)), "TIFF", tiffinfo={STRIP_ROWS: 32}, **options)).shape == (
        160,
        131,
    )


JPEG_STRIPS = [jpeg(FILM[top : top + 16]) for top in range(0, 160, 16)]


def jpeg_tiff(changed):
    """A TIFF of JPEG strips with tables of their own; changed: some strips, by their number."""
    strips = [changed.get(number, strip) for number, strip in enumerate(JPEG_STRIPS)]
    return tiff_of_strips(strips, 7, 160, 160)


def test_jpeg_strips_with_tables_of_their_own_are_checked():
    assert np.abs(read(jpeg_tiff({})).astype(int) - FILM).max() <= 12
    assert_damaged(jpeg_tiff({4: JPEG_STRIPS[4][: len(JPEG_STRIPS[4]) // 2] + b"\xff\xd9"}))
    assert_damaged(jpeg_tiff({4: JPEG_STRIPS[4][: len(JPEG_STRIPS[4]) * 3 // 4] + b"\xff\xd9"}))
    cut = {number: JPEG_STRIPS[number][: 700 + number] + b"\xff\xd9" for number in range(8)}
    assert all(len(cut[number]) < len(JPEG_STRIPS[number]) for number in cut)
    assert_damaged(jpeg_tiff(cut))
    assert_damaged(jpeg_tiff({4: jpeg(FILM[64:72])}))


def pack_bits(content):
    return b"".join(
        bytes([len(part) - 1]) + part for part in (content[at : at + 128] for at in range(0, len(content), 128))
    )


def deflate(content, end=zlib.Z_FINISH):
    packer = zlib.compressobj()
    return packer.compress(content) + packer.flush(end)


STRIPS = [FILM[top : top + 16].tobytes() for top in range(0, 160, 16)]
CODERS = {1: bytes, 32773: pack_bits, 8: deflate}


@pytest.mark.parametrize("number", [4, 9])
@pytest.mark.parametrize("padding", [bytes(4), bytes(160), b"\xff" * 700])
def test_equal_bytes_behind_the_pixels_of_a_strip_are_padding(padding, number):
    for compression, padded in (
        (1, STRIPS[number] + padding),
        (32773, pack_bits(STRIPS[number]) + bytes(len(padding))),
        (8, deflate(STRIPS[number] + padding)),
        (8, deflate(STRIPS[number]) + padding),
    ):
        strips = [CODERS[compression](strip) for strip in STRIPS]
        strips[number] = padded
        assert np.array_equal(read(tiff_of_strips(strips, compression, 160, 160)), FILM), compression


@pytest.mark.parametrize("compression", CODERS)
def test_other_bytes_behind_the_pixels_of_a_strip_and_gaps_before_padding_are_damage(compression):
    code = CODERS[compression]
    whole = [code(strip) for strip in STRIPS]
    half = whole[4][: len(whole[4]) // 2]
    for damaged in (
        code(STRIPS[4] + STRIPS[5][:480]),
        half,
        half + bytes(4),
        half + b"\xff" * 4,
        code(STRIPS[4][:-160]),
    ):
        assert_damaged(tiff_of_strips([*whole[:4], damaged, *whole[5:]], compression, 160, 160))
    if compression != 1:
        for filling in (b"\0", b"\xff"):
            assert_damaged(tiff_of_strips([*whole[:4], half + filling * 9999, *whole[5:]], compression, 160, 160))


def test_a_deflated_strip_needs_no_end_if_its_pixels_are_whole():
    whole = [deflate(strip) for strip in STRIPS]
    for strip in (deflate(STRIPS[4], zlib.Z_SYNC_FLUSH), whole[4][:-4]):
        assert np.array_equal(read(tiff_of_strips([*whole[:4], strip, *whole[5:]], 8, 160, 160)), FILM)
    for strip in (deflate(STRIPS[4] + bytes(160), zlib.Z_SYNC_FLUSH), deflate(STRIPS[4][:-1], zlib.Z_SYNC_FLUSH)):
        assert_damaged(tiff_of_strips([*whole[:4], strip, *whole[5:]], 8, 160, 160))


@pytest.mark.parametrize("padding", [1, 2, 100])
def test_blank_rows_behind_those_of_a_png_are_padding(padding):
    assert np.array_equal(read(png(filtered(FILM) + bytes(161 * padding))), FILM)


def test_no_more_padding_is_inflated_than_there_are_pixels():
    assert_damaged(png(filtered(FILM) + bytes(10_000_000)))


@pytest.mark.parametrize("padding", [b"\0\0", b"\0" * 9999, b"ab", bytes(range(150))])
def test_native_dicom_pixels_may_be_padded(padding):
    assert np.array_equal(read(edit(store(FILM), PixelData=FILM.tobytes() + padding)), FILM)


@pytest.mark.parametrize("rows", [159, 158, 100, 161, 320])
def test_native_dicom_pixels_of_more_or_fewer_rows_are_damaged(rows):
    assert_damaged(edit(store(FILM), Rows=rows))


def test_fractional_dicom_pixels_are_counted():
    values = (FILM / 255).astype("<f4")
    content = edit(
        store(FILM), BitsAllocated=32, BitsStored=None, HighBit=None, PixelRepresentation=None, PixelData=None
    )
    assert read(edit(content, FloatPixelData=values.tobytes())).shape == FILM.shape
    assert_damaged(edit(content, FloatPixelData=values.tobytes(), Rows=100))
    assert_damaged(edit(content, FloatPixelData=values[:100].tobytes()))


@pytest.mark.parametrize(
    ("kind", "options"),
    [("WEBP", {}), ("PNG", {}), ("PNG", {"default_image": True}), ("MPO", {}), ("TIFF", {"compression": "tiff_lzw"})],
)
def test_several_pictures_in_a_file_are_no_single_film(kind, options):
    frames = [Image.fromarray(FILM), Image.fromarray(255 - FILM)]
    with pytest.raises(FilmUnreadable) as refusal:
        read(encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options))
    assert refusal.value.reason is Reason.MULTI_FRAME


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_counting_leaves_the_file_where_it_was(kind):
    stream = BytesIO(encoded(FILM, kind))
    with Image.open(stream) as picture:
        stream.seek(9)
        check_pixel_count(picture, stream)
        assert stream.tell() == 9
