"""The film view as a person moves it with mouse, wheel and keys."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QSlider, QToolButton

from core.films.dicom_details import FilmDetails
from gui.classify.film_panel import FilmPanel
from gui.film.film_picture import apply_window, to_image, to_pixels
from gui.film.film_view import FilmView

LEFT, RIGHT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.NoButton
SIZE = 400, 300
ROOT = Path(__file__).parents[2]


def noise(height, width, depth=np.uint8, top=256):
    return np.random.default_rng(1).integers(0, top, (height, width)).astype(depth)


def spot(height, width, row, column, radius):
    rows, columns = np.mgrid[:height, :width]
    return np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / radius**2).astype(np.float32)


def shown(widget):
    """What is on the screen: (height, width, 3) uint8."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return lines[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def middle_of(film, width=SIZE[0], height=SIZE[1]):
    """What a view of that size shows at 1:1 of a larger film."""
    top, left = (film.shape[0] - height) // 2, (film.shape[1] - width) // 2
    return film[top : top + height, left : left + width].astype(int)


def mouse(view, kind, place, button=NONE, buttons=NONE):
    place = QPointF(place)
    event = QMouseEvent(kind, place, view.mapToGlobal(place), button, buttons, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(view, event)


def drag(view, button, start, end):
    mouse(view, QEvent.Type.MouseButtonPress, start, button, button)
    half = (QPointF(start) + QPointF(end)) / 2
    for place in (half, QPointF(end)):
        mouse(view, QEvent.Type.MouseMove, place, NONE, button)
    mouse(view, QEvent.Type.MouseButtonRelease, end, button)


def wheel(view, place, angle=0, pixels=0):
    place, none = QPointF(place), (NONE, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase)
    event = QWheelEvent(place, view.mapToGlobal(place), QPoint(0, pixels), QPoint(0, angle), *none, False)
    QApplication.sendEvent(view, event)


def view_of(film):
    made = FilmView()
    made.resize(*SIZE)
    made.show()
    if film is not None:
        made.show_film(film, None)
    return made


@pytest.fixture
def view(qtbot):
    made = view_of(None)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def panel(qtbot):
    made = FilmPanel()
    qtbot.addWidget(made)
    made.resize(700, 600)
    made.show()
    return made


def press(qtbot, panel, name):
    qtbot.mouseClick(panel.findChild(QToolButton, name), LEFT)


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
from tests.gui.test_film_view import LEFT, drag, middle_of, noise, shown, view_of
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
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert (shown(view)[..., 0] == film[400:700, 400:800]).all()


def test_what_is_moved_on_the_screen_is_what_is_painted_anew(qtbot, view):
    view.show_film(noise(900, 1200), spot(900, 1200, 450, 600, 100))
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


@pytest.mark.parametrize(("depth", "top"), [(np.uint8, 256), (np.uint16, 4096)])
def test_a_right_drag_sets_the_window_as_the_standard_says(qtbot, view, depth, top):
    film = noise(900, 1200, depth, top)
    view.show_film(film, None)
    qtbot.keyClick(view, Qt.Key.Key_Z)
    whole = view.look
    told = []
    view.window_changed.connect(lambda *window: told.append(window))
    drag(view, RIGHT, QPoint(200, 150), QPoint(200 - 128, 150 + 64))
    assert told[-1] == (view.look.centre, view.look.width)
    step = whole.width / 512
    assert view.look.width == pytest.approx(whole.width - 128 * step)
    assert view.look.centre == pytest.approx(whole.centre + 64 * step)
    centre, width = view.look.centre, view.look.width
    values = middle_of(film).astype(float)
    expected = np.rint(np.clip((values - (centre - 0.5)) / (width - 1) + 0.5, 0, 1) * 255)
    assert (shown(view)[..., 0] == expected).all()
    qtbot.keyClick(view, Qt.Key.Key_W)
    assert view.look == whole


def test_a_window_has_its_ends(view):
    view.show_film(noise(90, 120), None)
    for centre, width in ((1e9, -5.0), (-1e9, 0.0), (128.0, 1e9)):
        view.set_window(centre, width)
        assert 1 <= view.look.width <= 1024
        assert -128 <= view.look.centre <= 384
        assert shown(view).shape == (SIZE[1], SIZE[0], 3)
    assert list(apply_window(np.arange(4, dtype=np.uint16), 2, 1, False)) == [0, 0, 255, 255]


def test_the_whole_window_shows_eight_bits_as_they_are():
    values = np.arange(256, dtype=np.uint16)
    assert (apply_window(values, 128, 256, False) == values).all()
    assert (apply_window(values, 128, 256, True) == 255 - values).all()


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
    before = shown(view)
    qtbot.keyClick(view, Qt.Key.Key_R)
    assert (view.film_size.width(), view.film_size.height()) == (301, 403)
    turned = shown(view)
    assert turned[10, 300 - 10 - 50].max() < 10, "what was at the upper left is at the upper right"
    for _ in range(3):
        qtbot.keyClick(view, Qt.Key.Key_R)
    assert view.look.quarter_turns == 0
    assert (shown(view) == before).all()
    view.rotate(-3)
    assert (shown(view) == turned).all()


def test_heat_turns_with_the_film(qtbot, view):
    view.show_film(np.zeros((300, 400), np.uint8), spot(300, 400, 60, 340, 30))
    view.set_heat_opacity(100)
    for row, column in ((60, 340), (255, 268), (240, 60), (45, 132)):  # clockwise; on its side the film is 225 wide
        assert shown(view)[row, column].sum() > 400
        qtbot.keyClick(view, Qt.Key.Key_R)


def test_a_turn_keeps_what_is_in_the_middle(qtbot, view):
    film = noise(900, 1200)
    view.show_film(film, None)
    qtbot.keyClick(view, Qt.Key.Key_Z)
    drag(view, LEFT, QPoint(200, 150), QPoint(150, 150))
    before = shown(view)[50:250, 100:300]
    qtbot.keyClick(view, Qt.Key.Key_R)
    assert (shown(view)[50:250, 100:300] == np.rot90(before, -1)).all()


def test_heat_is_orange_where_it_is_and_off_shows_the_plain_film(qtbot, view):
    film = np.full((300, 400), 90, np.uint8)
    view.show_film(film, spot(300, 400, 100, 300, 40))
    hot = shown(view)
    red, green, blue = hot[100, 300]
    assert red > green > blue
    assert red > 150
    assert (hot[280, 20] == 90).all()
    colours = hot[100, 300:395]
    edge = np.abs(np.diff(colours.sum(axis=1))).argmax()
    assert 30 <= edge <= 37, "a line stands where the heat is half its top: 40 * sqrt(ln 2) = 33 pixels away"
    qtbot.keyClick(view, Qt.Key.Key_H)
    assert (shown(view) == 90).all()
    qtbot.keyClick(view, Qt.Key.Key_H)
    assert (shown(view) == hot).all()
    view.set_heat_opacity(0)
    assert (shown(view) == 90).all()


def test_more_heat_is_lighter_on_a_dark_film_and_more_opacity_shows_more(view):
    ramp = np.tile(np.linspace(0, 1, 400, dtype=np.float32), (300, 1))
    view.show_film(np.zeros((300, 400), np.uint8), ramp)
    lightness = []
    for percent in (20, 45, 100):
        view.set_heat_opacity(percent)
        line = (shown(view)[20, 1:-1] @ [0.2126, 0.7152, 0.0722])[np.abs(np.arange(1, 399) - 200) > 6]
        assert (np.diff(line) > -1.5).all()
        lightness.append(line.mean())
    assert lightness == sorted(lightness)


@pytest.mark.parametrize("size", [(7, 7), (224, 224), (1500, 2000)])
def test_heat_of_any_size_lies_where_it_belongs(view, size):
    height, width = size
    view.show_film(np.zeros((300, 400), np.uint8), spot(height, width, height / 4, width / 4, height / 8))
    red = shown(view)[..., 0].astype(float) ** 2
    rows, columns = np.mgrid[:300, :400]
    assert (rows * red).sum() / red.sum() == pytest.approx(75 + (22 if height == 7 else 2), abs=25)
    assert (columns * red).sum() / red.sum() == pytest.approx(100 + (22 if height == 7 else 2), abs=30)


def test_no_heat_anywhere_and_broken_heat_paint_the_plain_film(view):
    film = np.full((300, 400), 90, np.uint8)
    for heat in (np.zeros((300, 400), np.float32), np.full((1, 1), np.nan, np.float32)):
        view.show_film(film, heat)
        assert (shown(view) == 90).all()


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
        assert ((right[..., 0] - right[..., 2]) > 20).any(), "the right film has heat"
        assert view.to_film(QPointF(50, 60)) == view.to_film(QPointF(50 + SIZE[0] - half, 60))
        corner = view.to_film(QPointF(0, 0))
        left, top = -round(-corner.x()), -round(-corner.y())  # films lie on whole pixels of the screen
        place = np.s_[top : top + 300, left : left + half]
        assert (grey == film[place]).all()
        drag(view, LEFT, QPoint(300, 150), QPoint(340, 120))
    before = view.to_film(QPointF(300, 100))
    wheel(view, QPoint(300, 100), 120)
    after = view.to_film(QPointF(300, 100))
    assert (after.x(), after.y()) == (pytest.approx(before.x()), pytest.approx(before.y()))
    view.show_film(np.full((300, 400), 90, np.uint8), None)
    assert (shown(view) == 90).all(), "a film without heat stands alone"


def test_images_and_other_keys(qtbot, view):
    film = noise(90, 121)
    view.show_image(to_image(film))
    assert (view.film_size.width(), view.film_size.height()) == (121, 90)
    look = view.look
    for key, modifier in ((Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier), (Qt.Key.Key_Q, Qt.NoModifier)):
        qtbot.keyClick(view, key, modifier)
    assert view.look == look
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


@pytest.mark.parametrize("wrong", [np.zeros((3, 3, 3), np.uint8), np.zeros((0, 4), np.uint8), np.zeros((3, 3))])
def test_what_is_no_film_is_refused(view, wrong):
    with pytest.raises(ValueError, match="a film is"):
        view.show_film(wrong, None)


def test_a_new_film_is_upright_whole_and_as_stored(qtbot, view):
    view.show_film(noise(900, 1200), None)
    for key in "1IR":
        qtbot.keyClick(view, key)
    drag(view, RIGHT, QPoint(200, 150), QPoint(100, 150))
    view.show_film(noise(600, 800), None)
    assert (view.look.is_inverted, view.look.quarter_turns, view.look.width) == (False, 0, 256)
    assert view.zoom_percent == 50


def test_the_panel_says_literally_what_the_file_tells(panel):
    details = FilmDetails(age="45 years", sex="F", view="PA", date="2023-05-01", device="<b>x</b>")
    panel.show_reading(noise(300, 400), spot(300, 400, 150, 130, 30), details)
    label = panel.findChild(QLabel, "film_details")
    assert label.text() == "45 years · F · PA · 2023-05-01 · <b>x</b>"
    assert label.textFormat() is Qt.TextFormat.PlainText
    assert label.isVisible()
    panel.show_reading(noise(300, 400), spot(300, 400, 150, 130, 30))
    assert not label.isVisible()


def test_the_panel_warns_of_heat_at_the_border(panel):
    warning = panel.findChild(QLabel, "heat_warning")
    panel.show_reading(noise(300, 400), spot(300, 400, 150, 130, 30))
    assert not warning.isVisible()
    panel.show_reading(noise(300, 400), spot(300, 400, 20, 20, 30))
    assert warning.isVisible()
    assert "99%" in warning.text()
    panel.show_reading(noise(300, 400), spot(300, 400, 20, 20, 30), share=0.5)
    assert not warning.isVisible(), "what is given is not measured again"
    panel.show_reading(noise(300, 400), None)
    assert not warning.isVisible()
    assert not panel.findChild(QSlider, "opacity").isEnabled()


def test_buttons_do_what_keys_do_and_show_it(qtbot, panel):
    panel.show_reading(noise(900, 1200), spot(900, 1200, 450, 400, 90))
    view, state = panel.film_view, panel.findChild(QLabel, "film_state")
    press(qtbot, panel, "actual_size")
    assert "1,200 × 900 px · 100 %" in state.text()
    press(qtbot, panel, "zoom_in")
    assert "120 %" in state.text()
    press(qtbot, panel, "invert")
    press(qtbot, panel, "rotate")
    assert state.text().endswith("inverted · turned 90°")
    qtbot.keyClick(view, Qt.Key.Key_I)
    assert not panel.findChild(QToolButton, "invert").isChecked()
    press(qtbot, panel, "heat")
    press(qtbot, panel, "side_by_side")
    assert (view.look.is_heat_shown, view.look.is_side_by_side) == (False, True)
    drag(view, RIGHT, QPoint(200, 150), QPoint(100, 150))
    press(qtbot, panel, "reset_window")
    assert view.look.width == 256
    panel.findChild(QSlider, "opacity").setValue(80)
    assert view.look.heat_opacity == 80
    press(qtbot, panel, "fit")
    press(qtbot, panel, "zoom_out")
    assert view.zoom_percent < 100


def test_keys_reach_the_film_from_the_whole_panel(qtbot, panel):
    panel.show_reading(noise(900, 1200), spot(900, 1200, 450, 400, 90))
    for widget in (panel.findChild(QSlider, "opacity"), panel.findChild(QToolButton, "fit")):
        before = panel.film_view.look.is_inverted
        qtbot.keyClick(widget, Qt.Key.Key_I)
        assert panel.film_view.look.is_inverted != before


def test_every_tool_has_a_name_and_tells_its_key(panel):
    for tool in panel.findChildren(QToolButton):
        assert tool.accessibleName()
        assert tool.toolTip().startswith(tool.accessibleName() + " (")


@pytest.mark.parametrize("way_back", ["F11", "Esc", "close", "button", "panel closes"])
def test_full_screen_and_back(qtbot, panel, way_back):
    panel.show_reading(noise(900, 1200), spot(900, 1200, 450, 400, 90))
    view = panel.film_view
    qtbot.keyClick(view, Qt.Key.Key_F11)
    assert panel.is_full_screen
    assert view.window() is not panel.window()
    assert view.window().isFullScreen()
    assert view.isVisible()
    match way_back:
        case "close":
            view.window().close()
        case "button":
            press(qtbot, view.window(), "full_screen")
        case "panel closes":
            panel.close()
            panel.show()
        case key:
            qtbot.keyClick(view, Qt.Key.Key_F11 if key == "F11" else Qt.Key.Key_Escape)
    assert not panel.is_full_screen
    assert view.window() is panel.window()
    assert view.isVisible()
    assert not panel.findChild(QToolButton, "full_screen").isChecked()
