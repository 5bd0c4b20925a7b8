"""Films that changed: their rows go and come again, and the reader's calls on them are marked."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

import gui.classify.worklist
from core.screening.events import FilmAnswered, RowSuperseded, ScreeningResult
from core.screening.reader_calls import Call, CallBook, Stance, calls_path, read_calls
from gui.classify import classify_tab, selected_film
from gui.classify.classify_tab import ClassifyTab
from gui.classify.worklist import Worklist
from gui.classify.worklist_filter import RowKind
from gui.classify.worklist_table import READER
from gui.jobs.jobs import Jobs
from gui.jobs.screening_jobs import WorklistResult
from gui.state.session import Session
from tests.factories import draw_film
from tests.gui.classify.examples import CLASSES, FOLDER, reading, scored, screening
from tests.gui.classify.person import choose, press
from tests.gui.fake_jobs import record
from tests.gui.person import click, job_shown

MARK = "Called on an earlier version of this film. Call it again to confirm or change it."


def film(name, probability, code="new"):
    return replace(scored(name, probability), film=code)


def call(name, reader, code, blind=False, note=""):
    return Call(name, reader, blind, note, "2026-01-01T12:00:00+01:00", code)


ROWS = (film("changed.png", 0.9), film("same.png", 0.8), film("other.png", 0.1))
CALLS = (call("changed.png", "NORMAL", "old", blind=True, note="seen"), call("same.png", "PNEUMONIA", "new"))


@pytest.fixture
def saved():
    return []


@pytest.fixture
def worklist(qtbot, saved, monkeypatch):
    monkeypatch.setattr(gui.classify.worklist, "AGREEMENT_MILLISECONDS", 20)
    area = QWidget()
    worklist = Worklist(area, area)
    qtbot.addWidget(area, before_close_func=lambda _: worklist.close_thumbnails())
    worklist.show_classes(CLASSES)
    worklist.show_folder(FOLDER, ROWS, CallBook(CALLS, saved.append))
    worklist.resize(900, 400)
    with qtbot.waitActive(area):
        area.show()
        area.activateWindow()
    return worklist


def cell(worklist, name, role=Qt.ItemDataRole.DisplayRole):
    return worklist.table.index(worklist.table.row_number(name), READER).data(role)


def shown(worklist):
    model = worklist.view.model()
    return [model.index(number, 0).data() for number in range(model.rowCount())]


def test_a_call_on_an_earlier_film_is_marked_and_does_not_count(qtbot, worklist):
    assert cell(worklist, "changed.png") == "↺ NORMAL"
    assert cell(worklist, "changed.png", Qt.ItemDataRole.ToolTipRole) == MARK
    assert cell(worklist, "changed.png", Qt.ItemDataRole.AccessibleDescriptionRole) == MARK
    assert cell(worklist, "same.png", Qt.ItemDataRole.ToolTipRole) is None
    assert worklist.measure_agreement().films == 1
    qtbot.waitUntil(lambda: "1 call (↺) is on an earlier version" in worklist.agreement.text())
    worklist.filters.kind.setCurrentText(RowKind.DISAGREEMENTS.value)
    assert shown(worklist) == []
    worklist.filters.kind.setCurrentText(RowKind.NOT_CALLED.value)
    assert shown(worklist) == ["changed.png", "other.png"]


def test_calling_again_confirms_or_changes_it(qtbot, worklist, saved):
    worklist.select_file("changed.png")
    worklist.view.setFocus()
    qtbot.keyClick(worklist.view, Qt.Key.Key_1)
    assert (saved[0].reader, saved[0].film, saved[0].note, saved[0].blind) == ("NORMAL", "new", "seen", False)
    assert cell(worklist, "changed.png") == "≠ NORMAL"
    assert worklist.measure_agreement().films == 2
    qtbot.waitUntil(lambda: "↺" not in worklist.agreement.text())
    click(qtbot, worklist.reader, "undo_call")
    assert cell(worklist, "changed.png") == "↺ NORMAL"
    assert saved[1].film == "old"


def test_a_note_does_not_confirm_the_call(qtbot, worklist, saved, monkeypatch):
    monkeypatch.setattr(gui.classify.worklist.messages, "ask_text", lambda *_: "look again")
    worklist.select_file("changed.png")
    click(qtbot, worklist.reader, "note_film")
    assert (saved[0].note, saved[0].reader, saved[0].film) == ("look again", "NORMAL", "old")
    assert cell(worklist, "changed.png") == "↺ NORMAL"


def test_in_blind_reading_the_answer_on_a_changed_film_is_hidden_again(qtbot, worklist, saved):
    worklist.reader.blind.click()
    assert not worklist.is_answer_visible(ROWS[0])
    assert worklist.is_answer_visible(ROWS[1])
    worklist.select_file("changed.png")
    worklist.record_call("PNEUMONIA")
    assert worklist.is_answer_visible(ROWS[0])
    assert saved[0].blind


def test_a_row_that_was_removed_comes_again_with_its_mark(worklist):
    worklist.remove("same.png")
    worklist.remove("same.png")
    assert shown(worklist) == ["changed.png", "other.png"]
    worklist.add(film("same.png", 0.2, "newer"))
    assert cell(worklist, "same.png") == "↺ PNEUMONIA"
    assert worklist.table.row_number("other.png") == 1


@pytest.fixture
def tab_alone(qtbot, monkeypatch):
    record(monkeypatch, selected_film, "read_film_job")
    work = Jobs()
    session = Session()
    tab_alone = ClassifyTab(session, work)
    session.setParent(tab_alone)
    qtbot.addWidget(tab_alone, before_close_func=ClassifyTab.stop_background_work)
    tab_alone.show_opened(WorklistResult(FOLDER, screening(ROWS), CALLS, CLASSES))
    return tab_alone


def test_the_film_on_the_panel_goes_with_its_row(tab_alone):
    tab_alone.worklist.select_file("same.png")
    tab_alone.show_reading(reading("same.png", 0.8, film="new"))
    tab_alone.show_event(RowSuperseded(ROWS[1]))
    assert tab_alone.reading.verdict.text() == "This film has changed; it is read again."
    assert tab_alone.selected_film.reading is None
    assert tab_alone.worklist.table.row_number("same.png") is None
    tab_alone.show_event(FilmAnswered(film("same.png", 0.3, "newer"), 3, 3, None))
    assert tab_alone.worklist.table.row_number("same.png") == 2


def test_an_answer_on_a_film_that_changed_says_so(tab_alone):
    tab_alone.worklist.select_file("same.png")
    tab_alone.show_reading(reading("same.png", 0.2, film="newer"))
    details = tab_alone.reading.details.text()
    assert "This film has changed since it was screened; the list shows its earlier answer." in details
    assert "The reader called an earlier version of this film: PNEUMONIA." in details
    tab_alone.show_reading(reading("same.png", 0.8, film="new"))
    assert "changed since" not in tab_alone.reading.details.text()


@pytest.mark.parametrize(
    ("name", "code", "stance"),
    [("same.png", "new", Stance.AGREES), ("changed.png", "new", Stance.EARLIER_FILM), ("other.png", "new", None)],
)
def test_dicom_carries_the_opinion_on_the_film_on_the_panel(tab_alone, monkeypatch, tmp_path, name, code, stance):
    exports = record(monkeypatch, classify_tab, "export_dicom_job")
    tab_alone.show_reading(reading(name, 0.9, film=code))
    tab_alone.controls.export.dicom_wanted.emit(tmp_path, False)
    opinion = exports[0][-1]
    assert (opinion.stance if opinion else None) is stance


def test_a_film_opened_alone_has_no_opinion(tab_alone, monkeypatch, tmp_path):
    exports = record(monkeypatch, classify_tab, "export_dicom_job")
    tab_alone.show_reading(reading("same.png", path=tmp_path / "same.png"))
    tab_alone.controls.export.dicom_wanted.emit(tmp_path, False)
    assert exports[0][-1] is None


def test_a_called_film_that_changes_while_it_is_watched_is_marked(empty_tab, window, qtbot, films):
    tab = empty_tab
    tab.watch(films)
    qtbot.waitUntil(lambda: tab.worklist.table.rowCount() == 8, timeout=60_000)
    with job_shown(qtbot, window, ScreeningResult):
        click(qtbot, tab, "cancel")
    tab.worklist.view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    tab.worklist.select_file("film-1.png")
    qtbot.waitUntil(lambda: window.jobs.state.value == "idle", timeout=60_000)
    press(qtbot, tab, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: window.jobs.state.value == "idle", timeout=60_000)
    output = tab.result.output
    draw_film(20, 1, 128).save(films / "film-1.png")
    with job_shown(qtbot, window, WorklistResult):
        tab.controls.worklist_wanted.emit(output, films)
    row = next(row for row in tab.worklist.table.rows if row.file == "film-1.png")
    assert tab.worklist.table.has_stance(row, Stance.EARLIER_FILM)
    assert [called.reader for called in read_calls(calls_path(output))] == ["NORMAL"]
    assert tab.worklist.measure_agreement().films == 0
    choose(tab, window, qtbot, tab.worklist.view.model().index_of("film-1.png").row())
    press(qtbot, tab, Qt.Key.Key_1)
    assert tab.worklist.measure_agreement().films == 1
