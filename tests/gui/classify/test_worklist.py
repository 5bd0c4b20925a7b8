"""The worklist, used with the keyboard."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

import gui.classify.worklist
from core.screening.reader_calls import CallBook
from core.system.errors import UNLIKE_CAUTION
from gui.classify.worklist import Worklist
from gui.classify.worklist_filter import RowKind
from gui.classify.worklist_table import DECISION, NOTE, PROBABILITY, READER, STATUS
from gui.widgets import messages
from tests.gui.classify.examples import CLASSES, FOLDER, ROWS, book, call, scored
from tests.gui.classify.person import texts
from tests.gui.person import click


def test_the_likeliest_comes_first_and_every_file_is_there(screened_tab):
    tab = screened_tab
    assert len(texts(tab, 0)) == 7
    tab.worklist.filters.no_films.click()
    assert len(texts(tab, 0)) == 8
    assert "<b>x&.png" in texts(tab, 0)
    probabilities = [float(text.strip("<> ")) for text in texts(tab, PROBABILITY) if text]
    assert probabilities == sorted(probabilities, reverse=True)
    assert len(probabilities) == 7
    assert "7 scored, 1 refused, 0 failed" in tab.status.sentence.text()


def test_filter_and_search_count_what_they_show(tab, qtbot):
    tab.worklist.filters.kind.setCurrentText(RowKind.REFUSED.value)
    assert texts(tab, 0) == []
    tab.worklist.filters.no_films.click()
    assert texts(tab, 0) == ["notes.txt"]
    tab.worklist.filters.kind.setCurrentText(RowKind.ALL.value)
    qtbot.keyClicks(tab.worklist.filters.search, "FILM-3")
    assert texts(tab, 0) == ["film-3.png"]
    assert tab.worklist.filters.count.text() == "1 of 8"


def test_a_film_unlike_validated_ones_is_marked_and_hidden_before_the_call(worklist):
    unlike = replace(scored("unlike.png", 0.5), reason="unlike_validated_films")
    overridden = replace(scored("overridden.png", 0.5), reason="rotated")
    table = worklist.table
    for row in (unlike, overridden):
        worklist.add(row)

    def cell(row, column, role=Qt.ItemDataRole.DisplayRole):
        return table.data(table.index(table.row_number(row.file), column), role)

    assert cell(unlike, DECISION) == "⚠ review"
    assert cell(unlike, PROBABILITY) == "0.500"
    assert cell(unlike, STATUS) == "scored: unlike validated films"
    for role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
        assert cell(unlike, DECISION, role) == cell(unlike, STATUS, role) == UNLIKE_CAUTION
        assert cell(overridden, DECISION, role) is None
    assert cell(overridden, DECISION) == "◆ review"
    table.set_blind(True)
    assert cell(unlike, STATUS) == "scored"
    assert cell(unlike, DECISION, Qt.ItemDataRole.ToolTipRole) is None
    assert cell(overridden, STATUS) == "scored: rotated"


@pytest.fixture
def saved():
    """The calls that were saved, in order."""
    return []


@pytest.fixture
def worklist(qtbot, saved, monkeypatch):
    monkeypatch.setattr(gui.classify.worklist, "AGREEMENT_MILLISECONDS", 20)
    area = QWidget()
    worklist = Worklist(area, area)
    qtbot.addWidget(area, before_close_func=lambda _: worklist.close_thumbnails())
    worklist.show_classes(CLASSES)
    worklist.show_folder(FOLDER, ROWS, CallBook((), saved.append))
    worklist.resize(900, 400)
    with qtbot.waitActive(area):
        area.show()
        area.activateWindow()
    return worklist


def cell(worklist, file, column):
    table = worklist.table
    return table.index(table.row_number(file), column).data()


def press(qtbot, worklist, key, modifier=Qt.KeyboardModifier.NoModifier):
    worklist.view.setFocus()
    qtbot.keyClick(worklist.view, key, modifier)


def test_before_a_screening_nothing_can_be_called(qtbot):
    area = QWidget()
    worklist = Worklist(area, area)
    qtbot.addWidget(area, before_close_func=lambda _: worklist.close_thumbnails())
    assert not any(button.isEnabled() for button in worklist.reader.findChildren(QPushButton))


def test_a_film_is_announced_when_it_is_selected(qtbot, worklist):
    with qtbot.waitSignal(worklist.row_chosen) as chosen:
        worklist.select_file("review.png")
    assert chosen.args == [ROWS[1]]


def test_a_call_is_saved_and_the_next_film_selected(qtbot, worklist, saved):
    worklist.select_file("likely.png")
    press(qtbot, worklist, Qt.Key.Key_1)
    assert (saved[0].file, saved[0].reader, saved[0].blind) == ("likely.png", "NORMAL", False)
    assert cell(worklist, "likely.png", READER) == "≠ NORMAL"
    assert worklist.selected_row().file == "review.png"
    press(qtbot, worklist, Qt.Key.Key_A)
    assert (saved[1].file, saved[1].reader) == ("review.png", "PNEUMONIA")
    press(qtbot, worklist, Qt.Key.Key_D)
    assert (saved[2].file, saved[2].reader) == ("unlikely.png", "PNEUMONIA")


def test_unsure_is_no_disagreement(qtbot, worklist):
    worklist.select_file("likely.png")
    press(qtbot, worklist, Qt.Key.Key_U)
    assert cell(worklist, "likely.png", READER) == "unsure"


def test_undo_takes_back_the_last_call_and_returns_to_its_film(qtbot, worklist, saved):
    worklist.select_file("likely.png")
    press(qtbot, worklist, Qt.Key.Key_1)
    press(qtbot, worklist, Qt.Key.Key_2)
    with qtbot.waitSignal(worklist.row_chosen) as chosen:
        press(qtbot, worklist, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert chosen.args == [ROWS[1]]
    assert worklist.selected_row().file == "review.png"
    assert cell(worklist, "review.png", READER) == ""
    assert cell(worklist, "likely.png", READER) == "≠ NORMAL"
    assert [call.reader for call in saved] == ["NORMAL", "PNEUMONIA", ""]


def test_a_note_keeps_the_call_and_a_call_keeps_the_note(qtbot, worklist, saved, monkeypatch):
    asked = []
    monkeypatch.setattr(messages, "ask_text", lambda _parent, _title, before: asked.append(before) or "ask  Eva\nnow")
    worklist.select_file("likely.png")
    press(qtbot, worklist, Qt.Key.Key_N)
    assert cell(worklist, "likely.png", NOTE) == "ask Eva now"
    assert cell(worklist, "likely.png", READER) == ""
    press(qtbot, worklist, Qt.Key.Key_1)
    assert saved[1].note == "ask  Eva\nnow"
    worklist.select_file("likely.png")
    press(qtbot, worklist, Qt.Key.Key_N)
    assert asked == ["", "ask  Eva\nnow"]
    assert (saved[2].reader, saved[2].note) == ("NORMAL", "ask  Eva\nnow")
    monkeypatch.setattr(messages, "ask_text", lambda *_: None)
    press(qtbot, worklist, Qt.Key.Key_N)
    assert len(saved) == 3  # cancelled


@pytest.mark.parametrize("file", ["notes.txt", "torn.dcm"])
def test_a_file_without_an_answer_cannot_be_called(qtbot, worklist, saved, file):
    worklist.select_file(file)
    for name in ("class_1", "unsure", "agree", "disagree", "note_film"):
        assert not worklist.reader.findChild(QWidget, name).isEnabled()
    for key in (Qt.Key.Key_1, Qt.Key.Key_U, Qt.Key.Key_A, Qt.Key.Key_D):
        press(qtbot, worklist, key)
    worklist.record_call("NORMAL")
    assert saved == []


def test_nothing_can_be_called_or_undone_without_a_selection_and_a_call(qtbot, worklist, saved):
    assert not worklist.reader.undo.isEnabled()
    worklist.record_call("NORMAL")
    assert saved == []
    worklist.select_file("likely.png")
    press(qtbot, worklist, Qt.Key.Key_1)
    assert worklist.reader.undo.isEnabled()


def test_a_blind_call_reveals_its_answer_and_stays_on_the_film(qtbot, worklist, saved):
    worklist.reader.blind.click()
    worklist.select_file("likely.png")
    assert not worklist.is_answer_visible(ROWS[0])
    assert not worklist.reader.agree.isEnabled()
    with qtbot.waitSignal(worklist.row_chosen) as chosen:
        press(qtbot, worklist, Qt.Key.Key_1)
    assert chosen.args == [ROWS[0]]
    assert worklist.is_answer_visible(ROWS[0])
    assert worklist.reader.agree.isEnabled()
    press(qtbot, worklist, Qt.Key.Key_2)  # changed after the answer was seen, and still recorded as blind
    assert [call.blind for call in saved] == [True, True]
    assert worklist.selected_row().file == "review.png"


def test_an_undone_blind_call_hides_its_answer_again(qtbot, worklist):
    worklist.reader.blind.click()
    worklist.select_file("likely.png")
    press(qtbot, worklist, Qt.Key.Key_1)
    with qtbot.waitSignal(worklist.row_chosen) as chosen:
        press(qtbot, worklist, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert chosen.args == [ROWS[0]]
    assert not worklist.is_answer_visible(ROWS[0])


def test_switching_blind_reading_announces_the_selected_film_again(qtbot, worklist):
    worklist.select_file("likely.png")
    with qtbot.waitSignal(worklist.row_chosen) as chosen:
        worklist.reader.blind.click()
    assert chosen.args == [ROWS[0]]


def test_with_several_classes_a_disagreement_says_nothing(qtbot, worklist, saved):
    worklist.show_classes(("NORMAL", "BACTERIA", "VIRUS"))
    worklist.select_file("likely.png")
    assert worklist.reader.agree.isEnabled()
    assert not worklist.reader.disagree.isEnabled()
    press(qtbot, worklist, Qt.Key.Key_D)
    assert saved == []


def test_the_agreement_is_shown_soon_after_a_call_and_goes_with_the_folder(qtbot, worklist):
    worklist.select_file("likely.png")
    press(qtbot, worklist, Qt.Key.Key_1)
    press(qtbot, worklist, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: worklist.agreement.text().startswith("2 films classified: agreement 0.500"))
    worklist.show_folder(FOLDER, ROWS, book())
    qtbot.waitUntil(lambda: worklist.agreement.text() == "")


def test_the_agreement_grows_with_the_rows_of_called_films(qtbot, worklist):
    worklist.show_folder(FOLDER, ROWS[1:], book(call("likely.png")))
    qtbot.waitUntil(lambda: worklist.agreement.text().startswith("The reader has not classified any film yet"))
    worklist.add(ROWS[0])
    qtbot.waitUntil(lambda: worklist.agreement.text().startswith("1 film classified"))


def test_the_agreement_counts_only_films_that_both_classified(worklist):
    worklist.show_folder(
        FOLDER, ROWS, book(call("likely.png"), call("review.png", "unsure"), call("notes.txt"), call("gone.png"))
    )
    assert worklist.measure_agreement().films == 1
    assert worklist.measure_agreement().share.value == 1


def test_a_row_that_is_scored_again_replaces_the_first(worklist):
    worklist.add(scored("torn.dcm", 0.8))
    assert worklist.table.rowCount() == len(ROWS)
    worklist.select_file("torn.dcm")
    assert worklist.selected_row().probability == 0.8


def test_a_hidden_row_is_not_selected(qtbot, worklist):
    worklist.filters.kind.setCurrentIndex(list(RowKind).index(RowKind.FAILED))
    worklist.select_file("likely.png")
    assert worklist.selected_row() is None
    click(qtbot, worklist.reader, "unsure")  # disabled
    assert len(worklist.book) == 0
