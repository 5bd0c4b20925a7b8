"""Copies of one exposure among films that all look alike."""

import numpy as np
import pytest
from PIL import Image

from core.datasets.duplicates import FULL_PX, find_near_copies, group_pairs
from core.films.phantoms import draw_phantom
from tests.factories import drained

COUNT = 24


@pytest.fixture(scope="module")
def films():
    """Different exposures, as they are compared first at last."""
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
