"""What the bottom left of the film says about how it is shown."""

import pytest

from gui.film.film_view import FilmView
from gui.reading.film_overlays import format_state
from tests.gui.reading.examples import FILM, HEAT, PALE, WEAK


@pytest.fixture
def view(qtbot):
    made = FilmView()
    qtbot.addWidget(made)
    made.resize(400, 300)
    return made


def test_the_state_has_window_zoom_and_what_is_unusual(view):
    assert format_state(view, is_heat_wanted=False) == ""
    view.show_film(FILM)
    assert format_state(view, is_heat_wanted=False) == "W 256 C 128 · 100 %"
    view.invert(True)
    view.rotate(1)
    assert format_state(view, is_heat_wanted=False) == "W 256 C 128 · 75 % · inverted · rotated 90°"


def test_a_heat_map_that_is_wanted_and_not_seen_is_explained(view):
    view.show_film(FILM)
    assert format_state(view, is_heat_wanted=True).endswith("no heat map")
    view.set_heat(PALE)
    assert format_state(view, is_heat_wanted=True).endswith("heat map: next to nothing")
    view.set_heat(WEAK)
    assert format_state(view, is_heat_wanted=True).endswith("heat map: weak")
    view.set_heat(HEAT)
    assert format_state(view, is_heat_wanted=True).endswith("100 %")
