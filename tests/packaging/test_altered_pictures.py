"""Films altered at random for training the gate."""

import numpy as np
import pytest

from core.films.outline import SMALL_PX
from core.films.phantoms import draw_phantom

pytestmark = pytest.mark.usefixtures("packaging_modules")
FILM = draw_phantom(1, True, 128)


def correlate(one, other):
    return np.corrcoef(one.ravel(), other.ravel())[0, 1]


def test_an_altered_film_still_shows_the_same():
    from altered_pictures import alter

    random = np.random.default_rng(0)
    altered = [alter(FILM, random) for _ in range(40)]
    assert {(film.shape, film.dtype) for film in altered} == {((SMALL_PX, SMALL_PX), np.dtype(np.uint8))}
    others = [correlate(film, FILM[::2, ::2]) for film in altered]
    assert min(others) > 0.1
    assert np.mean(others) > 0.6
    assert max(others) < 0.999 or len({film.tobytes() for film in altered}) > 35


@pytest.mark.parametrize("name", ["SIDE_PART", "END_PART", "QUARTER"])
def test_a_part_has_the_stated_size_and_comes_from_the_film(name):
    import altered_pictures

    (narrowest, widest), (lowest, highest) = limits = getattr(altered_pictures, name)
    random = np.random.default_rng(0)
    numbered = np.arange(200 * 200).reshape(200, 200)
    for _ in range(20):
        part = altered_pictures.cut_part(numbered, random, limits)
        height, width = part.shape
        assert narrowest - 0.01 <= width / 200 <= widest + 0.01
        assert lowest - 0.01 <= height / 200 <= highest + 0.01
        assert np.array_equal(part - part[0, 0], numbered[:height, :width])


def test_superposed_halves_are_stretched_and_not_symmetrical():
    from altered_pictures import SIDE, superpose

    random = np.random.default_rng(0)
    views = [superpose(FILM, draw_phantom(2, False, 128), random) for _ in range(30)]
    assert {view.shape for view in views} == {(SIDE, SIDE)}
    assert all(view.max() > 250 and view.min() < 5 for view in views)
    own = correlate(FILM, FILM[:, ::-1])
    assert np.mean([correlate(view, view[:, ::-1]) for view in views]) < own - 0.2
