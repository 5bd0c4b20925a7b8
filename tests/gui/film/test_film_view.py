"""The film view as a person moves it with mouse, wheel and keys."""

import os
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication

from gui.film.film_picture import to_image, to_pixels
from gui.film.film_view import Mouse
from tests.factories import ROOT
from tests.gui.film.person import LEFT, MIDDLE, RIGHT, SIZE, drag, middle_of, noise, shown, spot, wheel


def test_one_to_one_is_pixel_for_pixel(qtbot, view):
    film = noise(900, 1200)
    view.show_film(film, None)
    qtbot.keyClick(view, Qt.Key.Key_Z)
    assert view.zoom_percent == 100
    assert (shown(view) == middle_of(film)[..., None]).all()


def test_one_to_one_at_200_percent_scaling():
    """The desktop's scaling is chosen at the start of a program, so this needs one of its own."""
    code = """
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
application = QApplication([])
from PySide6.QtTest import QTest
from tests.gui.film.person import LEFT, drag, middle_of, noise, shown, view_of
view, film = view_of(noise(900, 1200)), noise(900, 1200)
assert view.devicePixelRatioF() == 2
QTest.keyClick(view, Qt.Key.Key_Z)
assert (shown(view)[..., 0] == middle_of(film, 800, 600)).all()
drag(view, LEFT, QPoint(200, 150), QPoint(230, 110))
assert (shown(view)[..., 0] == film[150 + 80 : 750 + 80, 200 - 60 : 1000 - 60]).all()
"""
    scaled = os.environ | {"QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=scaled, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_large_pixels_are_crisp(qtbot, view):
    film = 255 * noise(900, 1200, top=2)
    view.show_film(film, None)
    qtbot.keyClick(view, Qt.Key.Key_Z)
    while view.zoom_percent < 400:
        wheel(view, QPoint(200, 150), 120)
    assert set(np.unique(shown(view))) == {0, 255}
    for _ in range(4):
        wheel(view, QPoint(200, 150), -120)
    assert len(np.unique(shown(view))) > 20, "smooth below 3x"


@pytest.mark.parametrize("size", [(1000, 1000), (37, 2001), (2001, 37), (64, 64), (1, 1), (301, 403)])
def test_the_whole_film_is_seen_whatever_the_size(view, size):
    film = np.full(size, 255, np.uint8)
    view.show_film(film, None)
    for width, height in (SIZE, (350, 500), (600, 200)):
        view.resize(width, height)
        seen = shown(view)[..., 0] > 127
        scale = min(width / size[1], height / size[0])
        rows, columns = np.nonzero(seen)
        assert np.ptp(columns) + 1 == pytest.approx(size[1] * scale, abs=2)
        assert np.ptp(rows) + 1 == pytest.approx(size[0] * scale, abs=2)
        assert (rows.min() + rows.max() + 1) / 2 == pytest.approx(height / 2, abs=1.5)
        assert (columns.min() + columns.max() + 1) / 2 == pytest.approx(width / 2, abs=1.5)


def test_reduced_films_are_means_and_stay_in_place(view):
    """A fine chequer turns grey, and a bright block keeps its place."""
    film = (np.indices((3000, 3000)).sum(axis=0) % 2 * 255).astype(np.uint8)
    film[1500:2250, 750:1500] = 255
    view.show_film(film, None)
    seen = shown(view)[..., 0]
    assert seen[40, 200] == pytest.approx(128, abs=2)
    rows, columns = np.nonzero(seen > 200)
    assert (rows.min(), rows.max()) == (pytest.approx(150, abs=1), pytest.approx(224, abs=1))
    assert (columns.min(), columns.max()) == (pytest.approx(125, abs=1), pytest.approx(199, abs=1))


@pytest.mark.parametrize("turn", [{"angle": 120}, {"angle": -30}, {"pixels": 25}, {"pixels": -40}, {"angle": 15}])
def test_the_wheel_keeps_the_point_under_the_pointer(qtbot, view, turn):
    view.show_film(noise(900, 1200), None)
    qtbot.keyClick(view, Qt.Key.Key_Z)
    place = QPointF(310, 70)
    before, zoom = view.to_film(place), view.zoom_percent
    for _ in range(5):
        wheel(view, place, **turn)
    after = view.to_film(place)
    assert (after.x(), after.y()) == (pytest.approx(before.x()), pytest.approx(before.y()))
    assert (view.zoom_percent > zoom) == (sum(turn.values()) > 0)


def test_zoom_has_its_ends(view):
    view.show_film(noise(900, 1200), None)
    whole = view.zoom_percent
    for _ in range(100):
        wheel(view, QPoint(10, 10), 120)
    assert view.zoom_percent == 3200
    for _ in range(100):
        wheel(view, QPoint(390, 290), -120)
    assert view.zoom_percent == pytest.approx(whole)
    assert shown(view)[:, 0].any(), "the whole film fills the view again"


def test_dragging_moves_the_film_with_the_mouse(qtbot, view):
    film = noise(900, 1200)
    view.show_film(film, None)
    qtbot.keyClick(view, Qt.Key.Key_Z)
    under = view.to_film(QPointF(200, 150))
    drag(view, LEFT, QPoint(200, 150), QPoint(260, 110))
    assert view.to_film(QPointF(260, 110)) == under
    assert (shown(view)[..., 0] == film[300 + 40 : 600 + 40, 400 - 60 : 800 - 60]).all()
    qtbot.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert (shown(view)[..., 0] == film[400:700, 400:800]).all()
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert (shown(view)[..., 0] == film[400:700, 400:800]).all(), "arrows alone are for the list"


def test_what_is_moved_on_the_screen_is_what_is_painted_anew(qtbot, view):
    view.show_film(noise(900, 1200), spot(900, 1200, 450, 600, 100))
    qtbot.keyClick(view, Qt.Key.Key_H)
    qtbot.keyClick(view, Qt.Key.Key_Z)
    view.repaint()
    for end in (QPoint(237, 131), QPoint(180, 170)):
        drag(view, LEFT, QPoint(200, 150), end)
        QApplication.sendPostedEvents(None, QEvent.Type.UpdateRequest)
        moved = view.screen().grabWindow(view.winId()).toImage()
        anew = to_pixels(view.grab().toImage()).astype(int)
        assert anew.std() > 20
        assert np.abs(to_pixels(moved) - anew).max() <= 1


def test_the_film_cannot_be_lost(view):
    view.show_film(noise(900, 1200), None)
    for _ in range(30):
        drag(view, LEFT, QPoint(10, 10), QPoint(390, 290))
    assert shown(view).any()


def test_a_double_click_changes_between_whole_and_one_to_one(qtbot, view):
    view.show_film(noise(900, 1200), None)
    whole, place = view.zoom_percent, QPoint(100, 200)
    under = view.to_film(QPointF(place))
    qtbot.mouseDClick(view, LEFT, pos=place)
    assert view.zoom_percent == 100
    assert view.to_film(QPointF(place)) == under
    qtbot.mouseDClick(view, LEFT, pos=place)
    assert view.zoom_percent == whole


def test_inverted_twice_is_as_before(qtbot, view):
    view.show_film(noise(900, 1200), None)
    qtbot.keyClick(view, Qt.Key.Key_Z)
    before = shown(view)
    qtbot.keyClick(view, Qt.Key.Key_I)
    assert (shown(view) == 255 - before).all()
    qtbot.keyClick(view, Qt.Key.Key_I)
    assert (shown(view) == before).all()


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_turned_four_times_is_as_before(qtbot, view, depth):
    film = noise(301, 403, depth)
    film[:100, :100] = 0
    view.show_film(film, spot(301, 403, 200, 300, 40))
    qtbot.keyClick(view, Qt.Key.Key_H)
    before = shown(view)
    qtbot.keyClick(view, Qt.Key.Key_R)
    assert (view.film_size.width(), view.film_size.height()) == (301, 403)
    turned = shown(view)
    assert turned[10, 300 - 10 - 50].max() < 10, "what was at the upper left is at the upper right"
    for _ in range(3):
        qtbot.keyClick(view, Qt.Key.Key_R)
    assert view.settings.quarter_turns == 0
    assert (shown(view) == before).all()
    view.rotate(-3)
    assert (shown(view) == turned).all()


def test_a_turn_keeps_what_is_in_the_middle(qtbot, view):
    film = noise(900, 1200)
    view.show_film(film, None)
    qtbot.keyClick(view, Qt.Key.Key_Z)
    drag(view, LEFT, QPoint(200, 150), QPoint(150, 150))
    before = shown(view)[50:250, 100:300]
    qtbot.keyClick(view, Qt.Key.Key_R)
    assert (shown(view)[50:250, 100:300] == np.rot90(before, -1)).all()


def test_side_by_side_moves_together(qtbot, view):
    film = noise(900, 1200)
    view.show_film(film, spot(900, 1200, 450, 600, 200))
    qtbot.keyClick(view, Qt.Key.Key_S)
    qtbot.keyClick(view, Qt.Key.Key_Z)
    half = (SIZE[0] - 2) // 2
    for _ in range(2):
        seen = shown(view)
        left, right = seen[:, :half], seen[:, -half:]
        grey = left[..., 0]
        assert (left == grey[..., None]).all(), "the left film is plain"
        assert ((right[..., 0] - right[..., 2]) > 100).any(), "the right film has heat, whether or not it is on"
        assert view.to_film(QPointF(50, 60)) == view.to_film(QPointF(50 + SIZE[0] - half, 60))
        corner = view.to_film(QPointF(0, 0))
        left, top = -round(-corner.x()), -round(-corner.y())  # films lie on whole pixels of the screen
        place = np.s_[top : top + 300, left : left + half]
        assert (grey == film[place]).all()
        inside = right[..., 0] == film[place]
        assert inside.mean() > 0.9, "an outline covers nothing else"
        drag(view, LEFT, QPoint(300, 150), QPoint(340, 120))
    before = view.to_film(QPointF(300, 100))
    wheel(view, QPoint(300, 100), 120)
    after = view.to_film(QPointF(300, 100))
    assert (after.x(), after.y()) == (pytest.approx(before.x()), pytest.approx(before.y()))
    view.show_film(film, None)
    before, zoom = shown(view)[:, :half], view.zoom_percent
    view.set_heat(spot(900, 1200, 450, 600, 200))
    assert (shown(view)[:, :half] == before).all(), "nothing moves when the map arrives later"
    assert view.zoom_percent == zoom


def test_images_and_other_keys(qtbot, view):
    film = noise(90, 121)
    view.show_image(to_image(film))
    assert (view.film_size.width(), view.film_size.height()) == (121, 90)
    look = view.settings
    for key, modifier in ((Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier), (Qt.Key.Key_Q, Qt.NoModifier)):
        qtbot.keyClick(view, key, modifier)
    assert view.settings == look
    zoom = view.zoom_percent
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert view.zoom_percent == pytest.approx(1.2 * zoom)
    qtbot.keyClick(view, Qt.Key.Key_Minus)
    assert view.zoom_percent == pytest.approx(zoom)


def test_a_view_without_a_film_takes_everything(qtbot, view):
    for key in "F1+-IRWHS":
        qtbot.keyClick(view, key)
    drag(view, LEFT, QPoint(10, 10), QPoint(50, 50))
    drag(view, RIGHT, QPoint(10, 10), QPoint(50, 50))
    wheel(view, QPoint(10, 10), 120)
    assert view.film_size.isEmpty()
    assert not shown(view)[:, :100].any()


def test_a_new_film_is_upright_whole_and_as_stored(qtbot, view):
    view.show_film(noise(900, 1200), None)
    for key in "1IR":
        qtbot.keyClick(view, key)
    drag(view, RIGHT, QPoint(200, 150), QPoint(100, 150))
    view.show_film(noise(600, 800), None)
    assert (view.settings.is_inverted, view.settings.quarter_turns, view.settings.width) == (False, 0, 256)
    assert view.zoom_percent == 50


def test_the_mouse_as_in_a_pacs(view):
    view.set_mouse(Mouse.PACS)
    view.show_film(noise(900, 1200), None)
    view.actual_size()
    whole, corner = view.settings, view.to_film(QPointF(0, 0))
    drag(view, LEFT, QPoint(200, 150), QPoint(100, 182))
    assert (view.settings.width, view.settings.centre) == (whole.width - 50, whole.centre + 16)
    assert (view.to_film(QPointF(0, 0)), view.zoom_percent) == (corner, 100)
    under = view.to_film(QPointF(200, 150))
    drag(view, MIDDLE, QPoint(200, 150), QPoint(230, 160))
    assert view.to_film(QPointF(230, 160)) == under
    under = view.to_film(QPointF(100, 200))
    drag(view, RIGHT, QPoint(100, 200), QPoint(110, 140))
    assert view.zoom_percent == pytest.approx(144), "up enlarges"
    after = view.to_film(QPointF(100, 200))
    assert (after.x(), after.y()) == (pytest.approx(under.x()), pytest.approx(under.y()))
    drag(view, RIGHT, QPoint(100, 140), QPoint(110, 200))
    assert view.zoom_percent == pytest.approx(100)


def test_the_wheel_as_in_a_pacs_shows_other_films(view):
    wanted = []
    view.next_wanted.connect(wanted.append)
    view.show_film(noise(900, 1200), None)
    wheel(view, QPoint(10, 10), 120)
    assert wanted == []
    view.set_mouse(Mouse.PACS)
    zoom = view.zoom_percent
    for angle in (-120, 240, -60, -60):
        wheel(view, QPoint(10, 10), angle)
    assert wanted == [1, -1, -1, 1]
    for pixels in (-25, -25, -25):  # a touchpad
        wheel(view, QPoint(10, 10), pixels=pixels)
    assert wanted == [1, -1, -1, 1, 1]
    assert view.zoom_percent == zoom
