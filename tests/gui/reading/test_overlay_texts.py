"""Texts over a film."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from gui.reading.overlay_texts import FittedLabel, OverlayLabel, TextPanel
from gui.widgets.named_widgets import format_tip

AREA = QRect(10, 20, 120, 200)
RIGHT_BOTTOM = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom


@pytest.fixture
def pane(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(400, 400)
    made.show()
    return made


def test_a_label_stays_in_its_corner_and_wraps(pane):
    label = OverlayLabel("note", "Note", pane, wraps=True)
    label.show_text("short")
    one = label.place(AREA, RIGHT_BOTTOM)
    assert (one.right(), one.bottom()) == (AREA.right(), AREA.bottom())
    label.show_text("a sentence that is too long for one line in its place")
    many = label.place(AREA, RIGHT_BOTTOM)
    assert (many.right(), many.bottom(), many.width()) == (AREA.right(), AREA.bottom(), AREA.width())
    assert many.height() > 2 * one.height()


def test_a_label_that_does_not_wrap_is_cut_in_the_middle_and_grows_again(pane):
    label = OverlayLabel("name", "Name", pane)
    label.show_text("person-1234-bacteria-5678-<b>long</b>.jpeg")
    assert label.place(AREA, Qt.AlignmentFlag.AlignLeft).width() <= AREA.width()
    assert label.text().startswith("person")
    assert label.text().endswith(".jpeg") or label.text().endswith("eg")
    assert "…" in label.text()
    label.place(QRect(0, 0, 390, 50), Qt.AlignmentFlag.AlignLeft)
    assert label.text() == label.full_text
    label.show_text("")
    assert not label.isVisible()


def test_a_label_lets_the_mouse_through(pane):
    label = OverlayLabel("note", "Note", pane)
    label.show_text("note")
    place = label.place(AREA, RIGHT_BOTTOM).center()
    assert pane.childAt(place) is None


def test_a_line_is_a_little_smaller_before_it_is_cut(qtbot):
    label = FittedLabel("words", "Words", 1.0, 0.8)
    qtbot.addWidget(label)
    label.show()
    label.resize(500, label.height())
    label.show_text("Pneumonia unlikely")
    wide = label.fontMetrics().horizontalAdvance("Pneumonia unlikely")
    label.resize(wide, label.height())
    size = label.font().pointSizeF()
    label.resize(round(0.9 * wide), label.height())
    assert label.text() == "Pneumonia unlikely"
    assert label.font().pointSizeF() < size
    label.resize(wide // 2, label.height())
    assert label.text().endswith("…")
    assert label.toolTip() == format_tip("Pneumonia unlikely")
    label.resize(wide, label.height())
    assert (label.text(), label.toolTip(), label.font().pointSizeF()) == ("Pneumonia unlikely", "", size)


def test_a_panel_is_as_high_as_its_lines_and_never_higher_than_its_place(pane):
    panel = TextPanel("details", "Details", pane)
    panel.show()
    heights = []
    for lines in (2, 5, 500):
        panel.setPlainText("\n".join(["line"] * lines))
        panel.place(AREA)
        heights.append(panel.height())
    assert heights[0] < heights[1] < heights[2] == AREA.height()
    assert panel.pos() == AREA.topLeft()
    panel.setPlainText("a line that is too long for the place and goes on and on")
    panel.place(AREA)
    assert panel.height() > heights[0], "wrapped lines count"
    assert panel.verticalScrollBar().maximum() == 0


def test_a_panel_is_copied_from_and_takes_no_other_key(qtbot, pane):
    panel = TextPanel("details", "Details", pane)
    panel.setPlainText("<b>p</b> 0.95")
    panel.show()
    seen = []
    pane.keyPressEvent = lambda event: seen.append(event.key())
    for key in (Qt.Key.Key_Down, Qt.Key.Key_U, Qt.Key.Key_1, Qt.Key.Key_Space):
        qtbot.keyClick(panel, key)
    assert seen == [Qt.Key.Key_Down, Qt.Key.Key_U, Qt.Key.Key_1, Qt.Key.Key_Space]
    qtbot.keyClick(panel, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(panel, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "<b>p</b> 0.95"
