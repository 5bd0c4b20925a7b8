"""The film pane of the reading room: one film, and never anything of another one beside it."""

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QPushButton, QToolButton, QWidget

from core.films.dicom_details import FilmDetails
from core.films.film_facts import FilmFacts
from core.screening.verdict import hidden_verdict
from core.system.product import NOTICE
from gui.film.film_view import Mouse
from gui.reading.film_pane import FilmPane
from tests.gui.film.person import LEFT, drag, noise, shown, wheel
from tests.gui.reading.examples import CAUTIOUS, FILM, HEAT, LIKELY, LONG, REFUSED, is_orange

SIZES = [(650, 330), (1040, 547), (1620, 900)]
WARNING = "⚠ 62 % of the heat map is at the borders or corners of the film. " * 3


@pytest.fixture
def pane(qtbot):
    made = FilmPane()
    qtbot.addWidget(made)
    made.resize(1040, 547)
    made.show()
    return made


def text(pane, name):
    """The text of an overlay, "" if it is not seen."""
    label = pane.findChild(QLabel, name)
    return label.full_text if label.isVisible() else ""


def press(qtbot, pane, name):
    qtbot.mouseClick(pane.findChild(QToolButton, name), LEFT)


def has_outline(pane):
    """Whether the outline of a heat map is seen on the film."""
    return is_orange(shown(pane.view)).any()


def test_a_film_is_reported_once_its_pixels_are_on_the_screen(qtbot, pane):
    painted = []
    pane.film_painted.connect(painted.append)
    pane.show_waiting(4, "film 4")
    with qtbot.waitSignal(pane.film_painted) as told:
        pane.show_film(4, FILM, None, None)
        assert painted == []
    assert told.args == [4]
    pane.show_waiting(5, "film 5")
    pane.show_film(5, FILM, None, None)
    pane.view.repaint()
    pane.show_waiting(6, "film 6")
    QApplication.sendPostedEvents()
    assert painted == [4], "film 5 is gone before it is reported"


def test_waiting_for_a_film_takes_everything_of_the_one_before_away(pane):
    pane.show_film(1, FILM, FilmFacts(window="0..255"), FilmDetails(age="4 years"))
    pane.show_caption("film 1")
    pane.show_verdict(LIKELY)
    pane.show_heat(1, HEAT, WARNING)
    pane.pin_heat()
    assert has_outline(pane)
    pane.show_waiting(2, "film 2 · 2 of 20")
    assert not pane.overlays.box.isVisible()
    assert not shown(pane.view).any(), "black"
    assert (text(pane, "film_caption"), text(pane, "film_details"), text(pane, "heat_warning")) == (
        "film 2 · 2 of 20",
        "",
        "",
    )


def test_what_comes_late_for_an_earlier_film_is_dropped(pane):
    pane.show_waiting(2, "film 2")
    pane.show_film(1, FILM, None, None)
    pane.show_unreadable(1, "It is damaged.")
    assert pane.view.film_size.isEmpty()
    assert text(pane, "film_message") == ""
    pane.show_film(2, FILM, None, None)
    pane.show_verdict(LIKELY)
    pane.pin_heat()
    pane.show_heat(1, HEAT, WARNING)
    assert not has_outline(pane)
    assert text(pane, "heat_warning") == ""
    pane.show_heat(2, HEAT, WARNING)
    assert has_outline(pane)
    assert text(pane, "heat_warning") == WARNING
    pane.show_film(3, FILM, None, None)
    assert not pane.overlays.box.isVisible(), "a verdict belongs to one film"
    assert not has_outline(pane)


def test_heat_is_off_then_held_then_pinned_for_the_next_films_too(qtbot, pane):
    pane.show_film(1, FILM, None, None)
    pane.show_verdict(LIKELY)
    pane.show_heat(1, HEAT, "")
    assert not has_outline(pane)
    pane.hold_heat(True)
    assert has_outline(pane)
    pane.hold_heat(False)
    assert not has_outline(pane)
    press(qtbot, pane, "heat")
    assert has_outline(pane)
    pane.hold_heat(True)
    pane.hold_heat(False)
    assert has_outline(pane), "it is pinned"
    pane.show_film(2, FILM, None, None)
    pane.show_verdict(LIKELY)
    assert text(pane, "film_state").endswith("no heat map")
    pane.show_heat(2, HEAT, "")
    assert has_outline(pane)
    pane.pin_heat()
    assert not has_outline(pane)
    assert not pane.findChild(QToolButton, "heat").isChecked()


@pytest.mark.parametrize("other", [None, hidden_verdict(), REFUSED])
def test_heat_is_part_of_the_answer_and_hidden_with_it(pane, other):
    pane.show_film(1, FILM, None, None)
    pane.show_verdict(other)
    pane.pin_heat()
    pane.run_tool("side_by_side")
    pane.show_heat(1, HEAT, WARNING)
    assert not has_outline(pane)
    assert text(pane, "heat_warning") == ""
    pane.show_verdict(LIKELY)
    assert has_outline(pane)
    assert text(pane, "heat_warning") == WARNING
    pane.show_verdict(other)
    assert not has_outline(pane)


def test_an_unreadable_film_says_why_literally(pane):
    pane.show_waiting(1, "film 1")
    pane.show_unreadable(1, "It is <b>damaged</b>.")
    assert text(pane, "film_message") == "It is <b>damaged</b>."
    assert pane.findChild(QLabel, "film_message").textFormat() is Qt.TextFormat.PlainText
    pane.show_film(2, FILM, None, None)
    assert text(pane, "film_message") == ""


def test_a_film_that_takes_long_says_so(qtbot, pane):
    pane.show_waiting(1, "film 1")
    assert text(pane, "film_message") == ""
    qtbot.waitUntil(lambda: text(pane, "film_message") == "Reading the film …")
    pane.show_film(1, FILM, None, None)
    assert text(pane, "film_message") == ""


def test_every_tool_works_by_name_and_by_mouse(qtbot, pane):
    pane.show_film(1, noise(900, 1200), FilmFacts(stored_width=1200), None)
    view = pane.view
    press(qtbot, pane, "actual_size")
    assert view.zoom_percent == 100
    pane.run_tool("zoom_in")
    assert view.zoom_percent == pytest.approx(120)
    pane.run_tool("zoom_out")
    press(qtbot, pane, "invert")
    pane.run_tool("rotate")
    assert (view.settings.is_inverted, view.settings.quarter_turns) == (True, 1)
    assert text(pane, "film_state") == "W 256 C 128 · 100 % · inverted · rotated 90°"
    pane.run_tool("invert")
    assert not pane.findChild(QToolButton, "invert").isChecked()
    view.set_window(100, 50)
    pane.run_tool("reset_window")
    assert view.settings.width == 256
    pane.run_tool("fit")
    assert view.zoom_percent < 100
    press(qtbot, pane, "side_by_side")
    assert view.settings.is_side_by_side
    with qtbot.waitSignal(pane.full_screen_wanted):
        pane.run_tool("full_screen")
    with pytest.raises(KeyError):
        pane.run_tool("unknown")


def test_what_was_read_and_the_details_are_shown_when_wanted_and_stay_for_the_next_film(qtbot, pane):
    facts, details = (pane.findChild(QPlainTextEdit, name) for name in ("what_was_read", "verdict_details"))
    pane.show_film(1, FILM, FilmFacts(window="<b>0..255</b>"), None)
    pane.show_verdict(LIKELY)
    assert not facts.isVisible()
    assert not details.isVisible()
    press(qtbot, pane, "facts")
    press(qtbot, pane, "details")
    assert "<b>0..255</b>" in facts.toPlainText()
    assert details.toPlainText() == LIKELY.details
    assert facts.isVisible()
    assert details.isVisible()
    pane.show_waiting(2, "film 2")
    assert not facts.isVisible(), "nothing was read yet"
    assert not details.isVisible()
    pane.show_film(2, FILM, FilmFacts(window="1..9"), None)
    pane.show_verdict(LIKELY)
    assert facts.isVisible()
    assert details.isVisible()
    pane.run_tool("facts")
    pane.run_tool("details")
    assert not facts.isVisible()
    assert not details.isVisible()
    assert not pane.findChild(QToolButton, "details").isChecked()


def test_a_refused_film_may_be_scored_anyway(qtbot, pane):
    pane.show_film(1, FILM, None, None)
    pane.show_verdict(REFUSED, can_override=True)
    with qtbot.waitSignal(pane.override_wanted):
        qtbot.mouseClick(pane.findChild(QPushButton, "override"), LEFT)


def test_the_mouse_as_in_a_pacs_asks_for_other_films_also_over_the_tools(pane):
    pane.show_film(1, FILM, None, None)
    pane.set_mouse(Mouse.PACS)
    wanted = []
    pane.next_wanted.connect(wanted.append)
    wheel(pane.view, QPoint(100, 100), -120)
    wheel(pane, pane.overlays.strip.geometry().center(), 120)  # as from the strip, which leaves it to the pane
    assert wanted == [1, -1]


def fill(pane, verdict):
    """A film with everything that can be over it."""
    pane.show_waiting(1, "person1128_bacteria_3069_with_a_very_long_name.jpeg · 3 of 20")
    pane.show_film(1, FILM, FilmFacts(window="0..255", view="PA"), FilmDetails(age="4 years", view="PA", device="X"))
    pane.show_verdict(verdict, can_override=verdict is REFUSED)
    pane.show_heat(1, HEAT, WARNING)
    pane.pin_heat()
    pane.run_tool("facts")
    pane.run_tool("details")


def assert_apart(pane):
    """What is over the film lies in the pane and not on anything else."""
    children = pane.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
    overlays = [child for child in children if child.isVisible() and child is not pane.view]
    assert len(overlays) >= 6
    for widget in overlays:
        assert pane.rect().contains(widget.geometry()), widget.objectName()
    for one, other in combinations(overlays, 2):
        assert not one.geometry().intersects(other.geometry()), (one.objectName(), other.objectName())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("verdict", [LIKELY, CAUTIOUS, LONG, REFUSED])
def test_nothing_lies_on_anything_else_or_outside(pane, size, verdict):
    pane.resize(*size)
    fill(pane, verdict)
    assert_apart(pane)
    assert pane.overlays.strip.isVisible()
    assert text(pane, "film_notice") == NOTICE


@pytest.mark.parametrize("size", SIZES)
def test_nothing_resizes_or_moves_the_film(pane, size):
    pane.resize(*size)
    pane.show_film(1, FILM, None, None)
    place, film = pane.view.geometry(), (pane.view.zoom_percent, pane.view.to_film(QPoint(0, 0).toPointF()))
    assert place == pane.rect()
    fill(pane, LONG)
    for verdict in (LIKELY, CAUTIOUS, REFUSED, None):
        pane.show_verdict(verdict)
        assert pane.view.geometry() == place
        assert (pane.view.zoom_percent, pane.view.to_film(QPoint(0, 0).toPointF())) == film


def test_the_verdict_covers_no_film_where_there_is_room_beside_it(pane):
    pane.show_film(1, np.full((500, 500), 255, np.uint8), None, None)
    columns = np.nonzero(shown(pane.view)[200, :, 0])[0]
    assert columns.max() < pane.overlays.box.x()


def test_what_is_moved_under_the_overlays_is_what_is_painted_anew(pane):
    """Moving the film scrolls the screen; what lies over the film must not be scrolled with it."""
    pane.show_film(1, noise(900, 1200), None, None)
    pane.show_verdict(LIKELY)
    pane.run_tool("actual_size")
    pane.repaint()
    drag(pane.view, LEFT, QPoint(400, 250), QPoint(437, 231))
    QApplication.sendPostedEvents(None, QEvent.Type.UpdateRequest)
    moved = pane.screen().grabWindow(pane.winId()).toImage().convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(moved.constBits(), np.uint8).reshape(moved.height(), moved.bytesPerLine())
    seen = lines[:, : 3 * moved.width()].reshape(moved.height(), moved.width(), 3).astype(int)
    assert np.abs(seen - shown(pane)).max() <= 1


def test_every_control_has_a_name_and_keys_are_left_to_the_room(qtbot, pane):
    pane.show_film(1, FILM, None, None)
    for widget in (*pane.findChildren(QToolButton), *pane.findChildren(QPushButton), *pane.findChildren(QLabel)):
        assert widget.accessibleName(), widget.objectName()
    before = pane.view.settings
    for key in "ihrsfzw":
        qtbot.keyClick(pane, key)
    assert pane.view.settings == before
    qtbot.mouseClick(pane.view, LEFT)
    assert pane.view.focusPolicy() is Qt.FocusPolicy.NoFocus


@pytest.mark.usefixtures("german")
def test_long_words_of_another_language_have_their_places_too(qtbot):
    pane = FilmPane()
    qtbot.addWidget(pane)
    pane.show()
    for size in SIZES:
        pane.resize(*size)
        fill(pane, LONG)
        assert_apart(pane)
