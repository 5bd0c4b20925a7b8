"""Films decoded once, into one file."""

import errno
import os

import numpy as np
import pytest

from core.datasets.dataset import Film
from core.datasets.decoded_films import decode_films, select_split
from core.datasets.entries import FilmLeftOut, Split
from core.films.film_reader import read_square
from core.jobs.events import Progressed, Stage
from core.system.errors import JobFailed, Reason
from tests.factories import drained, draw_film


@pytest.fixture
def films(tmp_path):
    for number in range(5):
        draw_film(number, number % 2, 96).save(tmp_path / f"{number}.png")
    (tmp_path / "2.png").write_bytes(b"no film")
    return [Film(tmp_path / f"{number}.png", number % 2, f"p{number}") for number in range(5)]


def test_readable_films_lie_in_the_file_in_their_order(films, tmp_path, cancel):
    events, (readable, pixels) = drained(decode_films(films, 48, tmp_path / "store", cancel))
    assert [film.path.stem for film in readable] == ["0", "1", "3", "4"]
    assert [event.path.stem for event in events if isinstance(event, FilmLeftOut)] == ["2"]
    for film, square in zip(readable, pixels, strict=True):
        assert np.array_equal(square, read_square(film.path, 48))
    pixels.flush()
    assert (tmp_path / "store").read_bytes()[: 48 * 48] == read_square(films[0].path, 48).tobytes()
    assert (tmp_path / "store").stat().st_size == 5 * 48 * 48  # room for all before the first is read


def test_cancelled_it_gives_what_it_has(films, tmp_path, cancel):
    cancel.set()
    _, (readable, pixels) = drained(decode_films(films, 48, tmp_path / "store", cancel))
    assert (readable, len(pixels)) == ([], 0)


def test_no_films_are_no_error(tmp_path, cancel):
    _, (readable, pixels) = drained(decode_films([], 48, tmp_path / "store", cancel))
    assert (readable, pixels.shape) == ([], (0, 48, 48))


def in_splits(*splits):
    films = [Film(f"{number}.png", number % 2, f"p{number}", split) for number, split in enumerate(splits)]
    return films, np.arange(len(films), dtype=np.uint8)[:, None, None] * np.ones((1, 2, 2), np.uint8)


@pytest.mark.parametrize(
    ("splits", "is_copied"),
    [
        ([Split.TRAINING, Split.TRAINING, Split.TEST, Split.TEST], False),
        ([Split.TEST, Split.TRAINING, Split.TRAINING, Split.TEST], True),
    ],
)
def test_a_split_has_its_pixels_labels_and_patients(splits, is_copied):
    films, pixels = in_splits(*splits)
    chosen = select_split(films, pixels, Split.TEST, ("A", "B"))
    numbers = [number for number, split in enumerate(splits) if split is Split.TEST]
    assert chosen.pixels[:, 0, 0].tolist() == numbers
    assert chosen.labels.tolist() == [number % 2 for number in numbers]
    assert chosen.patients == tuple(f"p{number}" for number in numbers)
    assert np.shares_memory(chosen.pixels, pixels) is not is_copied


def test_a_split_without_a_class_is_refused_by_name():
    films, pixels = in_splits(Split.TRAINING, Split.TRAINING, Split.TEST)
    with pytest.raises(JobFailed, match="SICK film is left for the test split") as refused:
        select_split(films, pixels, Split.TEST, ("HEALTHY", "SICK"))
    assert refused.value.reason is Reason.DATASET_INVALID


@pytest.fixture
def four_films(tmp_path):
    """Four films; the second one is broken."""
    for number in range(4):
        draw_film(number, 0, 96).save(tmp_path / f"{number}.png")
    (tmp_path / "1.png").write_bytes(b"no film")
    return [Film(tmp_path / f"{number}.png", 0, f"p{number}") for number in range(4)]


def test_progress_counts_films_that_cannot_be_read_too(four_films, tmp_path, cancel):
    events, _ = drained(decode_films(four_films, 48, tmp_path / "store", cancel))
    progress = [event for event in events if isinstance(event, Progressed)]
    assert (progress[-1].stage, progress[-1].done, progress[-1].total) == (Stage.DECODING, 4, 4)


def test_cancelled_half_way_it_gives_the_films_before(four_films, tmp_path, cancel):
    job = decode_films(four_films, 48, tmp_path / "store", cancel)
    while not isinstance(next(job), FilmLeftOut):
        pass
    cancel.set()
    _, (readable, pixels) = drained(job)
    assert readable == four_films[:1]
    assert np.array_equal(pixels, read_square(four_films[0].path, 48)[None])


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="files cannot be allocated here")
def test_a_full_disk_is_noticed_before_the_first_film_is_decoded(four_films, tmp_path, cancel, monkeypatch):
    asked = []

    def refuse(_descriptor, offset, size):
        asked.append((offset, size))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", refuse)
    with pytest.raises(JobFailed) as failed:
        next(decode_films(four_films, 48, tmp_path / "store", cancel))
    assert failed.value.reason is Reason.DISK_FULL
    assert asked == [(0, 4 * 48 * 48)]
