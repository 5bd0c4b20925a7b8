"""Opening film files, and handling grey pictures."""

import os

import numpy as np
import pytest
from PIL import Image

from core.films.images import check_contrast, check_size, explain_read_errors, open_regular, resize, squash, write_grey
from core.films.phantoms import draw_phantom
from core.system.errors import FilmUnreadable, Reason

FILM = draw_phantom(1, True, 128)


def reason_of(work):
    with pytest.raises(FilmUnreadable) as refusal, explain_read_errors():
        work()
    return refusal.value.reason


def raises(error):
    def work():
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MemoryError(), Reason.OUT_OF_MEMORY), (FileNotFoundError(2, "x"), Reason.MISSING),
        (PermissionError(13, "x"), Reason.NO_PERMISSION), (IsADirectoryError(21, "x"), Reason.NOT_AN_IMAGE),
        (OSError(5, "x"), Reason.READ_ERROR), (ValueError("embedded null byte"), Reason.MISSING),
        (FilmUnreadable(Reason.BLANK, "It is blank."), Reason.BLANK),
    ],
)  # fmt: skip
def test_errors_of_the_system_are_reasons(error, reason):
    assert reason_of(raises(error)) is reason


def test_only_regular_files_with_content_are_opened(tmp_path):
    (tmp_path / "empty").touch()
    (tmp_path / "film").write_bytes(b"film")
    assert reason_of(lambda: open_regular(tmp_path / "empty")) is Reason.EMPTY_FILE
    assert reason_of(lambda: open_regular(tmp_path / "none")) is Reason.MISSING
    assert reason_of(lambda: open_regular(tmp_path)) is Reason.NOT_AN_IMAGE
    with open_regular(tmp_path / "film") as stream:
        assert stream.read() == b"film"


def test_a_file_of_too_many_bytes_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("core.films.images.MAX_FILE_BYTES", 3)
    (tmp_path / "film").write_bytes(b"film")
    assert reason_of(lambda: open_regular(tmp_path / "film")) is Reason.TOO_LARGE


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert reason_of(lambda: open_regular(tmp_path / "pipe")) is Reason.NOT_AN_IMAGE


def test_resizing_is_antialiased_and_squashing_forgets_the_shape():
    stripes = np.tile(np.array([0, 255], np.uint8), (64, 64))
    assert resize(stripes, 16, 32).shape == (16, 32)
    assert np.ptp(resize(stripes, 16, 16)[:, 2:-2]) < 40
    assert squash(FILM[:80], 64).shape == (64, 64)
    assert squash(FILM, 128) is FILM


def test_a_grey_picture_comes_back_from_its_file(tmp_path):
    write_grey(tmp_path / "film.png", FILM)
    with Image.open(tmp_path / "film.png") as picture:
        assert picture.mode == "L"
        assert np.array_equal(np.asarray(picture), FILM)


def test_small_large_and_blank_pictures_are_refused():
    check_size(64, 64)
    check_size(10_000, 10_000)
    assert reason_of(lambda: check_size(64, 63)) is Reason.TOO_SMALL
    assert reason_of(lambda: check_size(63, 64)) is Reason.TOO_SMALL
    assert reason_of(lambda: check_size(10_000, 10_001)) is Reason.TOO_LARGE
    check_contrast(FILM)
    assert reason_of(lambda: check_contrast(np.full((99, 99), 255, np.uint8))) is Reason.BLANK
