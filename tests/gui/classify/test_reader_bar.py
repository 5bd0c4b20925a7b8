"""The reader's calls: by keyboard, blind, with notes."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from shiboken6 import isValid

from core.screening.events import FilmReading
from core.screening.reader_calls import UNSURE, calls_path, read_calls
from gui.classify.reader_bar import ReaderBar
from gui.classify.worklist_filter import RowKind
from gui.classify.worklist_table import HIDDEN, LABEL, PROBABILITY, READER
from gui.widgets import messages
from tests.gui.classify.person import choose, press, texts
from tests.gui.person import click, job_shown


def test_calls_by_keyboard_are_kept_at_once_and_undone(tab, window, qtbot):
    tab.worklist.view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    first = texts(tab, 0)[0]
    choose(tab, window, qtbot, 0)
    with job_shown(qtbot, window, FilmReading):
        press(qtbot, tab, Qt.Key.Key_A)  # agrees and goes on to the next film
    assert texts(tab, READER)[0] == texts(tab, LABEL)[0]
    assert tab.worklist.selected_row().file == texts(tab, 0)[1]
    with job_shown(qtbot, window, FilmReading):
        press(qtbot, tab, Qt.Key.Key_D)
    assert texts(tab, READER)[1].startswith("≠ ")
    tab.worklist.filters.kind.setCurrentText(RowKind.DISAGREEMENTS.value)
    assert len(texts(tab, 0)) == 1
    tab.worklist.filters.kind.setCurrentText(RowKind.ALL.value)
    qtbot.waitUntil(lambda: "2 films classified" in tab.worklist.agreement.text())
    book = calls_path(tab.result.output)
    qtbot.waitUntil(lambda: book.exists() and len(read_calls(book)) == 2)
    press(qtbot, tab, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert texts(tab, READER)[1] == ""
    qtbot.waitUntil(lambda: len(read_calls(book)) == 3)
    assert read_calls(book)[-1].reader == ""
    assert read_calls(book)[0].file == first


def test_blind_first_hides_the_answer_until_the_call_is_kept(tab, window, qtbot):
    qtbot.mouseClick(tab.worklist.reader.blind, Qt.MouseButton.LeftButton)
    assert set(texts(tab, PROBABILITY)) <= {HIDDEN, ""}
    tab.worklist.filters.kind.setCurrentText(RowKind.LIKELY.value)
    assert texts(tab, 0) == []  # a filter must not tell either
    tab.worklist.filters.kind.setCurrentText(RowKind.ALL.value)
    choose(tab, window, qtbot, 0)
    assert tab.reading.verdict.text() == "Answer hidden"
    assert not tab.worklist.reader.agree.isEnabled()
    row = tab.worklist.selected_row()
    press(qtbot, tab, Qt.Key.Key_2)
    assert tab.reading.verdict.text().startswith("PNEUMONIA · ")
    assert tab.worklist.selected_row() is row
    call = tab.worklist.book.find(row.file)
    assert (call.reader, call.blind) == ("PNEUMONIA", True)


def test_notes_are_kept_with_the_film(tab, window, qtbot, monkeypatch):
    choose(tab, window, qtbot, 0)
    monkeypatch.setattr(messages, "ask_text", lambda *_: "=look again")
    press(qtbot, tab, Qt.Key.Key_N)
    row = tab.worklist.selected_row()
    assert tab.worklist.book.find(row.file).note == "=look again"
    qtbot.keyClicks(tab.worklist.filters.search, "look again")
    assert texts(tab, 0) == [row.file]


@pytest.mark.parametrize(
    ("key", "button", "signal", "arguments"),
    [
        ("1", "class_1", "called", ["NORMAL"]),
        ("2", "class_2", "called", ["A & B"]),
        ("U", "unsure", "called", [UNSURE]),
        ("A", "agree", "agreed", []),
        ("D", "disagree", "disagreed", []),
        ("N", "note_film", "note_wanted", []),
    ],
)
def test_a_key_does_what_its_button_does(bar, area, qtbot, key, button, signal, arguments):
    with qtbot.waitSignal(getattr(bar, signal)) as by_key:
        qtbot.keyClicks(area, key)
    with qtbot.waitSignal(getattr(bar, signal)) as by_mouse:
        click(qtbot, bar, button)
    assert by_key.args == by_mouse.args == arguments


def test_other_classes_replace_the_buttons_and_their_keys(bar, area, qtbot):
    old, called = bar.findChild(QWidget, "class_1"), []
    bar.show_classes(tuple("abcdefghijk"))
    qtbot.waitUntil(lambda: not isValid(old))
    bar.called.connect(called.append)
    qtbot.keyClicks(area, "19")
    assert called == ["a", "i"]  # at most nine have a button
    assert bar.findChild(QWidget, "class_10") is None


def test_a_class_with_an_ampersand_is_written_as_it_is(bar):
    assert bar.findChild(QWidget, "class_2").text() == "A && B (2)"


def test_blind_reading_is_switched_on_and_off(bar, area, qtbot):
    bar.blind.setParent(area)
    with qtbot.waitSignal(bar.blind_changed) as changed:
        bar.blind.click()
    assert changed.args == [True]


SIGNALS = ("agreed", "disagreed", "note_wanted", "undo_wanted")


@pytest.fixture
def area(qtbot):
    """The part of the window in which the keys work, beside a field outside it."""
    page = QWidget()
    qtbot.addWidget(page)
    area, outside = QWidget(focusPolicy=Qt.FocusPolicy.StrongFocus), QLineEdit(objectName="outside")
    layout = QVBoxLayout(page)
    layout.addWidget(area)
    layout.addWidget(outside)
    bar = ReaderBar(area, area)
    bar.show_classes(("NORMAL", "A & B"))
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    area.setFocus()
    yield area
    page.close()


@pytest.fixture
def bar(area):
    return area.findChild(ReaderBar)


@pytest.fixture
def asked(bar):
    """Everything that the reader asked for."""
    asked = []
    bar.called.connect(asked.append)
    for name in SIGNALS:
        getattr(bar, name).connect(lambda name=name: asked.append(name))
    return asked


def test_keys_outside_the_area_are_only_text(qtbot, area, asked):
    outside = area.parent().findChild(QLineEdit, "outside")
    outside.setFocus()
    qtbot.keyClicks(outside, "a1u")
    assert asked == []
    assert outside.text() == "a1u"


@pytest.mark.parametrize(
    ("can_call", "can_compare", "can_undo", "works"),
    [
        (True, True, True, ["NORMAL", "unsure", "agreed", "disagreed", "note_wanted", "undo_wanted"]),
        (True, False, False, ["NORMAL", "unsure", "note_wanted"]),
        (False, True, True, ["undo_wanted"]),
        (False, False, False, []),
    ],
)
def test_only_what_makes_sense_works(qtbot, area, bar, asked, can_call, can_compare, can_undo, works):
    bar.set_enabled(can_call, can_compare, can_undo)
    for key in ("1", "U", "A", "D", "N"):
        qtbot.keyClick(area, key)
    qtbot.keyClick(area, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert asked == works
