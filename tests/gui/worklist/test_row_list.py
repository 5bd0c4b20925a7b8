"""The narrow list view."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from gui.worklist.row_delegate import ROW_PX
from gui.worklist.row_kinds import RowKind
from gui.worklist.row_list import RowList
from tests.gui.worklist.examples import BY_PROBABILITY, book, scored
from tests.gui.worklist.person import click_chip, click_row


@pytest.fixture
def long_strip(strip):
    """200 films, a fortieth of which is in view."""
    films = [scored(f"{number:03}.png", 0.5) for number in range(200)]
    strip.show_list(None, films, book(), False)
    return strip


def top(strip, file):
    return strip.view.visualRect(strip.rows.index(strip.rows.number_of(file), 0)).top()


def add_above(strip):
    for number in range(5):
        strip.add(scored(f"new-{number}.png", 0.9))
    strip.rows.flush()


def test_arrow_keys_move_and_letters_are_left_to_the_window(strip, qtbot):
    assert isinstance(strip.view, RowList)
    click_row(qtbot, strip.view, 0)
    for key, number in ((Qt.Key.Key_Down, 1), (Qt.Key.Key_End, 4), (Qt.Key.Key_Up, 3), (Qt.Key.Key_Home, 0)):
        qtbot.keyClick(strip.view, key)
        assert strip.current_row().file == BY_PROBABILITY[number]
    for key in (Qt.Key.Key_U, Qt.Key.Key_1, Qt.Key.Key_Space, Qt.Key.Key_P, Qt.Key.Key_Tab):
        event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, chr(min(key, 127)))
        strip.view.keyPressEvent(event)
        assert not event.isAccepted()
    assert strip.current_row().file == BY_PROBABILITY[0]


def test_ctrl_and_a_click_leave_a_row_chosen(strip, qtbot):
    click_row(qtbot, strip.view, 1)
    click_row(qtbot, strip.view, 1, Qt.KeyboardModifier.ControlModifier)
    assert strip.view.selectionModel().isRowSelected(1)


def test_rows_that_come_above_do_not_move_what_is_looked_at(long_strip):
    long_strip.view.verticalScrollBar().setValue(50 * ROW_PX + 7)
    before = top(long_strip, "052.png")
    add_above(long_strip)
    assert top(long_strip, "052.png") == before
    long_strip.select_file("055.png")
    before = top(long_strip, "055.png")
    add_above(long_strip)
    long_strip.remove("new-0.png")
    assert top(long_strip, "055.png") == before


def test_at_the_top_the_most_probable_are_seen_as_they_come(long_strip):
    add_above(long_strip)
    assert top(long_strip, "new-0.png") == 0


def test_what_becomes_current_is_scrolled_into_view(long_strip):
    long_strip.move_to_end(True)
    assert (
        long_strip.view.viewport().rect().contains(long_strip.view.visualRect(long_strip.rows.index(199, 0)).center())
    )


def test_an_empty_filter_says_so(strip, qtbot):
    click_chip(qtbot, strip.filters, RowKind.REFUSED)
    strip.remove("leg.png")
    QApplication.sendPostedEvents()
    empty = strip.view.viewport().grab().toImage()
    strip.show_list(None, (), book(), False)
    assert strip.view.viewport().grab().toImage() != empty
