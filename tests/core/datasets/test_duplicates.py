"""Copies of one exposure among films that all look alike."""

import numpy as np
import pytest
from PIL import Image

from core.datasets import duplicates
from core.datasets.duplicates import FULL_PX, find_near_copies, group_pairs
from core.films.images import resize
from core.films.phantoms import draw_phantom
from core.jobs import progress
from core.jobs.events import Progressed, Stage
from tests.factories import drained

COUNT = 24


@pytest.fixture(scope="module")
def films():
    """Different exposures, at the size of the last comparison."""
    return [draw_phantom(seed, seed % 2 == 1, FULL_PX) for seed in range(COUNT)]


def copies_among(films, cancel):
    small = np.stack([np.asarray(Image.fromarray(film).resize((64, 64), Image.Resampling.BOX)) for film in films])
    return drained(find_near_copies(small, lambda index: films[index], cancel))[1]


ALTERED = {
    "the same": lambda film: film,
    "mirrored": lambda film: film[:, ::-1],
    "brighter": lambda film: np.clip(film * 1.15, 0, 255).astype(np.uint8),
    "cropped": lambda film: np.asarray(Image.fromarray(film[5:-5, 5:-5]).resize((FULL_PX, FULL_PX))),
    "coarser": lambda film: np.asarray(Image.fromarray(film).resize((90, 90)).resize((FULL_PX, FULL_PX))),
}


@pytest.mark.parametrize("kind", ALTERED)
def test_an_altered_copy_is_found_and_nothing_else(films, cancel, kind):
    assert copies_among([*films, ALTERED[kind](films[7])], cancel) == [(7, COUNT)]


def test_other_exposures_are_no_copies(films, cancel):
    assert copies_among(films, cancel) == []
    assert copies_among(films[:1], cancel) == []


def test_what_is_alike_only_when_small_is_no_copy(films, cancel):
    """The last comparison reads the films again, at full size."""
    random = np.random.default_rng(0)
    small = np.stack([film[::2, ::2][:64, :64] for film in [*films, films[7]]])
    noise = random.integers(0, 256, (FULL_PX, FULL_PX)).astype(np.uint8)
    full = {7: films[7], COUNT: noise}
    assert drained(find_near_copies(small, lambda index: full[index], cancel))[1] == []
    assert drained(find_near_copies(small, lambda _index: films[7], cancel))[1] == [(7, COUNT)]


def test_cancelled_it_compares_nothing_more(films, cancel):
    cancel.set()
    assert copies_among([*films, films[7]], cancel) == []


def test_pairs_that_touch_are_one_group():
    assert group_pairs([(0, 1), (4, 3), (1, 2), (3, 4)], 6) == [(0, 1, 2), (3, 4)]
    assert group_pairs([(3, 0), (2, 1), (2, 3)], 5) == [(0, 1, 2, 3)]
    assert group_pairs([], 3) == []


EXPOSURES = 16


@pytest.fixture(scope="module")
def exposures():
    """Different exposures, then a copy each of the exposures 3 and 8."""
    originals = [draw_phantom(seed, False, FULL_PX) for seed in range(EXPOSURES)]
    return [*originals, originals[3], originals[8][:, ::-1]]


@pytest.fixture
def small(exposures):
    return np.stack([resize(film, 64, 64) for film in exposures])


@pytest.fixture
def stopped_clock(monkeypatch):
    """No time passes, so that the only progress is that at the end."""
    monkeypatch.setattr(progress.time, "monotonic", lambda: 100.0)


@pytest.mark.usefixtures("stopped_clock")
def test_several_copies_are_found_and_progress_ends_at_all_pairs(exposures, small, cancel):
    events, pairs = drained(find_near_copies(small, exposures.__getitem__, cancel))
    assert pairs == [(3, EXPOSURES), (8, EXPOSURES + 1)]
    (end,) = events
    assert isinstance(end, Progressed)
    assert end.stage is Stage.COMPARING
    assert end.done == end.total >= 2


def test_films_are_read_again_only_for_pairs_that_are_alike(exposures, small, cancel):
    read = []

    def read_full(index):
        read.append(index)
        return exposures[index]

    drained(find_near_copies(small, read_full, cancel))
    assert {3, 8, EXPOSURES, EXPOSURES + 1} <= set(read)
    assert len(read) <= 6


@pytest.mark.usefixtures("stopped_clock")
def test_cancelled_it_keeps_the_pairs_found_so_far(exposures, small, cancel, monkeypatch):
    monkeypatch.setattr(duplicates, "BATCH", 1)

    def read_full(index):
        cancel.set()
        return exposures[index]

    events, pairs = drained(find_near_copies(small, read_full, cancel))
    assert pairs == [(3, EXPOSURES)]
    assert events == []  # it did not go on to the end


def test_a_copy_cropped_on_two_sides_alone_is_registered(exposures, cancel):
    cropped = resize(np.ascontiguousarray(exposures[5][8:, :-6]), FULL_PX, FULL_PX)
    pictures = [*exposures[:EXPOSURES], cropped]
    small = np.stack([resize(film, 64, 64) for film in pictures])
    assert drained(find_near_copies(small, pictures.__getitem__, cancel))[1] == [(5, EXPOSURES)]
