"""The Classify tab with jobs that end at once."""

from pathlib import Path

import pytest

from core.exports.export_jobs import Export
from core.jobs.events import Progressed, Stage
from core.models.decision import Decision
from core.screening.events import FilmAnswered, ScreeningStarted
from core.screening.reader_calls import calls_path
from core.system.app_folders import data_folder
from gui.classify import classify_tab, selected_film
from gui.classify.classify_tab import ClassifyTab
from gui.jobs.jobs import Jobs
from gui.jobs.screening_jobs import ExportResult, OverrideResult, WorklistResult
from gui.state.session import Session
from gui.widgets import messages
from tests.gui.classify.examples import CLASSES, ROWS, call, failed, reading, refused, scored, screening
from tests.gui.fake_jobs import ignore, lasting, record
from tests.gui.person import click


@pytest.fixture
def work(qapp):
    return Jobs()


@pytest.fixture
def tab(qtbot, work, monkeypatch):
    record(monkeypatch, selected_film, "read_film_job")
    session = Session()
    tab = ClassifyTab(session, work)
    session.setParent(tab)
    qtbot.addWidget(tab, before_close_func=ClassifyTab.stop_background_work)
    return tab


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "films").mkdir()
    return tmp_path / "films"


@pytest.fixture
def opened(tab, folder, tmp_path):
    """The tab with an earlier screening; gives its result."""
    result = screening((*ROWS, refused("turned.png", "rotated")), tmp_path / "2026.csv")
    tab.show_opened(WorklistResult(folder, result, (call("likely.png", "NORMAL"),), CLASSES))
    return result


def test_a_folder_is_screened_into_a_new_ledger(qtbot, tab, work, folder, monkeypatch):
    screens = record(monkeypatch, classify_tab, "screen_job")
    monkeypatch.setattr(messages, "choose_folder", lambda *_: folder)
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, tab, "open_folder")
    ((films, ledger, model),) = screens
    assert (films, model) == (folder, None)
    assert ledger.parent == data_folder() / "screenings"
    assert ledger.name.endswith("-screening.csv")


def test_a_film_is_read_and_the_worklist_stays(qtbot, tab, work, folder, opened, monkeypatch):
    reads = record(monkeypatch, classify_tab, "read_film_job")
    with qtbot.waitSignal(work.succeeded):
        tab.open(folder / "a.png")
    assert reads == [(folder / "a.png", None)]
    assert tab.worklist.table.rowCount() == 6
    assert tab.result is opened


def test_another_folder_empties_the_worklist(qtbot, tab, work, folder, opened, monkeypatch):
    record(monkeypatch, classify_tab, "screen_job")
    with qtbot.waitSignal(work.succeeded):
        tab.open(folder)
    assert tab.worklist.table.rowCount() == len(tab.worklist.book) == 0
    assert tab.result is None
    assert not tab.controls.export.isEnabled()


def test_nothing_is_opened_or_watched_while_a_job_runs(qtbot, tab, work, folder, opened):
    work.start(lasting, ignore)
    tab.open(folder)
    tab.watch(folder)
    assert tab.result is opened
    assert not tab.status.progress.isHidden()
    assert not any(choice.isEnabled() for choice in tab.model.choices)
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, tab, "cancel")
    assert tab.status.progress.isHidden()
    assert all(choice.isEnabled() for choice in tab.model.choices)


def test_rows_appear_as_films_are_answered(tab):
    tab.show_event(ScreeningStarted(5, ROWS[:2], CLASSES))
    tab.show_event(FilmAnswered(ROWS[2], 3, 5, None))
    assert [row.file for row in tab.worklist.table.rows] == ["likely.png", "review.png", "unlikely.png"]
    assert tab.worklist.reader.findChild(object, "class_2").text() == "PNEUMONIA (2)"


def test_only_a_watched_folder_announces_likely_findings(qtbot, tab, work, folder, monkeypatch):
    announced = []
    tab.likely_found.connect(announced.append)
    watches = record(monkeypatch, classify_tab, "watch_job")
    tab.show_event(FilmAnswered(scored("before.png", 0.9), 1, 1, None))
    monkeypatch.setattr(messages, "choose_folder", lambda *_: folder)
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, tab, "watch_folder")
    assert watches[0][0] == folder
    for name, probability in (("a.png", 0.9), ("b.png", 0.5), ("c.png", 0.1)):
        tab.show_event(FilmAnswered(scored(name, probability), 1, 3, None))
    tab.show_event(FilmAnswered(refused("d.txt"), 1, 4, None))
    assert announced == ["a.png"]
    tab.show_screening(screening())
    tab.show_event(FilmAnswered(scored("after.png", 0.9), 1, 1, None))
    assert announced == ["a.png"]


def test_an_earlier_screening_is_shown_with_its_calls(tab, opened):
    assert tab.worklist.table.rowCount() == 6
    assert tab.worklist.book.find("likely.png").reader == "NORMAL"
    assert "6 files found" in tab.status.sentence.text()
    assert tab.controls.export.isEnabled()


def test_calls_are_written_beside_the_ledger(tab, opened):
    tab.worklist.select_file("review.png")
    tab.worklist.record_call("PNEUMONIA")
    tab.stop_background_work()
    assert "review.png,PNEUMONIA,no" in calls_path(opened.output).read_text()


def test_a_call_that_cannot_be_saved_is_reported(qtbot, tab, folder, tmp_path, errors):
    (tmp_path / "file").write_text("no folder")
    tab.show_opened(WorklistResult(folder, screening(output=tmp_path / "file" / "2026.csv"), (), CLASSES))
    tab.worklist.select_file("review.png")
    tab.worklist.record_call("PNEUMONIA")
    qtbot.waitUntil(lambda: bool(errors))
    assert errors[0].startswith("Your last call was not saved. ")


def test_failed_films_are_tried_again_into_the_same_ledger(qtbot, tab, work, folder, opened, monkeypatch):
    screens = record(monkeypatch, classify_tab, "screen_job")
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, tab, "retry_failed")
    assert screens == [(folder, opened.output, None, True)]


def test_a_refused_film_is_scored_when_a_person_insists(qtbot, tab, work, folder, opened, monkeypatch):
    scores = record(monkeypatch, classify_tab, "score_anyway_job")
    tab.worklist.select_file("turned.png")
    assert tab.controls.buttons["override"].isEnabled()
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, tab, "override")
    assert scores == [(opened, folder, opened.rows[-1], None)]
    row = scored("turned.png", 0.6)
    tab.show_overridden(OverrideResult(row, reading("turned.png", 0.6, path=folder / "turned.png"), screening()))
    assert tab.worklist.selected_row() is row
    assert row.decision is Decision.REVIEW
    assert tab.reading.verdict.text() == "PNEUMONIA · ◆ review"
    assert not tab.controls.buttons["override"].isEnabled()


def test_an_export_holds_result_calls_and_agreement(qtbot, tab, work, folder, opened, monkeypatch, tmp_path):
    exports = record(monkeypatch, classify_tab, "export_job")
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: tmp_path / "out.csv")
    with qtbot.waitSignal(work.succeeded):
        tab.controls.export.menu().actions()[0].trigger()
    order, model = exports[0]
    assert (order.kind, order.path, order.result, order.folder) == (Export.CSV, tmp_path / "out.csv", opened, folder)
    assert [call.file for call in order.calls] == ["likely.png"]
    assert order.agreement.films == 1
    assert model is None
    tab.show_exported(ExportResult(Path("out\u202e.csv")))
    assert tab.status.sentence.text() == "Written: out\\u202E.csv"


def test_dicom_needs_a_film_on_the_panel(qtbot, tab, work, opened, monkeypatch):
    exports = record(monkeypatch, classify_tab, "export_dicom_job")
    tab.controls.export.dicom_wanted.emit(Path("pacs"), True)
    assert exports == []
    film = reading()
    tab.show_reading(film)
    with qtbot.waitSignal(work.succeeded):
        tab.controls.export.dicom_wanted.emit(Path("pacs"), True)
    assert exports == [(film, None, Path("pacs"), True)]


@pytest.mark.parametrize("only_disagreements", [True, False])
def test_called_films_become_a_label_list(qtbot, tab, work, folder, opened, monkeypatch, only_disagreements):
    jobs = record(monkeypatch, classify_tab, "called_films_job")
    with qtbot.waitSignal(work.succeeded):
        tab.controls.export.labels_wanted.emit(only_disagreements)
    path, films, calls, rows, only = jobs[0]
    assert path.parent == data_folder() / "labels"
    assert (films, rows, only) == (folder, opened.rows, only_disagreements)
    assert [call.file for call in calls] == ["likely.png"]


def test_an_earlier_worklist_is_opened_with_the_model_in_use(qtbot, tab, work, monkeypatch):
    jobs = record(monkeypatch, classify_tab, "open_worklist_job")
    with qtbot.waitSignal(work.succeeded):
        tab.controls.worklist_wanted.emit(Path("ledger.csv"), Path("films"))
    assert jobs == [(Path("ledger.csv"), Path("films"), None)]


def test_a_failed_job_leaves_the_sentence_of_the_last_screening(qtbot, tab, work):
    tab.show_screening(screening((failed("a.png"),)))

    def job(_cancel):
        yield Progressed(Stage.EXPLAINING, 0, None)
        raise ValueError

    with qtbot.waitSignal(work.failed):
        work.start(job, tab.show_event)
    assert tab.status.sentence.text().startswith("1 file found")
