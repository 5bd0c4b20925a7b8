"""A film changed by the program, as buttons and keys of a room do."""

import numpy as np
import pytest

from gui.film.adjustable_film import ZOOM_STEP, AdjustableFilm
from tests.gui.film.person import SIZE, noise, shown


@pytest.fixture
def film(qtbot):
    made = AdjustableFilm()
    made.resize(*SIZE)
    qtbot.addWidget(made)
    made.show()
    return made


def test_each_command_does_what_it_says(film):
    film.show_film(noise(900, 1200))
    whole = film.zoom_percent
    film.zoom_in()
    assert film.zoom_percent == pytest.approx(whole * ZOOM_STEP)
    film.zoom_out()
    assert film.zoom_percent == pytest.approx(whole)
    film.actual_size()
    assert film.zoom_percent == 100
    film.rotate(-1)
    film.invert(True)
    film.set_window(100, 50)
    settings = film.settings
    assert (settings.quarter_turns, settings.is_inverted, settings.centre, settings.width) == (3, True, 100, 50)
    film.reset_window()
    film.fit()
    assert (film.settings.centre, film.settings.width) == (128, 256)


def test_a_fitted_film_gives_way_to_what_covers_its_right_edge(film):
    film.show_film(np.full((300, 200), 255, np.uint8))
    left = np.nonzero(shown(film)[150, :, 0])[0].min()
    film.set_covered_right(160)
    columns = np.nonzero(shown(film)[150, :, 0])[0]
    assert left == pytest.approx(100, abs=1)
    assert (columns.min(), columns.max()) == (pytest.approx(40, abs=1), pytest.approx(239, abs=1))
    film.set_side_by_side(True)
    half = shown(film)[150, :199, 0]
    assert np.nonzero(half)[0].mean() == pytest.approx(99, abs=1), "two small films are in the middle of their panes"
