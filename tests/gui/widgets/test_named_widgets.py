"""Widgets with names for tests and for screen readers."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from gui.widgets.named_widgets import make_button, make_buttons, make_paragraph, make_row, name_widget
from tests.gui.person import click


def test_a_widget_is_named_twice_and_given_back(qapp):
    field = QLineEdit()
    assert name_widget(field, "search", "Search films") is field
    assert (field.objectName(), field.accessibleName()) == ("search", "Search films")


def test_buttons_do_what_they_are_for(qtbot):
    pressed = []
    parent = QWidget()
    qtbot.addWidget(parent)
    buttons = make_buttons(("Open", "open", lambda: pressed.append("open")), ("Close", "close", parent.close))
    assert list(buttons) == ["open", "close"]
    parent.setLayout(make_row(buttons.values()))
    parent.show()
    click(qtbot, parent, "open")
    assert pressed == ["open"]
    click(qtbot, parent, "close")
    assert not parent.isVisible()
    assert buttons["open"].accessibleName() == buttons["open"].text() == "Open"


def test_a_row_begins_at_the_left(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    first, second, last = (make_button(text, text, parent.close) for text in ("a", "b", "z"))
    row = make_row((first, second))
    row.addWidget(last)
    parent.setLayout(row)
    parent.resize(800, 60)
    parent.show()
    assert first.x() < second.x() < 300
    assert last.geometry().right() > 700


def test_a_paragraph_takes_no_markup_and_breaks_its_lines(qapp):
    paragraph = make_paragraph("<b>x</b>", "note", "Note")
    assert isinstance(paragraph, QLabel)
    assert paragraph.textFormat() is Qt.TextFormat.PlainText
    assert paragraph.wordWrap()
    assert paragraph.text() == "<b>x</b>"
