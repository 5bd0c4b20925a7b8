"""Films in ordinary picture formats: whole, upright and dense tissue white, or refused with a reason."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageFilter

from core.films.film_notes import Note
from core.films.phantoms import draw_phantom
from core.films.pictures import find_grey_range, read_picture
from core.system.errors import FilmUnreadable, Reason
from tests.core.films.examples import differs, stretched
from tests.core.films.picture_files import encoded, pages, png_of_16_bits, tiff, with_tag

FILM = draw_phantom(1, True, 128)
DEEP = FILM.astype(np.uint16) * 256 + np.random.default_rng(2).integers(0, 256, FILM.shape).astype(np.uint16)
PHOTOMETRIC = 262  # the TIFF tag that says whether white is zero


def read(content):
    film = read_picture(BytesIO(content))
    return film.pixels, film.facts


def reduced(pixels, size=32):
    return np.asarray(Image.fromarray(pixels).resize((size, size)))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_lossless_formats_come_back_as_they_are(kind, mode):
    pixels, facts = read(encoded(Image.fromarray(FILM).convert(mode), kind))
    assert np.array_equal(pixels, FILM)
    assert (facts.transfer_syntax, facts.photometric_interpretation, facts.window) == (kind, mode, "none, 0..255")
    assert (facts.stored_width, facts.stored_height, facts.bits, facts.notes) == (128, 128, 8, ())


@pytest.mark.parametrize("mode", ["P", "LA", "RGBA", "1"])
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_other_modes_are_read_by_their_brightness(kind, mode):
    picture = Image.fromarray(FILM)
    picture = picture.quantize(256) if mode == "P" else picture.convert(mode)
    expected = np.asarray(picture.convert("L"))
    assert differs(read(encoded(picture, kind))[0], expected) < 1
    if mode != "1":
        assert differs(expected, FILM) < 2


def test_what_is_transparent_is_black():
    layer = Image.merge("LA", (Image.fromarray(FILM), Image.fromarray(np.tri(128, dtype=np.uint8) * 255)))
    assert differs(read(encoded(layer, "PNG"))[0], FILM * np.tri(128)) < 1


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_films_of_16_bits_are_scaled_not_clipped(kind):
    pixels, facts = read(encoded(DEEP, kind))
    assert differs(pixels, stretched(DEEP, 0, 65535)) < 0.6
    assert (facts.bits, facts.window) == (16, "none, 0..65535")


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_films_of_fewer_bits_in_words_of_16_are_not_dark(bits):
    pixels, facts = read(encoded(DEEP >> (16 - bits), "PNG"))
    assert differs(pixels, stretched(DEEP >> (16 - bits), 0, 2**bits - 1)) < 0.6
    assert facts.notes == ()


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "packbits", "tiff_adobe_deflate"])
@pytest.mark.parametrize("deep", [False, True])
def test_tiffs_whose_white_is_zero_are_turned_around(deep, compression):
    film = DEEP if deep else FILM
    content = with_tag(
        encoded(film.max() - film if deep else 255 - film, "TIFF", compression=compression), PHOTOMETRIC, 0
    )
    pixels, _ = read(content)
    expected = 255 - stretched(film.max() - film, 0, 65535) if deep else FILM
    assert differs(pixels, expected) < 0.6


def test_a_tiff_of_single_bits_whose_white_is_zero_is_turned_around():
    bits = Image.fromarray(FILM > 90)
    plain = read(encoded(bits, "TIFF"))[0]
    turned = read(with_tag(encoded(bits, "TIFF"), PHOTOMETRIC, 0))[0]
    assert np.array_equal(turned, 255 - plain)
    assert np.array_equal(plain, np.where(FILM > 90, 255, 0))


@pytest.mark.parametrize("is_negative", [False, True])
def test_fractional_tiffs_are_stretched_to_the_film(is_negative):
    values = (DEEP / 65535 * 3 - 1).astype(np.float32)
    content = encoded(-values if is_negative else values, "TIFF")
    pixels, facts = read(with_tag(content, PHOTOMETRIC, 0) if is_negative else content)
    assert differs(pixels, stretched(values, values.min(), values.max())) < 0.6
    assert facts.bits == 32


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf, 1e30, -1e30, 3.4e38])
def test_odd_fractions_do_not_hide_the_film(odd):
    values = (DEEP / 65535 + 5).astype(np.float32)
    marked = values.copy()
    marked[3:9, 3:9] = odd
    pixels, facts = read(encoded(marked, "TIFF"))
    expected = stretched(values, values.min(), values.max())
    assert differs(pixels[12:], expected[12:]) < 1.5
    assert facts.notes == (Note.OUTLIERS_IGNORED,)
    assert set(pixels[3:9, 3:9].ravel()) == {255 if odd > 0 else 0}


@pytest.mark.parametrize("is_negative", [False, True])
def test_pixels_that_are_no_numbers_are_black_whatever_the_range(is_negative):
    values = (DEEP / 65535 - 0.5).astype(np.float32)
    marked = values.copy()
    marked[3:40, 3:40] = np.nan
    content = encoded(-marked if is_negative else marked, "TIFF")
    pixels, _ = read(with_tag(content, PHOTOMETRIC, 0) if is_negative else content)
    expected = stretched(values, values.min(), values.max())
    expected[3:40, 3:40] = 0
    assert differs(pixels, expected) < 0.6


@pytest.mark.parametrize("form", ["I;16", "I"])
def test_signed_and_wide_integers_are_stretched(form):
    values = DEEP.astype(np.int32) * (1 if form == "I;16" else 1000) - (0 if form == "I;16" else 7_000_000)
    picture = Image.fromarray(values.astype(np.uint16)) if form == "I;16" else Image.fromarray(values)
    low, high = (0, 65535) if form == "I;16" else (values.min(), values.max())
    assert differs(read(encoded(picture, "TIFF"))[0], stretched(values, low, high)) < 0.6


@pytest.mark.parametrize("is_soft", [False, True])
@pytest.mark.parametrize("bits", [10, 12])
def test_a_marker_in_a_film_of_16_bits_does_not_darken_it(bits, is_soft):
    film = np.kron(DEEP >> (16 - bits), np.ones((4, 4), np.uint16))
    marker = np.zeros(film.shape, np.uint8)
    marker[20:60, 30:90] = 255
    if is_soft:
        marker = np.asarray(Image.fromarray(marker).filter(ImageFilter.GaussianBlur(2)))
    share = marker / 255
    marked = (film * (1 - share) + 65535 * share).astype(np.uint16)
    pixels, facts = read(encoded(marked, "PNG"))
    assert differs(pixels, stretched(marked, 0, 2**bits - 1)) < 2
    assert facts.notes == (Note.OUTLIERS_IGNORED,)


@pytest.mark.parametrize("is_soft", [False, True])
def test_a_white_border_in_a_film_of_16_bits_does_not_darken_it(is_soft):
    film = DEEP >> 6
    bordered = np.full((160, 160), 65535, np.uint16)  # 36 % of it border
    bordered[16:144, 16:144] = film
    if is_soft:
        bordered[15, 16:144] = bordered[16:144, 15] = 30000
    pixels, facts = read(encoded(bordered, "PNG"))
    assert differs(pixels, stretched(bordered, 0, 1023)) < 2
    assert facts.notes == (Note.OUTLIERS_IGNORED,)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 2}])
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpegs_of_every_colour_space_are_read(mode, options):
    picture = Image.fromarray(FILM).convert(mode)
    content = encoded(picture, "JPEG", quality=95, **options)
    pixels, facts = read(content)
    assert differs(pixels, np.asarray(Image.open(BytesIO(content)).convert("L"))) == 0
    assert differs(pixels, FILM) < (5 if mode == "CMYK" and options.get("subsampling") else 2)
    assert abs(facts.jpeg_quality - 95) <= 1
    assert not facts.is_coloured


def test_the_quality_of_a_jpeg_whose_tables_do_not_begin_at_0_is_known():
    """Found by fuzz_readers: it ended the job."""
    content = bytearray(encoded(FILM, "JPEG", quality=90))
    content[content.index(b"\xff\xdb") + 4] = 1  # number of the table
    content[content.index(b"\xff\xc0") + 12] = 1  # of the one that the component uses
    pixels, facts = read(bytes(content))
    assert differs(pixels, FILM) < 3
    assert abs(facts.jpeg_quality - 90) <= 1


def test_a_coloured_picture_is_known():
    noise = np.random.default_rng(1).integers(0, 256, (128, 128, 3), dtype=np.uint8)
    film = read_picture(BytesIO(encoded(noise, "PNG")))
    assert film.facts.is_coloured
    assert film.chroma > 10
    assert read_picture(BytesIO(encoded(np.stack([FILM] * 3, axis=-1), "PNG"))).chroma == 0


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_pictures_are_turned_as_their_tag_says(orientation, kind):
    turns = {1: FILM, 2: FILM[:, ::-1], 3: FILM[::-1, ::-1], 4: FILM[::-1], 5: FILM.T, 6: np.rot90(FILM),
             7: FILM[::-1, ::-1].T, 8: np.rot90(FILM, 3)}  # fmt: skip
    stored = np.ascontiguousarray(turns[orientation])
    if kind == "TIFF":
        content = encoded(stored, kind, tiffinfo={0x0112: orientation})
    else:
        tags = Image.Exif()
        tags[0x0112] = orientation
        content = encoded(stored, kind, exif=tags, **({"quality": 95} if kind == "JPEG" else {}))
    assert differs(read(content)[0], FILM) < 2


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 95}])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_webp_is_read(options, mode):
    pixels, facts = read(encoded(Image.fromarray(FILM).convert(mode), "WEBP", **options))
    assert differs(pixels, FILM) < (0.1 if "lossless" in options else 3)
    assert facts.transfer_syntax == "WEBP"


@pytest.mark.parametrize("is_marked", [False, True])
@pytest.mark.parametrize("is_first", [False, True])
@pytest.mark.parametrize("deep", [False, True])
def test_a_reduced_copy_beside_a_film_is_left_out(is_first, is_marked, deep):
    film = DEEP if deep else FILM
    copy = (reduced(FILM).astype(np.uint16) * 257) if deep else reduced(film)
    content = pages(copy, film, marked=(0,)) if is_first else pages(film, copy, marked=(1,))
    if not is_marked:
        content = pages(copy, film) if is_first else pages(film, copy)
    pixels, facts = read(content)
    assert differs(pixels, stretched(film, 0, 65535) if deep else film) < 0.6
    assert facts.notes == (Note.REDUCED_PAGE_IGNORED,)
    assert (facts.stored_width, facts.stored_height) == (128, 128)


def test_several_reduced_copies_are_left_out():
    pixels, _ = read(pages(FILM, reduced(FILM, 64), reduced(FILM, 32), reduced(FILM, 16)))
    assert np.array_equal(pixels, FILM)


@pytest.mark.parametrize(
    "films", [(FILM, FILM), (FILM, 255 - FILM), (FILM, FILM[:100]), (FILM, reduced(FILM), FILM), (FILM, FILM[:40, :60])]
)
def test_two_films_in_a_file_are_refused(films):
    with pytest.raises(FilmUnreadable) as refusal:
        read(pages(*films))
    assert refusal.value.reason is Reason.MULTI_FRAME


def test_a_second_page_of_white_is_zero_is_turned_by_its_own_tag():
    content = pages(reduced(FILM), FILM)
    assert np.array_equal(read(content)[0], FILM)
    assert np.array_equal(read(with_tag(content, PHOTOMETRIC, 0))[0], FILM), "the tag of the copy does not count"


def test_tiffs_by_their_tags_are_read():
    signed = FILM.astype("<i2") * 100 - 12000
    assert np.array_equal(read(tiff(FILM.tobytes(), 8))[0], FILM)
    assert differs(read(tiff(signed.tobytes(), 16, kind=2))[0], stretched(signed, signed.min(), signed.max())) < 0.6
    wide = FILM.astype("<u4") * 10_000_000
    assert differs(read(tiff(wide.tobytes(), 32))[0], stretched(wide, 0, 2**32 - 1)) < 0.6
    colours = np.stack([FILM.astype("<u2") * 257] * 3, axis=-1)
    assert differs(read(tiff(colours.tobytes(), 16, photometric=2, samples=3))[0], FILM) < 0.6


@pytest.mark.parametrize(
    "content",
    [
        tiff(FILM.astype("i1").tobytes(), 8, kind=2),
        tiff((FILM / 255).astype("<f8").tobytes(), 64, kind=3),
        tiff((FILM / 255).astype("<f2").tobytes(), 16, kind=3),
        tiff(FILM.astype("<i2").tobytes(), 16, kind=2, photometric=0),
        tiff(bytes(128 * 192), 12, photometric=0),
        tiff(FILM.tobytes(), 8, compression=34712),
        tiff((np.stack([FILM.astype("<u2") * 16] * 3, axis=-1)).tobytes(), 16, photometric=2, samples=3),
    ],
)
def test_tiffs_that_cannot_be_decoded_are_unsupported_and_not_damaged(content):
    with pytest.raises(FilmUnreadable) as refusal:
        read(content)
    assert refusal.value.reason is Reason.UNSUPPORTED


def test_a_cut_tiff_of_an_unknown_kind_is_damaged():
    with pytest.raises(FilmUnreadable) as refusal:
        read(tiff((FILM / 255).astype("<f8").tobytes(), 64, kind=3)[:-500])
    assert refusal.value.reason is Reason.DAMAGED


def test_a_jpeg_of_12_bits_is_unsupported():
    content = bytearray(encoded(FILM, "JPEG"))
    content[content.index(b"\xff\xc0") + 4] = 12
    with pytest.raises(FilmUnreadable) as refusal:
        read(bytes(content))
    assert refusal.value.reason is Reason.UNSUPPORTED


@pytest.mark.parametrize("colour", [2, 4])
def test_colours_of_16_bits_are_read_if_they_fill_their_range(colour):
    full, opaque = FILM.astype(np.uint16) * 257, np.full(FILM.shape, 65535, np.uint16)
    channels = [full] * 3 if colour == 2 else [full, opaque]
    assert differs(read(png_of_16_bits(colour, np.stack(channels, axis=-1)))[0], FILM) < 0.6
    dark = [channel // 16 for channel in channels[: 3 if colour == 2 else 1]] + channels[3 if colour == 2 else 1 :]
    with pytest.raises(FilmUnreadable) as refusal:
        read(png_of_16_bits(colour, np.stack(dark, axis=-1)))
    assert refusal.value.reason is Reason.UNSUPPORTED


@pytest.mark.parametrize("kind", ["GIF", "JPEG2000", "PPM", "ICO", "TGA"])
def test_other_formats_are_no_films(kind):
    with pytest.raises(FilmUnreadable) as refusal:
        read(encoded(FILM, kind))
    assert refusal.value.reason is Reason.NOT_AN_IMAGE


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "WEBP"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.95])
def test_cut_files_are_damaged(kind, share):
    content = encoded(FILM, kind)
    with pytest.raises(FilmUnreadable) as refusal:
        read(content[: int(share * len(content))])
    assert refusal.value.reason is Reason.DAMAGED


def test_the_grey_range_of_integers_begins_at_0():
    levels, counts = np.arange(300.0, 3000.0), np.full(2700, 5)
    assert find_grey_range(levels, counts, is_integer=True) == (0, 4095, False)
    assert find_grey_range(levels, counts, is_integer=False) == (300, 2999, False)
    assert find_grey_range(levels - 500, counts, is_integer=True) == (-200, 2499, False)


@pytest.mark.parametrize(
    ("form", "options"),
    [("PNG", {}), ("WEBP", {"lossless": True}), ("MPO", {"quality": 95}), ("TIFF", {"compression": "tiff_lzw"})],
)
def test_several_pictures_of_any_format_are_no_single_film(form, options):
    pictures = [Image.fromarray(draw_phantom(seed, True, 128)) for seed in range(2)]
    stream = BytesIO()
    pictures[0].save(stream, form, save_all=True, append_images=pictures[1:], **options)
    stream.seek(0)
    with pytest.raises(FilmUnreadable) as refusal:
        read_picture(stream)
    assert refusal.value.reason is Reason.MULTI_FRAME
