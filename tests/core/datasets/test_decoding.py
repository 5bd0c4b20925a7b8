"""Decoding films into one file: progress, cancelling half-way, and a full disk."""

import errno
import os

import numpy as np
import pytest

from core.datasets.dataset import Film
from core.datasets.decoded_films import decode_films
from core.datasets.events import FilmLeftOut
from core.films.images import read_square
from core.jobs.events import Progressed, Stage
from core.system.errors import JobFailed, Reason
from tests.factories import drained, draw_film


@pytest.fixture
def films(tmp_path):
    """Four films; the second one is broken."""
    for number in range(4):
        draw_film(number, 0, 96).save(tmp_path / f"{number}.png")
    (tmp_path / "1.png").write_bytes(b"no film")
    return [Film(tmp_path / f"{number}.png", 0, f"p{number}") for number in range(4)]


def test_progress_counts_films_that_cannot_be_read_too(films, tmp_path, cancel):
    events, _ = drained(decode_films(films, 48, tmp_path / "store", cancel))
    progress = [event for event in events if isinstance(event, Progressed)]
    assert (progress[-1].stage, progress[-1].done, progress[-1].total) == (Stage.DECODING, 4, 4)


def test_cancelled_half_way_it_gives_the_films_before(films, tmp_path, cancel):
    job = decode_films(films, 48, tmp_path / "store", cancel)
    while not isinstance(next(job), FilmLeftOut):
        pass
    cancel.set()
    _, (readable, pixels) = drained(job)
    assert readable == films[:1]
    assert np.array_equal(pixels, read_square(films[0].path, 48)[None])


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="files cannot be allocated here")
def test_a_full_disk_is_noticed_before_the_first_film_is_decoded(films, tmp_path, cancel, monkeypatch):
    asked = []

    def refuse(_descriptor, offset, size):
        asked.append((offset, size))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", refuse)
    with pytest.raises(JobFailed) as failed:
        next(decode_films(films, 48, tmp_path / "store", cancel))
    assert failed.value.reason is Reason.DISK_FULL
    assert asked == [(0, 4 * 48 * 48)]
