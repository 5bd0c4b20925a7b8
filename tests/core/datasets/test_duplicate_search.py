"""The search for copies as a job: progress, and what is kept when it is cancelled."""

import numpy as np
import pytest

from core.datasets import duplicates
from core.datasets.duplicates import FULL_PX, find_near_copies
from core.films.images import resize
from core.films.phantoms import draw_phantom
from core.jobs import progress
from core.jobs.events import Progressed, Stage
from tests.factories import drained

COUNT = 16


@pytest.fixture(scope="module")
def films():
    """Different exposures, then a copy each of the films 3 and 8."""
    originals = [draw_phantom(seed, False, FULL_PX) for seed in range(COUNT)]
    return [*originals, originals[3], originals[8][:, ::-1]]


@pytest.fixture
def small(films):
    return np.stack([resize(film, 64, 64) for film in films])


@pytest.fixture
def stopped_clock(monkeypatch):
    """No time passes, so that the only progress is that at the end."""
    monkeypatch.setattr(progress.time, "monotonic", lambda: 100.0)


@pytest.mark.usefixtures("stopped_clock")
def test_several_copies_are_found_and_progress_ends_at_all_pairs(films, small, cancel):
    events, pairs = drained(find_near_copies(small, films.__getitem__, cancel))
    assert pairs == [(3, COUNT), (8, COUNT + 1)]
    (end,) = events
    assert isinstance(end, Progressed)
    assert end.stage is Stage.COMPARING
    assert end.done == end.total >= 2


def test_films_are_read_again_only_for_pairs_that_are_alike(films, small, cancel):
    read = []

    def read_full(index):
        read.append(index)
        return films[index]

    drained(find_near_copies(small, read_full, cancel))
    assert {3, 8, COUNT, COUNT + 1} <= set(read)
    assert len(read) <= 6


@pytest.mark.usefixtures("stopped_clock")
def test_cancelled_it_keeps_the_pairs_found_so_far(films, small, cancel, monkeypatch):
    monkeypatch.setattr(duplicates, "BATCH", 1)

    def read_full(index):
        cancel.set()
        return films[index]

    events, pairs = drained(find_near_copies(small, read_full, cancel))
    assert pairs == [(3, COUNT)]
    assert events == []  # it did not go on to the end


def test_a_copy_cropped_on_two_sides_alone_is_registered(films, cancel):
    cropped = resize(np.ascontiguousarray(films[5][8:, :-6]), FULL_PX, FULL_PX)
    pictures = [*films[:COUNT], cropped]
    small = np.stack([resize(film, 64, 64) for film in pictures])
    assert drained(find_near_copies(small, pictures.__getitem__, cancel))[1] == [(5, COUNT)]
