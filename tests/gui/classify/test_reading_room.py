"""Calls, notes and exports are on the film whose pixels are on the screen, and on no other."""

import shutil

import pytest
from PySide6.QtCore import Qt

from core.screening.events import Status
from gui.reading.reading_keys import KEYS
from gui.widgets import messages
from gui.worklist.row_kinds import RowKind
from tests.factories import draw_film
from tests.faults.program import digests
from tests.gui.classify.person import choose, press, wait_for_film, written_calls
from tests.gui.fake_jobs import ignore, lasting

Key = Qt.Key
DOWN, SPACE = Key.Key_Down, Key.Key_Space


def shown_order(tab):
    return [tab.room.strip.rows.row(number).file for number in range(tab.room.strip.rows.rowCount())]


def same_film(tab):
    """Whether list and panel are on one film."""
    return tab.room.strip.current_row().file == tab.room.desk.shown.row.file


def test_two_keys_in_blind_reading_among_the_uncalled_stay_on_the_film_that_is_shown(qtbot, blind_tab):
    tab = blind_tab
    qtbot.mouseClick(tab.room.strip.filters.chips[RowKind.NOT_CALLED], Qt.MouseButton.LeftButton)
    first = choose(qtbot, tab, 0)
    press(qtbot, tab, Key.Key_1)
    press(qtbot, tab, Key.Key_2)
    assert same_film(tab)
    assert tab.room.desk.shown.row.file == first
    qtbot.keyClick(tab.room.strip.view, Key.Key_N)
    qtbot.keyClicks(tab.room.calls.note, "shadow")
    qtbot.keyClick(tab.room.calls.note, Key.Key_Return)
    calls = written_calls(tab)
    assert {call.file for call in calls} == {first}
    assert calls[-1].note == "shadow"


def test_a_burst_of_keys_calls_only_the_film_that_is_painted(qtbot, tab):
    first = choose(qtbot, tab, 0)
    for _ in range(9):
        press(qtbot, tab, Key.Key_U)
    assert [call.file for call in tab.room.opened.book.calls()] == [first]
    second = wait_for_film(qtbot, tab)
    assert second != first
    press(qtbot, tab, Key.Key_U)
    assert {call.file for call in written_calls(tab)} == {first, second}


def test_no_call_repeats_while_its_key_is_held():
    calls = [key for key in KEYS if key.name.startswith(("class_", "unsure", "agree", "undo", "note"))]
    assert len(calls) == 13
    assert not any(key.repeats for key in calls)


def test_in_blind_reading_no_row_moves_and_down_leads_to_films_without_a_call(qtbot, blind_tab):
    tab = blind_tab
    order = shown_order(tab)
    for number in range(3):
        name = wait_for_film(qtbot, tab) if number else choose(qtbot, tab, 0)
        assert name == order[number]
        press(qtbot, tab, Key.Key_1)
        press(qtbot, tab, DOWN)
    assert shown_order(tab) == order
    assert [call.file for call in written_calls(tab)] == order[:3]


def test_a_call_in_place_of_another_one_says_so(qtbot, blind_tab):
    choose(qtbot, blind_tab, 0)
    press(qtbot, blind_tab, Key.Key_1)
    with qtbot.waitSignal(blind_tab.room.said) as said:
        press(qtbot, blind_tab, Key.Key_2)
    assert said.args[0] == "Your call was changed from NORMAL to PNEUMONIA. Ctrl+Z takes it back."


def test_a_call_is_blind_only_while_its_answer_was_never_seen(qtbot, blind_tab):
    tab = blind_tab
    choose(qtbot, tab, 0)
    press(qtbot, tab, Key.Key_1)  # blind, and shows the answer
    press(qtbot, tab, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert tab.room.pane.verdict.words == "Answer hidden"
    press(qtbot, tab, Key.Key_2)
    assert [call.blind for call in written_calls(tab)] == [True, False, False]


def test_blind_reading_that_begins_after_looking_is_not_blind(qtbot, tab):
    choose(qtbot, tab, 0)
    with qtbot.waitSignal(tab.room.said) as said:
        tab.toolbar.open_menu.blind.trigger()
    assert "do not count as blind" in said.args[0]
    choose(qtbot, tab, 1)
    press(qtbot, tab, Key.Key_1)
    assert [call.blind for call in written_calls(tab)] == [False]


def test_a_list_that_was_seen_is_not_blind_when_it_is_opened_again(qtbot, tab, open_list):
    choose(qtbot, tab, 0)
    open_list(is_blind=True)
    choose(qtbot, tab, 0)
    press(qtbot, tab, Key.Key_1)
    assert [call.blind for call in written_calls(tab)] == [False]


def test_blind_reading_hides_names_and_answers_until_the_call(qtbot, blind_tab):
    tab = blind_tab
    name = choose(qtbot, tab, 0)
    strip, pane = tab.room.strip, tab.room.pane
    assert name not in pane.overlays.caption.text()
    assert pane.verdict.words == "Answer hidden"
    assert not tab.room.calls.agree.isEnabled()
    qtbot.waitUntil(lambda: tab.room.desk.can_call)
    press(qtbot, tab, Key.Key_1)
    assert "Pneumonia" in pane.verdict.words
    assert strip.display_name(tab.room.desk.shown.row) == name


def test_a_film_that_is_opened_gets_the_call_and_no_row_of_the_list_before(qtbot, tab, tmp_path):
    before = choose(qtbot, tab, 0)
    book = tab.room.opened.book
    draw_film(9, 1, 160).save(tmp_path / "other.png")
    with qtbot.waitSignal(tab.opener.opened, timeout=20_000):
        tab.open(tmp_path / "other.png")
        assert tab.room.desk.shown.row is None
        press(qtbot, tab, Key.Key_1)  # no film is on the screen yet
    assert len(book) == 0
    assert wait_for_film(qtbot, tab) == "other.png" != before
    press(qtbot, tab, Key.Key_1)
    assert [(call.file, call.reader) for call in written_calls(tab)] == [("other.png", "NORMAL")]


def test_letters_in_the_search_field_are_text(qtbot, tab):
    choose(qtbot, tab, 0)
    press(qtbot, tab, Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    search = tab.room.strip.filters.search
    assert search.hasFocus()
    qtbot.keyClicks(search, "uan12")
    assert search.text() == "uan12"
    assert len(tab.room.opened.book) == 0
    qtbot.keyClick(search, Key.Key_Escape)
    qtbot.keyClick(search, Key.Key_Escape)
    assert not search.hasFocus()


def test_reading_goes_on_while_a_job_runs(qtbot, window, tab, tmp_path):
    with qtbot.waitSignal(window.jobs.state_changed):
        window.jobs.start(lasting, ignore, "Watching")
    name = choose(qtbot, tab, 1)
    press(qtbot, tab, Key.Key_1)
    assert tab.room.opened.book.find(name).reader == "NORMAL"
    draw_film(9, 1, 160).save(tmp_path / "other.png")
    with qtbot.waitSignal(tab.opener.opened, timeout=20_000):
        tab.open(tmp_path / "other.png")
    assert wait_for_film(qtbot, tab) == "other.png"
    assert window.jobs.state.value == "running"


def test_a_folder_is_not_screened_while_a_job_runs_and_the_list_stays(window, tab, films, errors):
    window.jobs.start(lasting, ignore, "Training best")
    before = tab.room.opened
    tab.open(films)
    assert errors[0].startswith("Training best is running. Stop it, or wait, before a folder is screened.")
    assert tab.room.opened is before


def test_another_list_takes_film_and_verdict_away(qtbot, tab, tmp_path, errors):
    choose(qtbot, tab, 0)
    assert tab.room.pane.verdict is not None
    with qtbot.waitSignal(tab.opener.failed):
        tab.open(tmp_path / "typed wrong.png")
        assert tab.room.pane.verdict is None
        assert tab.room.pane.view.film_size.isEmpty()
    assert "is not a file that can be opened" in errors[0]
    assert tab.room.opened is None


def test_opening_a_list_with_the_wrong_folder_changes_nothing(qtbot, tab, ledger, tmp_path, monkeypatch, errors):
    (tmp_path / "wrong").mkdir()
    draw_film(0, 0, 96).save(tmp_path / "wrong" / "x.png")
    monkeypatch.setattr(messages, "choose_folder", lambda *_: tmp_path / "wrong")
    moved = shutil.copytree(ledger.parent, tmp_path / "moved")
    before = digests(moved)
    with qtbot.waitSignal(tab.opener.failed):
        tab.toolbar.ledger_wanted.emit(moved / ledger.name)
    assert "holds none of the 8 files of this list" in errors[0]
    assert digests(moved) == before


def test_rows_of_films_that_were_moved_stay(qtbot, open_list, films, ledger):
    before = ledger.read_bytes()
    (films / "film-0.png").unlink()
    tab = open_list()
    tab.room.strip.select_file("film-0.png")
    qtbot.waitUntil(lambda: bool(tab.room.pane.overlays.message.text()))
    assert len(tab.room.opened.rows) == 8
    assert not tab.room.desk.can_call
    assert ledger.read_bytes() == before


def test_a_film_that_changed_since_is_shown_with_a_warning_and_cannot_be_called(qtbot, open_list, films):
    draw_film(40, 1, 128).save(films / "film-2.png")
    tab = open_list()
    tab.room.strip.select_file("film-2.png")
    wait_for_film(qtbot, tab)
    assert "This film has changed since it was screened" in tab.room.pane.verdict.details
    press(qtbot, tab, Key.Key_1)
    assert len(tab.room.opened.book) == 0


@pytest.fixture
def refused_tab(empty_tab, qtbot, tmp_path):
    """The tab with a film that the gate refuses, opened alone."""
    draw_film(3, 0, 200).rotate(90).save(tmp_path / "turned.png")
    with qtbot.waitSignal(empty_tab.opener.opened, timeout=20_000):
        empty_tab.open(tmp_path / "turned.png")
    wait_for_film(qtbot, empty_tab)
    return empty_tab


def test_a_refused_film_that_is_scored_anyway_can_be_called_at_once_with_a_caution(qtbot, refused_tab):
    tab, box = refused_tab, refused_tab.room.pane.overlays.box
    assert tab.room.opened.rows["turned.png"].status is Status.REFUSED
    assert not tab.room.desk.can_call
    with qtbot.waitSignal(tab.opener.overridden, timeout=20_000):
        qtbot.mouseClick(box.override, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.room.desk.can_call, timeout=20_000)
    assert "refused" in tab.room.pane.verdict.caution.lower()
    press(qtbot, tab, Key.Key_1)
    assert [call.file for call in written_calls(tab)] == ["turned.png"]


def test_the_film_on_the_screen_is_exported_and_never_one_that_was_read_before(
    qtbot, tab, films, monkeypatch, tmp_path
):
    choose(qtbot, tab, 0)
    assert tab.toolbar.export.isEnabled()
    tab.room.strip.select_file("notes.txt")
    qtbot.waitUntil(lambda: bool(tab.room.pane.overlays.message.text()))
    exports = []
    monkeypatch.setattr(tab.exporter, "_start", exports.append)
    tab.toolbar.dicom_wanted.emit(tmp_path, False)
    assert exports == []
    tab.room.strip.select_file("film-1.png")
    wait_for_film(qtbot, tab)
    tab.toolbar.dicom_wanted.emit(tmp_path, False)
    assert len(exports) == 1


def test_full_screen_has_name_verdict_and_calls(qtbot, window, tab):
    name = choose(qtbot, tab, 0)
    press(qtbot, tab, Key.Key_F11)
    assert window.isFullScreen()
    room = tab.room
    assert not tab.toolbar.isVisible()
    assert not room.strip.isVisible()
    assert name in room.pane.overlays.caption.text()
    assert room.pane.overlays.box.isVisible()
    assert room.calls.isVisible()
    qtbot.keyClick(room.pane, Key.Key_1)
    assert room.opened.book.find(name).reader == "NORMAL"
    qtbot.keyClick(room.pane, Key.Key_Escape)
    assert not window.isFullScreen()
    assert tab.toolbar.isVisible()
    assert room.strip.isVisible()


def test_space_presses_the_button_that_has_the_focus_and_else_leads_to_the_next_uncalled(qtbot, tab):
    first = choose(qtbot, tab, 0)
    press(qtbot, tab, Key.Key_1)
    second = wait_for_film(qtbot, tab)
    tab.room.strip.move_to_end(last=False)
    wait_for_film(qtbot, tab)
    press(qtbot, tab, SPACE)
    assert wait_for_film(qtbot, tab) == second != first
    tab.room.calls.unsure.setFocus()
    qtbot.keyClick(tab.room.calls.unsure, SPACE)
    qtbot.waitUntil(lambda: tab.room.opened.book.find(second) is not None)
    assert tab.room.opened.book.find(second).reader == "unsure"


def test_the_heat_map_is_seen_while_its_key_is_held(qtbot, tab):
    choose(qtbot, tab, 0)
    view = tab.room.pane.view
    assert not view.settings.is_heat_shown
    qtbot.keyPress(tab.room.strip.view, Key.Key_H)
    assert view.settings.is_heat_shown
    qtbot.keyRelease(tab.room.strip.view, Key.Key_H)
    assert not view.settings.is_heat_shown
    press(qtbot, tab, Key.Key_H, Qt.KeyboardModifier.ShiftModifier)
    assert view.settings.is_heat_shown


def test_a_note_is_on_the_film_for_which_it_was_begun(qtbot, tab):
    first = choose(qtbot, tab, 0)
    qtbot.keyClick(tab.room.strip.view, Key.Key_N)
    qtbot.keyClicks(tab.room.calls.note, "for the first")
    second = choose(qtbot, tab, 2)
    assert tab.room.calls.note.text() == ""
    calls = {call.file: call.note for call in written_calls(tab)}
    assert calls == {first: "for the first"}
    assert second not in calls


def test_agree_calls_the_class_of_the_answer_on_the_screen(qtbot, tab):
    name = choose(qtbot, tab, 0)
    press(qtbot, tab, Key.Key_A)
    assert tab.room.opened.book.find(name).reader == tab.room.opened.rows[name].label
