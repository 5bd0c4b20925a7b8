"""Pixels and heat as they are painted: window, colours, outline."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from gui.film.film_picture import apply_window
from tests.gui.film.person import RIGHT, SIZE, drag, middle_of, noise, shown, spot


@pytest.mark.parametrize(("depth", "top"), [(np.uint8, 256), (np.uint16, 4096)])
def test_a_right_drag_sets_the_window_as_the_standard_says(qtbot, view, depth, top):
    film = noise(900, 1200, depth, top)
    view.show_film(film, None)
    qtbot.keyClick(view, Qt.Key.Key_Z)
    whole = view.settings
    told = []
    view.window_changed.connect(lambda *window: told.append(window))
    drag(view, RIGHT, QPoint(200, 150), QPoint(200 - 128, 150 + 64))
    assert told[-1] == (view.settings.centre, view.settings.width)
    step = whole.width / 512
    assert view.settings.width == pytest.approx(whole.width - 128 * step)
    assert view.settings.centre == pytest.approx(whole.centre + 64 * step)
    centre, width = view.settings.centre, view.settings.width
    values = middle_of(film).astype(float)
    expected = np.rint(np.clip((values - (centre - 0.5)) / (width - 1) + 0.5, 0, 1) * 255)
    assert (shown(view)[..., 0] == expected).all()
    qtbot.keyClick(view, Qt.Key.Key_W)
    assert view.settings == whole


def test_a_window_has_its_ends(view):
    view.show_film(noise(90, 120), None)
    for centre, width in ((1e9, -5.0), (-1e9, 0.0), (128.0, 1e9)):
        view.set_window(centre, width)
        assert 1 <= view.settings.width <= 1024
        assert -128 <= view.settings.centre <= 384
        assert shown(view).shape == (SIZE[1], SIZE[0], 3)
    assert list(apply_window(np.arange(4, dtype=np.uint16), 2, 1, False)) == [0, 0, 255, 255]


def test_the_whole_window_shows_eight_bits_as_they_are():
    values = np.arange(256, dtype=np.uint16)
    assert (apply_window(values, 128, 256, False) == values).all()
    assert (apply_window(values, 128, 256, True) == 255 - values).all()


def outline_of(view):
    """Where the outline of the heat map is seen: rows and columns."""
    seen = shown(view)
    return np.nonzero(seen[..., 0] - seen[..., 2] > 100)


def test_heat_turns_with_the_film(qtbot, view):
    view.show_film(np.zeros((300, 400), np.uint8), spot(300, 400, 60, 340, 30))
    view.show_heat(True)
    for row, column in ((60, 340), (255, 268), (240, 60), (45, 132)):  # clockwise; on its side the film is 225 wide
        rows, columns = outline_of(view)
        assert (rows.mean(), columns.mean()) == (pytest.approx(row, abs=3), pytest.approx(column, abs=3))
        qtbot.keyClick(view, Qt.Key.Key_R)


def test_a_map_that_arrives_later_lies_on_the_film_as_it_is_turned(qtbot, view):
    view.show_film(np.zeros((300, 400), np.uint8), None)
    view.show_heat(True)
    qtbot.keyClick(view, Qt.Key.Key_R)
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    zoom = view.zoom_percent
    view.set_heat(spot(300, 400, 60, 340, 30))
    assert (view.zoom_percent, view.settings.quarter_turns) == (zoom, 1)
    view.fit()
    rows, columns = outline_of(view)
    assert (rows.mean(), columns.mean()) == (pytest.approx(255, abs=3), pytest.approx(268, abs=3))


def test_heat_is_off_and_a_line_that_leaves_the_film_as_it_is(qtbot, view):
    film = np.full((300, 400), 90, np.uint8)
    view.show_film(film, spot(300, 400, 100, 300, 40))
    assert (shown(view) == 90).all(), "off at first"
    qtbot.keyClick(view, Qt.Key.Key_H)
    hot = shown(view)
    rows, columns = outline_of(view)
    away = np.hypot(rows - 100, columns - 300)
    assert away == pytest.approx(40 * np.sqrt(np.log(2)), abs=2), "heat is half its top there"
    assert (hot[80:120, 280:320] == 90).all(), "no tint inside"
    qtbot.keyClick(view, Qt.Key.Key_H)
    assert (shown(view) == 90).all()


@pytest.mark.parametrize("size", [(7, 7), (224, 224), (1500, 2000)])
def test_heat_of_any_size_lies_where_it_belongs(view, size):
    height, width = size
    view.show_film(np.zeros((300, 400), np.uint8), spot(height, width, height / 4, width / 4, height / 8))
    view.show_heat(True)
    rows, columns = outline_of(view)
    assert rows.mean() == pytest.approx(75 + (22 if height == 7 else 2), abs=25)
    assert columns.mean() == pytest.approx(100 + (22 if height == 7 else 2), abs=30)


def test_no_heat_anywhere_and_broken_heat_paint_the_plain_film(view):
    film = np.full((300, 400), 90, np.uint8)
    view.show_heat(True)
    for heat in (np.zeros((300, 400), np.float32), np.full((1, 1), np.nan, np.float32)):
        view.show_film(film, heat)
        assert (shown(view) == 90).all()
        assert view.heat.is_pale
