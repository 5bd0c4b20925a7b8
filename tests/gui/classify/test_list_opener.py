"""Lists are opened beside whatever runs, and remembered."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from core.screening.recent_lists import read_recent_lists
from gui.classify.call_writer import CallWriter
from gui.classify.list_opener import FILM_SUFFIX, ListOpener, screenings_folder
from gui.classify.room_actions import list_room_actions
from gui.reading.reading_keys import KEYS
from tests.factories import draw_film
from tests.gui.classify.person import choose, press


@pytest.fixture
def opener(session, qapp):
    made = ListOpener(session)
    yield made
    made.close()


def test_a_list_that_begins_is_empty_and_its_model_comes(qtbot, opener, tmp_path):
    with qtbot.waitSignal(opener.model_found) as found:
        begun = opener.begin(tmp_path)
    assert found.args == [begun]
    assert begun.header.classes == ("NORMAL", "PNEUMONIA")
    assert begun.validation == "not validated here"
    assert (begun.rows, begun.result, begun.is_film) == ({}, None, False)


def test_a_film_is_a_list_of_one_that_is_remembered_when_the_program_ends(qtbot, session, tmp_path):
    opener = ListOpener(session)
    draw_film(3, 1, 160).save(tmp_path / "a.png")
    with qtbot.waitSignal(opener.opened, timeout=20_000) as opened:
        opener.open_film(tmp_path / "a.png")
    film = opened.args[0]
    assert (list(film.rows), film.is_film, film.folder) == (["a.png"], True, tmp_path)
    assert film.output.name.endswith(FILM_SUFFIX)
    opener.remember(film)
    opener.close()
    assert [recent.ledger for recent in read_recent_lists(screenings_folder())] == [film.output]


def test_recent_lists_that_cannot_be_written_interrupt_nobody(qtbot, opener, tmp_path):
    errors = []
    opener.failed.connect(errors.append)
    begun = opener.begin(tmp_path)
    (screenings_folder() / "recent.json").mkdir()
    with qtbot.waitSignal(opener.recent_changed):
        opener.remember(begun)
    assert errors == []


def test_what_the_reader_has_seen_is_kept_for_the_next_session(qtbot, tmp_path):
    for is_first in (True, False):
        writer = CallWriter(tmp_path / "seen.csv")
        qtbot.waitUntil(lambda writer=writer: writer.seen.is_known)
        assert writer.seen.has_seen("0a") is not is_first
        writer.seen.add(["0a"])
        writer.close()


def test_each_key_of_the_room_does_something(tab):
    actions = list_room_actions(tab.room)
    of_the_tab = {"full_screen", "open_film", "open_folder", "list", "leave", "keys"}
    assert {key.name for key in KEYS} == actions.keys() | of_the_tab


def test_a_relative_path_is_remembered_whole(qtbot, tab, films, monkeypatch):
    monkeypatch.chdir(films)
    with qtbot.waitSignal(tab.opener.opened, timeout=20_000) as opened:
        tab.open(Path("film-1.png"))
    assert opened.args[0].folder == films


def test_a_single_film_with_a_call_counts_it(qtbot, tab, films):
    with qtbot.waitSignal(tab.opener.opened, timeout=20_000) as opened:
        tab.open(films / "film-1.png")
    choose(qtbot, tab, 0)
    press(qtbot, tab, Qt.Key.Key_2)
    tab.opener.remember(opened.args[0])
    qtbot.waitUntil(lambda: tab.opener.recent[0].called == 1)
