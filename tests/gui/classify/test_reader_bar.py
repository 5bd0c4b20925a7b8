"""The reader's calls: by keyboard, blind, with notes."""

from PySide6.QtCore import Qt

from core.screening.events import FilmReading
from core.screening.reader_calls import calls_path, read_calls
from gui.classify.worklist_filter import RowKind
from gui.classify.worklist_table import HIDDEN, LABEL, PROBABILITY, READER
from gui.widgets import messages
from tests.gui.classify.person import choose, press, texts
from tests.gui.person import job_shown


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
    qtbot.waitUntil(lambda: "2 films called" in tab.worklist.agreement.text())
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
