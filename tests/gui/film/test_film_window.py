"""One film of a grid, enlarged; its neighbours by key."""

import pytest
from PySide6.QtCore import QPointF, Qt

from core.datasets.dataset import Dataset, Film
from core.datasets.entries import Split
from gui.film.film_grid import FilmGrid
from gui.film.film_window import FilmWindow
from tests.factories import draw_film


@pytest.fixture
def grid(qtbot, tmp_path):
    """Three films of growing size; the second cannot be read."""
    films = []
    for number, label in enumerate((0, 1, 1)):
        path = tmp_path / f"<b>{number}.png"
        draw_film(number, label, 96 + 10 * number).save(path)
        films.append(Film(path, label, f"patient-{number}", Split.TRAINING))
    films[1].path.write_bytes(b"no film")
    made = FilmGrid()
    qtbot.addWidget(made)
    made.table.show_films(Dataset(tmp_path, ("NORMAL", "SICK"), tuple(films)), films)
    yield made
    made.table.close()


@pytest.fixture
def window(qtbot, grid):
    made = FilmWindow(grid)
    qtbot.addWidget(made, before_close_func=FilmWindow.close)
    return made


def size_shown(window):
    return window.view.film_size.width()


def test_a_film_is_named_as_it_is_and_shown_in_full(window, grid, qtbot):
    window.show_row(0)
    for part in ("1 of 3", "<b>0.png", "NORMAL", "patient-0"):
        assert part in window.caption.text()
    qtbot.waitUntil(lambda: size_shown(window) == 96)
    assert grid.currentIndex().row() == 0


def test_keys_lead_to_its_neighbours_and_not_beyond(window, grid, qtbot):
    window.show_row(0)
    qtbot.keyClick(window, Qt.Key.Key_Left)
    assert "1 of 3" in window.caption.text()
    qtbot.keyClick(window, Qt.Key.Key_Down)
    assert "2 of 3" in window.caption.text()
    qtbot.waitUntil(lambda: window.caption.text().count(" · ") == 4)  # and that it cannot be read
    qtbot.keyClick(window, Qt.Key.Key_Right)
    assert "3 of 3" in window.caption.text()
    qtbot.waitUntil(lambda: size_shown(window) == 116)
    qtbot.keyClick(window, Qt.Key.Key_Right)
    assert "3 of 3" in window.caption.text()
    assert grid.currentIndex().row() == 2


def test_other_keys_change_how_the_film_is_shown(window, grid, qtbot):
    window.show_row(0)
    qtbot.waitUntil(lambda: size_shown(window) == 96)
    qtbot.keyClick(window, Qt.Key.Key_I)
    assert window.view.settings.is_inverted
    qtbot.keyClick(window, Qt.Key.Key_Z)
    before = window.view.to_film(QPointF(0, 0))
    qtbot.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert window.view.to_film(QPointF(0, 0)) != before
    assert "1 of 3" in window.caption.text()


def test_space_closes_it(window, qtbot):
    window.show_row(2)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert not window.isVisible()
