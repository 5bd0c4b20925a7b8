"""The film with its tools and what its file tells."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QSlider, QToolButton

from core.films.dicom_details import FilmDetails
from core.models.decision import Decision
from gui.classify.film_panel import FilmPanel
from tests.gui.film.person import LEFT, RIGHT, drag, noise, spot


@pytest.fixture
def panel(qtbot):
    made = FilmPanel()
    qtbot.addWidget(made)
    made.resize(700, 600)
    made.show()
    return made


def press(qtbot, panel, name):
    qtbot.mouseClick(panel.findChild(QToolButton, name), LEFT)


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
    panel.show_reading(noise(300, 400), spot(300, 400, 150, 130, 30), decision=Decision.LIKELY)
    assert not warning.isVisible()
    for decision in (Decision.LIKELY, Decision.REVIEW):
        panel.show_reading(noise(300, 400), spot(300, 400, 20, 20, 30), decision=decision)
        assert warning.isVisible()
        assert "99 %" in warning.text()
    panel.show_reading(noise(300, 400), spot(300, 400, 20, 20, 30), decision=Decision.UNLIKELY)
    assert not warning.isVisible()
    panel.show_reading(noise(300, 400), 0.05 * spot(300, 400, 20, 20, 30), decision=Decision.LIKELY)
    assert not warning.isVisible(), "next to no heat"
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
    assert state.text().endswith("inverted · rotated 90°")
    qtbot.keyClick(view, Qt.Key.Key_I)
    assert not panel.findChild(QToolButton, "invert").isChecked()
    press(qtbot, panel, "heat")
    press(qtbot, panel, "side_by_side")
    assert (view.settings.is_heat_shown, view.settings.is_side_by_side) == (False, True)
    drag(view, RIGHT, QPoint(200, 150), QPoint(100, 150))
    press(qtbot, panel, "reset_window")
    assert view.settings.width == 256
    panel.findChild(QSlider, "opacity").setValue(80)
    assert view.settings.heat_opacity == 80
    press(qtbot, panel, "fit")
    press(qtbot, panel, "zoom_out")
    assert view.zoom_percent < 100


def test_keys_reach_the_film_from_the_whole_panel(qtbot, panel):
    panel.show_reading(noise(900, 1200), spot(900, 1200, 450, 400, 90))
    for widget in (panel.findChild(QSlider, "opacity"), panel.findChild(QToolButton, "fit")):
        before = panel.film_view.settings.is_inverted
        qtbot.keyClick(widget, Qt.Key.Key_I)
        assert panel.film_view.settings.is_inverted != before


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
