"""Films of any format, read from their files: whole and upright, or refused with a reason."""

import hashlib
import os
import tracemalloc
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageOps

from core.films import film_reader
from core.films.film import Film
from core.films.film_notes import Note
from core.films.film_reader import LARGE_BYTES, read_film, read_pixels, read_square, read_square_film, read_stream
from core.films.images import squash
from core.films.phantoms import draw_phantom
from core.system.errors import FilmUnreadable, Reason
from tests.core.films.examples import DEEP, WINDOW, differs, store_deep, windowed
from tests.factories import encode_png, write_dicom

FILM = draw_phantom(1, True, 128)


@pytest.mark.parametrize("suffix", ["png", "tif", "bmp"])
def test_lossless_formats_come_back_as_they_are(tmp_path, suffix):
    Image.fromarray(FILM).save(tmp_path / f"film.{suffix}")
    assert np.array_equal(read_pixels(tmp_path / f"film.{suffix}"), FILM)


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_16_bits_are_scaled_not_clipped(tmp_path, suffix):
    bright = FILM.copy()
    bright[0, 0] = 255
    Image.fromarray(bright.astype(np.uint16) * 257).save(tmp_path / f"film.{suffix}")
    assert np.array_equal(read_pixels(tmp_path / f"film.{suffix}"), bright)


def test_exif_rotation_turns_the_film_upright(tmp_path):
    tags = Image.Exif()
    tags[0x0112] = 6
    Image.fromarray(np.rot90(FILM)).save(tmp_path / "film.jpg", exif=tags, quality=95)
    assert np.abs(read_pixels(tmp_path / "film.jpg").astype(int) - FILM).mean() < 3


@pytest.mark.parametrize("name", ["film.jfif", "film.JPEG", "film", "film.dcm", "film.png"])
def test_the_content_decides_and_not_the_name(tmp_path, name):
    Image.fromarray(FILM).save(tmp_path / name, "JPEG", quality=95)
    film = read_film(tmp_path / name)
    assert differs(film.pixels, FILM) < 2
    assert film.facts.transfer_syntax == "JPEG"


def test_a_dicom_film_has_its_facts_from_the_child_process(tmp_path):
    content = store_deep(np.ascontiguousarray(DEEP[::-1, ::-1]), **WINDOW, PatientOrientation=["R", "H"],
                         ViewPosition="PA", PatientAge="4")  # fmt: skip
    (tmp_path / "film").write_bytes(content)
    film = read_film(tmp_path / "film")
    assert differs(film.pixels, windowed(DEEP, 2048, 4096)) < 0.6
    assert (film.facts.view, film.facts.age_years, film.facts.window) == ("PA", 4, "2048/4096 LINEAR")
    assert film.facts.notes == (Note.TURNED_UPRIGHT,)
    assert film.chroma == 0


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        (b"", {Reason.EMPTY_FILE}),
        (b"x", {Reason.NOT_AN_IMAGE}),
        (b"<html></html>" * 20, {Reason.NOT_AN_IMAGE}),
        (b"\0" * 128 + b"DICM" + b"\0" * 9, {Reason.NO_PIXELS, Reason.DAMAGED}),
    ],
)
def test_files_that_are_no_film(tmp_path, content, reasons):
    path = tmp_path / "film.dcm"
    path.write_bytes(content)
    with pytest.raises(FilmUnreadable) as refusal:
        read_pixels(path)
    assert refusal.value.reason in reasons


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "bmp"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_a_truncated_film_is_never_returned(tmp_path, suffix, share):
    path = tmp_path / f"film.{suffix}"
    Image.fromarray(FILM).save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(FilmUnreadable):
        read_square(path, 64)


def test_bombs_are_refused_from_the_header(tmp_path):
    Image.new("1", (20_000, 20_000)).save(tmp_path / "bomb.png")
    bomb = write_dicom(tmp_path / "bomb.dcm", FILM, Rows=65535, Columns=65535)
    frames = write_dicom(tmp_path / "frames.dcm", FILM, NumberOfFrames=1_000_000_000)
    for path, reason in (
        (tmp_path / "bomb.png", Reason.TOO_LARGE), (bomb, Reason.TOO_LARGE), (frames, Reason.MULTI_FRAME)
    ):  # fmt: skip
        with pytest.raises(FilmUnreadable) as refusal:
            read_pixels(path)
        assert refusal.value.reason is reason


def test_blank_small_and_missing(tmp_path):
    Image.new("L", (100, 100), 7).save(tmp_path / "blank.png")
    Image.fromarray(FILM[:32]).save(tmp_path / "small.png")
    for name, reason in (("blank", Reason.BLANK), ("small", Reason.TOO_SMALL), ("none", Reason.MISSING)):
        with pytest.raises(FilmUnreadable) as refusal:
            read_pixels(tmp_path / f"{name}.png")
        assert refusal.value.reason is reason


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_never_blocks(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(FilmUnreadable):
        read_pixels(tmp_path / "pipe.png")


def test_a_square_is_the_squashed_film(tmp_path):
    path = tmp_path / "film.png"
    path.write_bytes(encode_png(FILM[:100]))
    film = read_square_film(path, 64)
    assert np.array_equal(film.square, squash(FILM[:100], 64))
    assert np.array_equal(read_square(path, 64), film.square)
    assert film.aspect == read_film(path).aspect == pytest.approx(1.28)
    assert film.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (film.chroma, film.facts) == (0, read_film(path).facts)
    assert Film(FILM[:, :64]).aspect == 0.5


def test_a_square_of_a_colour_picture_has_the_chroma_of_the_whole_film(tmp_path):
    Image.fromarray(np.stack([FILM, FILM[::-1], FILM.T], axis=-1)).save(tmp_path / "film.png")
    assert read_square_film(tmp_path / "film.png", 64).chroma == read_film(tmp_path / "film.png").chroma > 5


@pytest.mark.parametrize("orientation", [None, 1, 3, 6, 7])
@pytest.mark.parametrize("kind", ["grey", "equal channels", "nearly equal channels", "colours", "ink"])
def test_a_jpeg_film_is_the_one_that_pillow_reads(tmp_path, kind, orientation):
    path, tags = tmp_path / "film.jpg", Image.Exif()
    if orientation:
        tags[0x0112] = orientation
    picture = Image.fromarray(FILM[:, :100])
    if kind != "grey":
        channels = np.stack([FILM[:, :100]] * 3, axis=-1)
        if kind == "nearly equal channels":
            channels[40, 40] = (0, 0, 255)
        elif kind != "equal channels":
            channels[..., 2] = channels[::-1, :, 1]
        picture = Image.fromarray(channels).convert("CMYK" if kind == "ink" else "RGB")
    picture.save(path, exif=tags, quality=90)
    with Image.open(path) as stored:
        expected = np.asarray(ImageOps.exif_transpose(stored).convert("L"))
    film = read_film(path)
    assert np.array_equal(film.pixels, expected)
    assert (film.chroma > 0) == (kind not in {"grey", "equal channels"})
    assert film.facts.photometric_interpretation == picture.mode


def test_a_film_that_is_replaced_while_it_is_read_has_the_hash_of_what_was_read(tmp_path, monkeypatch):
    path, before = tmp_path / "film.png", encode_png(FILM)
    path.write_bytes(before)

    def replace_and_read(stream, read=film_reader.read_stream):
        path.write_bytes(encode_png(255 - FILM))
        return read(stream)

    monkeypatch.setattr(film_reader, "read_stream", replace_and_read)
    film = read_square_film(path, 128)
    assert np.array_equal(film.square, FILM)
    assert film.sha256 == hashlib.sha256(before).hexdigest()


@pytest.mark.parametrize("start", [b"no film", b"PK\x03\x04", b"II*\0"])
def test_a_large_file_that_is_no_film_is_not_read_into_memory(tmp_path, start):
    with (tmp_path / "video").open("wb") as stream:
        stream.write(start)
        stream.truncate(LARGE_BYTES + 1)
    tracemalloc.start()
    try:
        with pytest.raises(FilmUnreadable):
            read_square_film(tmp_path / "video", 64)
        assert tracemalloc.get_traced_memory()[1] < LARGE_BYTES / 4
    finally:
        tracemalloc.stop()


def test_a_large_film_is_read(tmp_path):
    whole = np.tile(FILM, (33, 33))
    Image.fromarray(whole).save(tmp_path / "film.bmp")
    assert (tmp_path / "film.bmp").stat().st_size > LARGE_BYTES
    assert np.array_equal(read_square(tmp_path / "film.bmp", 64), squash(whole, 64))


def test_a_film_of_one_pixel_that_differs_is_not_blank(tmp_path):
    pixels = np.full((100, 100), 7, np.uint8)
    pixels[5, 5] = 8
    (tmp_path / "film.png").write_bytes(encode_png(pixels))
    assert np.array_equal(read_pixels(tmp_path / "film.png"), pixels)


def test_an_open_file_is_read_like_its_path(tmp_path):
    (tmp_path / "film.png").write_bytes(encode_png(FILM))
    assert np.array_equal(read_stream(BytesIO(encode_png(FILM))).pixels, read_pixels(tmp_path / "film.png"))
