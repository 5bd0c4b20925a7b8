"""A film as a training would see it."""

import numpy as np
import pytest

from core.films.film_reader import read_square
from core.recipes.recipe import Augmentation
from core.system.errors import FilmUnreadable
from core.training.augmentation_preview import preview_augmentation
from tests.factories import drained, draw_film


@pytest.fixture
def film(tmp_path):
    draw_film(1, 1, 96).save(tmp_path / "film.png")
    return tmp_path / "film.png"


def variants(film, cancel, augmentation, seed=0):
    return drained(preview_augmentation(film, augmentation, 64, 3, seed, cancel))[1].films


def test_without_augmentation_every_variant_is_the_film(film, cancel):
    films = variants(film, cancel, Augmentation())
    assert len(films) == 3
    assert all(np.array_equal(one, read_square(film, 64)) for one in films)


def test_variants_differ_and_repeat_with_their_seed(film, cancel):
    turning = Augmentation(rotation_degrees=20)
    first, again, other = (variants(film, cancel, turning, seed) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert not np.array_equal(first[0], first[1])


def test_a_film_that_cannot_be_read_is_refused(tmp_path, cancel):
    (tmp_path / "film.png").write_bytes(b"no film")
    with pytest.raises(FilmUnreadable):
        variants(tmp_path / "film.png", cancel, Augmentation())
