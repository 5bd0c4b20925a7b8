"""The canvas: which film is on the screen, and since when."""

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from gui.film.film_canvas import FilmCanvas
from tests.gui.film.person import SIZE, noise, shown, spot


@pytest.fixture
def canvas(qtbot):
    made = FilmCanvas()
    made.resize(*SIZE)
    qtbot.addWidget(made)
    return made


def test_a_film_is_reported_as_painted_once_and_only_when_it_is_on_the_screen(qtbot, canvas):
    painted = []
    canvas.film_painted.connect(painted.append)
    canvas.show_film(noise(300, 400), None, 7)
    canvas.grab()
    QApplication.sendPostedEvents()
    assert painted == [], "a picture of a hidden widget is not the screen"
    with qtbot.waitSignal(canvas.film_painted) as told:
        canvas.show()
    assert told.args == [7]
    canvas.repaint()
    QApplication.sendPostedEvents()
    assert painted == [7]
    canvas.show_film(noise(300, 400), None, 8)
    assert painted == [7], "not before its pixels are painted"
    with qtbot.waitSignal(canvas.film_painted):
        canvas.repaint()
    assert painted == [7, 8]
    canvas.show_film(noise(300, 400), None, 9)
    canvas.clear()
    canvas.repaint()
    QApplication.sendPostedEvents()
    assert painted == [7, 8], "a film that was taken away is not reported"
    assert not shown(canvas).any()


@pytest.mark.parametrize("wrong", [np.zeros((3, 3, 3), np.uint8), np.zeros((0, 4), np.uint8), np.zeros((3, 3))])
def test_what_is_no_film_is_refused(canvas, wrong):
    with pytest.raises(ValueError, match="a film is"):
        canvas.show_film(wrong, None)


def test_a_heat_map_without_its_film_is_dropped(canvas):
    canvas.set_heat(spot(300, 400, 100, 100, 40))
    canvas.show_film(noise(300, 400))
    assert canvas.heat is None
    canvas.set_heat(spot(300, 400, 100, 100, 40))
    assert not canvas.heat.is_pale
    canvas.show_film(noise(300, 400))
    assert canvas.heat is None, "a map belongs to one film"
