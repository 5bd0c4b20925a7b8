"""Which list is in the room: the parts of the tab that open, screen and continue."""

from core.system.errors import JobFailed, Reason
from gui.classify import running_screening
from gui.classify.list_switch import ListSwitch
from gui.classify.reading_room import ReadingRoom
from gui.classify.running_screening import RunningScreening
from tests.gui.fake_jobs import ignore, lasting


def test_why_no_folder_can_be_screened_is_said_with_the_name_of_the_job(window, tab):
    lists: ListSwitch = tab.lists
    assert lists.format_busy() == ""
    window.jobs.start(lasting, ignore, "Training best")
    assert lists.format_busy().startswith("Training best is running.")


def test_a_list_that_is_left_is_remembered_with_its_calls(qtbot, tab):
    room: ReadingRoom = tab.room
    left = room.opened
    tab.lists.show(None)
    qtbot.waitUntil(lambda: bool(tab.opener.recent) and tab.opener.recent[0].ledger == left.output)
    assert room.opened is None


def failing(_cancel):
    raise JobFailed(Reason.DATASET_INVALID, "The share is gone.")
    yield


def test_a_screening_that_failed_before_its_first_row_leaves_an_empty_list(qtbot, tab, films, errors, monkeypatch):
    running: RunningScreening = tab.running
    monkeypatch.setattr(running_screening, "screen_job", lambda *_: failing)
    with qtbot.waitSignal(running.ended_early) as failed:
        tab.open(films)
    assert [tab.room.opened] == failed.args
    assert tab.room.opened.rows == {}
    assert running.opened is None
    qtbot.waitUntil(lambda: errors == ["The share is gone."])
