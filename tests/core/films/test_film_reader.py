"""Films of any format, read from their files: whole and upright, or refused with a reason."""

import os
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from core.films.film import Film
from core.films.film_notes import Note
from core.films.film_reader import read_film, read_pixels, read_square, read_stream
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
    (tmp_path / "film.png").write_bytes(encode_png(FILM[:100]))
    assert np.array_equal(read_square(tmp_path / "film.png", 64), squash(FILM[:100], 64))
    assert read_film(tmp_path / "film.png").aspect == pytest.approx(1.28)
    assert Film(FILM[:, :64]).aspect == 0.5


def test_an_open_file_is_read_like_its_path(tmp_path):
    (tmp_path / "film.png").write_bytes(encode_png(FILM))
    assert np.array_equal(read_stream(BytesIO(encode_png(FILM))).pixels, read_pixels(tmp_path / "film.png"))
