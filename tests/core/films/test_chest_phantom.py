"""Synthetic chest films with anatomy."""

import numpy as np
import pytest

from core.films.chest_phantom import SIZE_PX, draw_chest
from core.films.outline import looks_inverted

SEEDS = range(8)
X, Y = np.meshgrid(np.linspace(-1, 1, 64), np.linspace(-1, 1, 64))
LUNGS = (np.abs(np.abs(X) - 0.42) < 0.15) & (np.abs(Y + 0.15) < 0.3)
MEDIASTINUM = (np.abs(X) < 0.06) & (np.abs(Y - 0.2) < 0.3)
BELLY = (np.abs(X) < 0.4) & (Y > 0.85)
HEART = (X > 0.2) & (X < 0.35) & (Y > 0.15) & (Y < 0.4)  # at the right of the picture: the patient's left


@pytest.fixture(scope="module")
def chests():
    """Films without and with a finding, each (n, 64, 64)."""
    return [np.stack([draw_chest(seed, has_finding, 64) for seed in SEEDS]) for has_finding in (False, True)]


def mean_grey(films, region):
    return films[:, region].mean(axis=1)


def test_the_same_arguments_give_the_same_film_and_others_another(chests):
    normal, sick = chests
    assert np.array_equal(draw_chest(3, True, 64), sick[3])
    assert len({film.tobytes() for film in [*normal, *sick]}) == 2 * len(SEEDS)
    film = draw_chest(3, True)
    assert (film.shape, film.dtype) == ((SIZE_PX, SIZE_PX), np.uint8)


def test_lungs_are_dark_between_light_tissue(chests):
    for films in chests:
        assert (mean_grey(films, MEDIASTINUM) > mean_grey(films, LUNGS) + 80).all()
        assert (mean_grey(films, BELLY) > mean_grey(films, LUNGS) + 50).all()
        assert (films.std(axis=(1, 2)) > 30).all()


def test_the_heart_lies_on_the_patients_left(chests):
    for films in chests:
        assert (mean_grey(films, HEART) - mean_grey(films, HEART[:, ::-1])).mean() > 15


def test_films_are_upright_and_not_inverted(chests):
    for films in chests:
        assert not looks_inverted(films).any()
        assert looks_inverted(255 - films).all()


def test_a_finding_makes_a_part_of_the_lungs_dense(chests):
    fields = (np.abs(np.abs(X) - 0.46) < 0.1) & (np.abs(Y) < 0.3)
    normal, sick = ((films[:, fields] > 0.65 * mean_grey(films, BELLY)[:, None]).mean() for films in chests)
    assert normal < 0.15
    assert 0.2 < sick < 0.6
