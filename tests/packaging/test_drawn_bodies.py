"""Drawn bodies, and films of them from the front and from the side."""

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("packaging_modules")


def mirror_correlation(film):
    """The correlation of the middle rows of a film with their mirror image, -1..1."""
    middle = film[len(film) // 4 : -len(film) // 4].astype(float)
    return np.corrcoef(middle.ravel(), middle[:, ::-1].ravel())[0, 1]


def test_a_thorax_is_symmetrical_from_the_front_and_not_from_the_side():
    from drawn_thorax import FILM_PX, project_thorax

    frontal, lateral = ([project_thorax(seed, side) for seed in range(12)] for side in (False, True))
    assert {film.shape for film in frontal + lateral} == {(FILM_PX, FILM_PX)}
    of_frontal, of_lateral = (np.mean([mirror_correlation(film) for film in films]) for films in (frontal, lateral))
    assert of_frontal > of_lateral + 0.2


def test_lungs_are_dark_and_the_spine_is_light_from_the_front():
    from drawn_thorax import project_thorax

    film = np.mean([project_thorax(seed, False) for seed in range(12)], axis=0)
    row = film[45:60].mean(axis=0)
    assert row[56:72].mean() > row[28:44].mean() + 40
    assert row[56:72].mean() > row[84:100].mean() + 40


def test_the_same_number_gives_the_same_film_and_another_one_another():
    from drawn_bodies import project_abdomen, project_skull
    from drawn_thorax import project_thorax

    for draw in (project_skull, project_abdomen, lambda seed: project_thorax(seed, True)):
        assert np.array_equal(draw(3), draw(3))
        assert not np.array_equal(draw(3), draw(4))
        assert np.ptp(draw(3)) > 100
