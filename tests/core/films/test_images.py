"""Films of ordinary image formats: whole and upright, or refused with a reason."""

import os

import numpy as np
import pytest
from PIL import Image

from core.films.film_reader import read_pixels, read_square
from core.films.phantoms import draw_phantom
from core.system.errors import FilmUnreadable, Reason
from tests.factories import write_dicom

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


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.EMPTY_FILE),
        (b"x", Reason.NOT_AN_IMAGE),
        (b"<html></html>" * 20, Reason.NOT_AN_IMAGE),
        (b"\0" * 128 + b"DICM" + b"\0" * 9, Reason.NO_PIXELS),
    ],
)
def test_files_that_are_no_film(tmp_path, content, reason):
    path = tmp_path / "film.dcm"
    path.write_bytes(content)
    with pytest.raises(FilmUnreadable) as refusal:
        read_pixels(path)
    assert refusal.value.reason in {reason, Reason.DAMAGED}


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
