"""Which list is in the room: the parts of the tab that open, screen and continue."""

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


def test_a_screening_that_failed_before_its_first_row_leaves_an_empty_list(qtbot, tab, films):
    running: RunningScreening = tab.running
    begun = tab.opener.begin(films)
    tab.lists.show(begun)
    running.opened = begun
    with qtbot.waitSignal(running.ended_early):
        running.fail()
    assert tab.room.opened is begun
    assert running.opened is None
