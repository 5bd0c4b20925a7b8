"""The room of screening: a folder, one film, a watched folder, an earlier list; exports."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from core.datasets.events import AuditResult
from core.exports.export_jobs import Export
from core.jobs.events import Progressed, Stage
from core.screening.events import FilmAnswered, ScreeningResult, ScreeningStarted
from core.screening.reader_calls import calls_path
from core.system.app_folders import data_folder
from core.system.errors import JobFailed, Reason
from gui.classify import exporter, running_screening
from gui.widgets import messages
from tests.factories import draw_film
from tests.gui.classify.examples import CLASSES, refused, scored, screening
from tests.gui.classify.person import choose, press, wait_for_film, written_calls
from tests.gui.fake_jobs import ending_with, ignore, lasting, record
from tests.gui.person import job_ended

Key = Qt.Key


def test_a_folder_is_screened_into_a_new_ledger(screened_tab):
    opened = screened_tab.room.opened
    assert len(opened.rows) == 8
    assert opened.output.parent == data_folder() / "screenings"
    assert opened.output.name.endswith("-screening.csv")
    assert opened.output.exists()
    assert opened.result.completed
    assert opened.header.name == opened.rows["film-1.png"].model


def test_rows_appear_while_the_folder_is_screened(qtbot, empty_tab, films, monkeypatch):
    monkeypatch.setattr(running_screening, "screen_job", lambda *_: lasting)
    empty_tab.open(films)
    rows = (scored("a.png", 0.9), scored("b.png", 0.1))
    empty_tab.running.show_event(ScreeningStarted(3, rows[:1], CLASSES))
    empty_tab.running.show_event(FilmAnswered(rows[1], 2, 3, None))
    assert list(empty_tab.room.opened.rows) == ["a.png", "b.png"]
    assert empty_tab.line.maximum() == 3
    assert empty_tab.line.value() == 2


def test_the_running_list_goes_on_while_another_one_is_read(qtbot, tab, films, monkeypatch):
    monkeypatch.setattr(running_screening, "screen_job", lambda *_: lasting)
    tab.open(films)
    running = tab.room.opened
    draw_film(3, 1, 160).save(films.parent / "alone.png")
    with qtbot.waitSignal(tab.opener.opened, timeout=20_000):
        tab.open(films.parent / "alone.png")
    tab.running.show_event(FilmAnswered(scored("new.png", 0.9), 1, 1, None))
    assert list(tab.room.opened.rows) == ["alone.png"]
    tab.toolbar.ledger_wanted.emit(running.output)
    assert tab.room.opened is running
    assert "new.png" in tab.room.opened.rows


def test_an_earlier_list_opens_with_its_calls_and_asks_for_no_folder_it_knows(qtbot, tab, ledger, monkeypatch):
    choose(qtbot, tab, 0)
    press(qtbot, tab, Key.Key_U)
    qtbot.waitUntil(lambda: calls_path(ledger).exists())
    monkeypatch.setattr(messages, "choose_folder", lambda *_: pytest.fail("the folder is remembered"))
    qtbot.waitUntil(lambda: tab.opener.find_folder(ledger) is not None)
    with qtbot.waitSignal(tab.opener.opened) as opened:
        tab.toolbar.ledger_wanted.emit(ledger)
    assert len(opened.args[0].rows) == 8
    assert [call.reader for call in opened.args[0].book.calls()] == ["unsure"]


def test_recent_lists_count_films_and_calls(qtbot, tab, ledger, films):
    choose(qtbot, tab, 0)
    press(qtbot, tab, Key.Key_1)
    tab.opener.remember(tab.room.opened)
    qtbot.waitUntil(lambda: bool(tab.opener.recent and tab.opener.recent[0].called))
    recent = tab.opener.recent[0]
    assert (recent.ledger, recent.folder, recent.films, recent.called) == (ledger, films, 8, 1)
    with qtbot.waitSignal(tab.opener.opened):
        tab.toolbar.recent_wanted.emit(recent)


def test_a_watched_folder_tells_of_likely_findings_and_ends_complete(empty_tab, window, qtbot, films):
    tab = empty_tab
    with qtbot.waitSignal(tab.running.likely_found, timeout=60_000):
        tab.watch(films)
    qtbot.waitUntil(lambda: len(tab.room.opened.rows) == 8, timeout=60_000)
    assert window.jobs.name == "Watching films"
    with job_ended(qtbot, window, ScreeningResult) as seen:
        window.jobs.cancel()
    assert seen.args[0].completed
    assert seen.args[0].output.exists()


def test_only_a_watched_folder_announces_likely_findings(qtbot, empty_tab, films, monkeypatch):
    announced = []
    empty_tab.running.likely_found.connect(announced.append)
    monkeypatch.setattr(running_screening, "screen_job", lambda *_: ending_with(None))
    empty_tab.open(films)
    empty_tab.running.show_event(FilmAnswered(scored("before.png", 0.9), 1, 1, None))
    assert announced == []


def test_a_text_that_is_opened_is_a_refused_row_with_its_reason(qtbot, empty_tab, films):
    with qtbot.waitSignal(empty_tab.opener.opened, timeout=20_000):
        empty_tab.open(films / "notes.txt")
    qtbot.waitUntil(lambda: empty_tab.room.pane.verdict is not None)
    assert empty_tab.room.pane.verdict.words == "Refused: not an image"
    assert not empty_tab.room.desk.can_call


def test_failed_films_are_tried_again_into_the_same_ledger(qtbot, tab, window, films, ledger, monkeypatch):
    screens = record(monkeypatch, running_screening, "screen_job")
    opened = tab.room.opened
    opened.result = screening((scored("a.png", 0.9), refused("b.txt")))
    tab.toolbar.retry_wanted.emit()
    assert screens == [(films, ledger, None, True, False)]


def test_a_single_film_is_tried_again_alone(qtbot, empty_tab, films):
    with qtbot.waitSignal(empty_tab.opener.opened, timeout=20_000):
        empty_tab.open(films / "film-1.png")
    with qtbot.waitSignal(empty_tab.opener.opened, timeout=20_000):
        empty_tab.toolbar.retry_wanted.emit()
    assert list(empty_tab.room.opened.rows) == ["film-1.png"]


def test_a_call_that_cannot_be_saved_is_reported(qtbot, tab, ledger, errors):
    choose(qtbot, tab, 0)
    calls_path(ledger).mkdir()
    press(qtbot, tab, Key.Key_1)
    qtbot.waitUntil(lambda: bool(errors))
    assert errors[0].startswith("Your last call was not saved. ")


def test_an_export_holds_result_calls_and_classes(qtbot, tab, window, films, monkeypatch, tmp_path):
    exports = record(monkeypatch, exporter, "export_job")
    name = choose(qtbot, tab, 0)
    press(qtbot, tab, Key.Key_2)
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: tmp_path / "out.csv")
    tab.toolbar.export.export_wanted.emit(Export.CSV)
    order, model = exports[0]
    assert (order.kind, order.path, order.folder) == (Export.CSV, tmp_path / "out.csv", films)
    assert order.result is tab.room.opened.result
    assert [call.file for call in order.calls] == [name]
    assert order.classes == tab.room.opened.classes == ("NORMAL", "PNEUMONIA")
    assert model is None


def test_where_an_export_was_written_is_said_without_control_characters(tab):
    tab.exporter.written.emit(Path("out\u202e.csv"))
    assert tab.findChild(object, "toast").text() == "Written: out\\u202E.csv"


@pytest.mark.parametrize("only_disagreements", [True, False])
def test_called_films_become_a_label_list(qtbot, tab, films, monkeypatch, only_disagreements):
    jobs = record(monkeypatch, exporter, "called_films_job")
    tab.toolbar.export.labels_wanted.emit(only_disagreements)
    path, folder, calls, rows, only = jobs[0]
    assert path.parent == data_folder() / "labels"
    assert (folder, calls, only) == (films, (), only_disagreements)
    assert rows == tab.room.opened.result.rows


def test_called_films_open_as_a_dataset(tab, window, qtbot, errors):
    tab.toolbar.export.labels_wanted.emit(True)
    qtbot.waitUntil(lambda: bool(errors))
    assert "There is no disagreement yet" in errors[0]
    qtbot.waitUntil(lambda: window.jobs.state.value == "idle")
    choose(qtbot, tab, 0)
    for key in (Key.Key_1, Key.Key_2, Key.Key_1, Key.Key_2):
        press(qtbot, tab, key)
        wait_for_film(qtbot, tab)
    with job_ended(qtbot, window, AuditResult) as seen:
        tab.toolbar.export.labels_wanted.emit(False)
    assert window.tabs.currentWidget() is window.dataset_tab
    assert len(seen.args[0].dataset.films) == 4


def test_the_disk_has_the_calls_when_the_window_closes(qtbot, window, tab):
    name = choose(qtbot, tab, 0)
    press(qtbot, tab, Key.Key_1)
    press(qtbot, tab, Key.Key_N)
    window.close()
    assert [call.file for call in written_calls(tab)] == [name]


def test_the_sheet_lists_every_key(qtbot, tab):
    tab.show_keys()
    sheet = tab.findChild(object, "key_sheet")
    texts = {label.text() for label in sheet.findChildren(object) if hasattr(label, "text")}
    assert {"Space", "U", "Shift+H", "1 – 9", "?"} <= texts
    sheet.close()


def test_the_list_can_be_hidden_and_the_table_shown_in_place_of_the_film(qtbot, tab):
    choose(qtbot, tab, 0)
    press(qtbot, tab, Key.Key_F6)
    assert tab.room.stack.currentWidget() is tab.room.table
    qtbot.keyClick(tab.room.table, Key.Key_Escape)
    assert tab.room.stack.currentWidget() is tab.room.pane
    press(qtbot, tab, Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert not tab.room.strip.isVisible()
    qtbot.keyClick(tab.room.pane, Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert tab.room.strip.isVisible()


def failing(_cancel):
    yield Progressed(Stage.LOADING_NETWORK, 0, None)
    raise JobFailed(Reason.DATASET_INVALID, "The share is gone.")


def test_a_screening_that_fails_ends_its_line_and_leaves_the_list_as_it_is_on_the_disk(qtbot, tab, errors, monkeypatch):
    monkeypatch.setattr(running_screening, "screen_job", lambda *_: failing)
    with qtbot.waitSignal(tab.opener.opened, timeout=20_000):
        tab.toolbar.continue_wanted.emit()
    assert errors == ["The share is gone."]
    assert tab.room.opened.result.completed
    assert tab.toolbar.export.isEnabled()
    assert tab.line.maximum() == 1
    assert tab.running.opened is None


def test_jobs_of_other_rooms_leave_the_line_alone(window, tab):
    window.jobs.start(lasting, ignore, "Training")
    assert (tab.line.maximum(), tab.line.value()) == (1, 0)
