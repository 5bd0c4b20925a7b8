"""The room of screening: a folder, one film, a watched folder, an earlier worklist."""

from PySide6.QtCore import Qt

from core.datasets.events import AuditResult
from core.screening.events import ScreeningResult
from core.screening.reader_calls import calls_path
from gui.jobs.screening_jobs import WorklistResult
from gui.jobs.worker import JobError
from gui.widgets import messages
from tests.gui.classify.person import choose, press
from tests.gui.person import job_shown


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
