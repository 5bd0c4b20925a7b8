"""Films that changed: their rows go and come again, and the reader's calls on them are marked."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from core.screening.events import RowSuperseded, ScreeningResult
from core.screening.reader_calls import Call, Stance, append_call, calls_path, read_calls
from tests.factories import draw_film
from tests.gui.classify.person import choose, press, wait_for_film
from tests.gui.person import job_ended

Key = Qt.Key


@pytest.fixture
def called_tab(qtbot, ledger, open_list):
    """The tab with a call on a film as it is, and one on an earlier version of another film."""
    tab = open_list()
    code = tab.room.opened.rows["film-1.png"].film
    for name, reader, film in (("film-1.png", "PNEUMONIA", code), ("film-2.png", "NORMAL", "an earlier one")):
        append_call(calls_path(ledger), Call(name, reader, False, "seen", "2026-01-01T12:00:00+01:00", film))
    return open_list()


def test_a_call_on_an_earlier_film_does_not_count_until_the_film_is_called_again(qtbot, called_tab):
    opened = called_tab.room.opened
    assert "1 film classified" in opened.describe_calls()[1]
    assert "1 call (↺) is on an earlier version" in opened.describe_calls()[1]
    called_tab.room.strip.select_file("film-2.png")
    wait_for_film(qtbot, called_tab)
    assert "The reader called an earlier version of this film: NORMAL." in called_tab.room.pane.verdict.details
    press(qtbot, called_tab, Key.Key_1)
    call = opened.book.find("film-2.png")
    assert (call.reader, call.film, call.note) == ("NORMAL", opened.rows["film-2.png"].film, "seen")
    assert "2 films classified" in opened.describe_calls()[1]
    assert "↺" not in opened.describe_calls()[1]


def test_a_note_does_not_confirm_the_call(qtbot, called_tab):
    called_tab.room.strip.select_file("film-2.png")
    wait_for_film(qtbot, called_tab)
    press(qtbot, called_tab, Key.Key_N)
    called_tab.room.calls.note.clear()
    qtbot.keyClicks(called_tab.room.calls.note, "look again")
    qtbot.keyClick(called_tab.room.calls.note, Key.Key_Return)
    call = called_tab.room.opened.book.find("film-2.png")
    assert (call.note, call.reader, call.film) == ("look again", "NORMAL", "an earlier one")


def test_the_film_on_the_screen_goes_with_its_row_and_comes_again(qtbot, screened_tab, films):
    tab = screened_tab
    row = tab.room.opened.rows["film-1.png"]
    tab.room.strip.select_file("film-1.png")
    wait_for_film(qtbot, tab)
    tab.running.opened = tab.room.opened  # as while it is watched
    tab.running.show_event(RowSuperseded(row))
    assert "film-1.png" not in tab.room.opened.rows
    assert tab.room.pane.view.film_size.isEmpty()
    assert tab.room.pane.verdict is None
    assert not tab.room.calls.unsure.isEnabled()
    tab.room.show_rows((replace(row, film="newer"),))
    assert "film-1.png" in tab.room.opened.rows


def test_a_called_film_that_changed_is_read_again_when_the_screening_goes_on(qtbot, window, screened_tab, films):
    tab = screened_tab
    name = choose(qtbot, tab, 0)
    press(qtbot, tab, Key.Key_1)
    (films / "film-0.png").unlink()
    draw_film(20, 1, 128).save(films / name)
    with job_ended(qtbot, window, ScreeningResult):
        tab.toolbar.open_menu.continuation.trigger()
    opened = tab.room.opened
    assert len(opened.rows) == 8  # also of the film that is gone
    assert opened.book.opinion(opened.rows[name]).stance is Stance.EARLIER_FILM
    assert opened.describe_calls()[1].startswith("1 call (↺) is on an earlier version")
    tab.room.strip.select_file(name)
    wait_for_film(qtbot, tab)
    press(qtbot, tab, Key.Key_1)
    assert "1 film classified" in opened.describe_calls()[1]
    tab.opener.writer.close()
    assert [call.reader for call in read_calls(calls_path(opened.output))] == ["NORMAL", "NORMAL"]
