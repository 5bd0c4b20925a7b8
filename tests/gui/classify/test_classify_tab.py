"""The room of screening: a folder, one film, a watched folder, an earlier worklist."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from core.datasets.events import AuditResult
from core.exports.export_jobs import Export
from core.jobs.events import Progressed, Stage
from core.models.decision import Decision
from core.screening.events import FilmAnswered, ScreeningResult, ScreeningStarted
from core.screening.reader_calls import calls_path
from core.system.app_folders import data_folder
from gui.classify import classify_tab, selected_film
from gui.classify.classify_tab import ClassifyTab
from gui.jobs.screening_jobs import ExportResult, OverrideResult, WorklistResult
from gui.jobs.worker import JobError
from gui.state.session import Session
from gui.widgets import messages
from tests.gui.classify.examples import CLASSES, ROWS, call, failed, reading, refused, scored, screening
from tests.gui.classify.person import choose, press
from tests.gui.fake_jobs import ignore, lasting, record
from tests.gui.person import click, job_shown


def test_disagreements_open_as_a_dataset(tab, window, qtbot, errors):
    tab.worklist.view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    tab.controls.export.menu().actions()[-2].trigger()
    qtbot.waitUntil(lambda: bool(errors))
    assert "There is no disagreement yet" in errors[0]
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_1, Qt.Key.Key_2):
        if tab.worklist.selected_row() is None:
            choose(tab, window, qtbot, 0)
        press(qtbot, tab, key)
        qtbot.waitUntil(lambda: window.jobs.state.value == "idle", timeout=60_000)
    with job_shown(qtbot, window, AuditResult) as seen:
        tab.controls.export.menu().actions()[-1].trigger()
    assert window.tabs.currentWidget() is window.dataset_tab
    assert len(seen.args[0].dataset.films) == 4


def test_an_earlier_worklist_opens_with_its_calls(screened_tab, window, qtbot, films, monkeypatch):
    tab = screened_tab
    choose(tab, window, qtbot, 0)
    name = tab.worklist.selected_row().file
    press(qtbot, tab, Qt.Key.Key_U)
    ledger = tab.result.output
    qtbot.waitUntil(lambda: calls_path(ledger).exists() and window.jobs.state.value == "idle", timeout=60_000)
    monkeypatch.setattr(messages, "choose_file", lambda *_: ledger)
    monkeypatch.setattr(messages, "choose_folder", lambda *_: films)
    with job_shown(qtbot, window, WorklistResult) as seen:
        qtbot.mouseClick(tab.controls.buttons["open_worklist"], Qt.MouseButton.LeftButton)
    assert len(seen.args[0].result.rows) == 8
    assert tab.worklist.book.find(name).reader == "unsure"


def test_a_watched_folder_tells_of_likely_findings_and_ends_complete(empty_tab, window, qtbot, films):
    tab = empty_tab
    with qtbot.waitSignal(tab.likely_found, timeout=60_000, raising=False):
        tab.watch(films)
    qtbot.waitUntil(lambda: tab.worklist.table.rowCount() == 8, timeout=60_000)
    qtbot.waitUntil(lambda: "Watching" in tab.status.sentence.text(), timeout=60_000)
    with job_shown(qtbot, window, ScreeningResult) as seen:
        qtbot.mouseClick(tab.controls.buttons["cancel"], Qt.MouseButton.LeftButton)
    assert seen.args[0].completed
    assert seen.args[0].output.exists()


def test_a_film_that_cannot_be_read_leaves_no_work_that_seems_to_go_on(tab, window, qtbot, films, errors):
    before = tab.status.sentence.text()
    with job_shown(qtbot, window, JobError):
        tab.open(films / "notes.txt")
    assert len(errors) == 1
    assert tab.status.sentence.text() == before


@pytest.fixture
def tab_alone(qtbot, work, monkeypatch):
    record(monkeypatch, selected_film, "read_film_job")
    session = Session()
    tab_alone = ClassifyTab(session, work)
    session.setParent(tab_alone)
    qtbot.addWidget(tab_alone, before_close_func=ClassifyTab.stop_background_work)
    return tab_alone


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "films").mkdir()
    return tmp_path / "films"


@pytest.fixture
def opened(tab_alone, folder, tmp_path):
    """The tab with an earlier screening; gives its result."""
    result = screening((*ROWS, refused("turned.png", "rotated")), tmp_path / "2026.csv")
    tab_alone.show_opened(WorklistResult(folder, result, (call("likely.png", "NORMAL"),), CLASSES))
    return result


def test_a_folder_is_screened_into_a_new_ledger(qtbot, tab_alone, work, folder, monkeypatch):
    screens = record(monkeypatch, classify_tab, "screen_job")
    monkeypatch.setattr(messages, "choose_folder", lambda *_: folder)
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, tab_alone, "open_folder")
    ((films, ledger, model),) = screens
    assert (films, model) == (folder, None)
    assert ledger.parent == data_folder() / "screenings"
    assert ledger.name.endswith("-screening.csv")


def test_a_film_is_read_and_the_worklist_stays(qtbot, tab_alone, work, folder, opened, monkeypatch):
    reads = record(monkeypatch, classify_tab, "read_film_job")
    with qtbot.waitSignal(work.succeeded):
        tab_alone.open(folder / "a.png")
    assert reads == [(folder / "a.png", None)]
    assert tab_alone.worklist.table.rowCount() == 6
    assert tab_alone.result is opened


def test_another_folder_empties_the_worklist(qtbot, tab_alone, work, folder, opened, monkeypatch):
    record(monkeypatch, classify_tab, "screen_job")
    with qtbot.waitSignal(work.succeeded):
        tab_alone.open(folder)
    assert tab_alone.worklist.table.rowCount() == len(tab_alone.worklist.book) == 0
    assert tab_alone.result is None
    assert not tab_alone.controls.export.isEnabled()


def test_nothing_is_opened_or_watched_while_a_job_runs(qtbot, tab_alone, work, folder, opened):
    work.start(lasting, ignore)
    tab_alone.open(folder)
    tab_alone.watch(folder)
    assert tab_alone.result is opened
    assert not tab_alone.status.progress.isHidden()
    assert not any(choice.isEnabled() for choice in tab_alone.model.choices)
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, tab_alone, "cancel")
    assert tab_alone.status.progress.isHidden()
    assert all(choice.isEnabled() for choice in tab_alone.model.choices)


def test_rows_appear_as_films_are_answered(tab_alone):
    tab_alone.show_event(ScreeningStarted(5, ROWS[:2], CLASSES))
    tab_alone.show_event(FilmAnswered(ROWS[2], 3, 5, None))
    assert [row.file for row in tab_alone.worklist.table.rows] == ["likely.png", "review.png", "unlikely.png"]
    assert tab_alone.worklist.reader.findChild(object, "class_2").text() == "PNEUMONIA (2)"


def test_only_a_watched_folder_announces_likely_findings(qtbot, tab_alone, work, folder, monkeypatch):
    announced = []
    tab_alone.likely_found.connect(announced.append)
    watches = record(monkeypatch, classify_tab, "watch_job")
    tab_alone.show_event(FilmAnswered(scored("before.png", 0.9), 1, 1, None))
    monkeypatch.setattr(messages, "choose_folder", lambda *_: folder)
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, tab_alone, "watch_folder")
    assert watches[0][0] == folder
    for name, probability in (("a.png", 0.9), ("b.png", 0.5), ("c.png", 0.1)):
        tab_alone.show_event(FilmAnswered(scored(name, probability), 1, 3, None))
    tab_alone.show_event(FilmAnswered(refused("d.txt"), 1, 4, None))
    assert announced == ["a.png"]
    tab_alone.show_screening(screening())
    tab_alone.show_event(FilmAnswered(scored("after.png", 0.9), 1, 1, None))
    assert announced == ["a.png"]


def test_an_earlier_screening_is_shown_with_its_calls(tab_alone, opened):
    assert tab_alone.worklist.table.rowCount() == 6
    assert tab_alone.worklist.book.find("likely.png").reader == "NORMAL"
    assert "6 files found" in tab_alone.status.sentence.text()
    assert tab_alone.controls.export.isEnabled()


def test_calls_are_written_beside_the_ledger(tab_alone, folder, opened):
    tab_alone.worklist.select_file("review.png")
    tab_alone.show_reading(reading("review.png", path=folder / "review.png"))
    tab_alone.worklist.record_call("PNEUMONIA")
    tab_alone.stop_background_work()
    assert "review.png,PNEUMONIA,no" in calls_path(opened.output).read_text()


def test_a_call_that_cannot_be_saved_is_reported(qtbot, tab_alone, folder, tmp_path, errors):
    (tmp_path / "file").write_text("no folder")
    tab_alone.show_opened(WorklistResult(folder, screening(output=tmp_path / "file" / "2026.csv"), (), CLASSES))
    tab_alone.worklist.select_file("review.png")
    tab_alone.show_reading(reading("review.png", path=folder / "review.png"))
    tab_alone.worklist.record_call("PNEUMONIA")
    qtbot.waitUntil(lambda: bool(errors))
    assert errors[0].startswith("Your last call was not saved. ")


def test_failed_films_are_tried_again_into_the_same_ledger(qtbot, tab_alone, work, folder, opened, monkeypatch):
    screens = record(monkeypatch, classify_tab, "screen_job")
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, tab_alone, "retry_failed")
    assert screens == [(folder, opened.output, None, True)]


def test_a_refused_film_is_scored_when_a_person_insists(qtbot, tab_alone, work, folder, opened, monkeypatch):
    scores = record(monkeypatch, classify_tab, "score_anyway_job")
    tab_alone.worklist.select_file("turned.png")
    assert tab_alone.controls.buttons["override"].isEnabled()
    with qtbot.waitSignal(work.succeeded):
        click(qtbot, tab_alone, "override")
    assert scores == [(opened, folder, opened.rows[-1], None)]
    row = scored("turned.png", 0.6)
    tab_alone.show_overridden(OverrideResult(row, reading("turned.png", 0.6, path=folder / "turned.png"), screening()))
    assert tab_alone.worklist.selected_row() is row
    assert row.decision is Decision.REVIEW
    assert tab_alone.reading.verdict.text() == "PNEUMONIA · ◆ review"
    assert not tab_alone.controls.buttons["override"].isEnabled()


def test_an_export_holds_result_calls_and_agreement(qtbot, tab_alone, work, folder, opened, monkeypatch, tmp_path):
    exports = record(monkeypatch, classify_tab, "export_job")
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: tmp_path / "out.csv")
    with qtbot.waitSignal(work.succeeded):
        tab_alone.controls.export.menu().actions()[0].trigger()
    order, model = exports[0]
    assert (order.kind, order.path, order.result, order.folder) == (Export.CSV, tmp_path / "out.csv", opened, folder)
    assert [call.file for call in order.calls] == ["likely.png"]
    assert order.agreement.films == 1
    assert model is None
    tab_alone.show_exported(ExportResult(Path("out\u202e.csv")))
    assert tab_alone.status.sentence.text() == "Written: out\\u202E.csv"


def test_dicom_needs_a_film_on_the_panel(qtbot, tab_alone, work, opened, monkeypatch):
    exports = record(monkeypatch, classify_tab, "export_dicom_job")
    tab_alone.controls.export.dicom_wanted.emit(Path("pacs"), True)
    assert exports == []
    film = reading()
    tab_alone.show_reading(film)
    with qtbot.waitSignal(work.succeeded):
        tab_alone.controls.export.dicom_wanted.emit(Path("pacs"), True)
    ((folder, row, *others),) = exports
    assert (folder / row.file, row.label, row.model) == (film.path, film.label, film.model)
    assert others == [None, Path("pacs"), True, None]


@pytest.mark.parametrize("only_disagreements", [True, False])
def test_called_films_become_a_label_list(qtbot, tab_alone, work, folder, opened, monkeypatch, only_disagreements):
    jobs = record(monkeypatch, classify_tab, "called_films_job")
    with qtbot.waitSignal(work.succeeded):
        tab_alone.controls.export.labels_wanted.emit(only_disagreements)
    path, films, calls, rows, only = jobs[0]
    assert path.parent == data_folder() / "labels"
    assert (films, rows, only) == (folder, opened.rows, only_disagreements)
    assert [call.file for call in calls] == ["likely.png"]


def test_an_earlier_worklist_is_opened_with_the_model_in_use(qtbot, tab_alone, work, monkeypatch):
    jobs = record(monkeypatch, classify_tab, "open_worklist_job")
    with qtbot.waitSignal(work.succeeded):
        tab_alone.controls.worklist_wanted.emit(Path("ledger.csv"), Path("films"))
    assert jobs == [(Path("ledger.csv"), Path("films"), None)]


def test_a_failed_job_leaves_the_sentence_of_the_last_screening(qtbot, tab_alone, work):
    tab_alone.show_screening(screening((failed("a.png"),)))

    def job(_cancel):
        yield Progressed(Stage.EXPLAINING, 0, None)
        raise ValueError

    with qtbot.waitSignal(work.failed):
        work.start(job, tab_alone.show_event)
    assert tab_alone.status.sentence.text().startswith("1 file found")
