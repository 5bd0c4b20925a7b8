"""Calls, notes and exports are on the film whose pixels are on the screen, and on no other."""

import shutil

import pytest
from PySide6.QtCore import Qt

from core.screening.events import Status
from core.screening.seen_films import seen_path
from gui.classify import exporter
from gui.classify.list_opener import screenings_folder
from gui.reading.reading_keys import KEYS
from gui.widgets import messages
from gui.worklist.row_kinds import RowKind
from tests.factories import draw_film
from tests.faults.program import digests
from tests.gui.classify.person import choose, press, wait_for_film, written_calls
from tests.gui.fake_jobs import ignore, lasting, record

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
    name = choose(qtbot, blind_tab, 0)
    press(qtbot, blind_tab, Key.Key_1)
    with qtbot.waitSignal(blind_tab.room.said) as said:
        press(qtbot, blind_tab, Key.Key_2)
    assert said.args[0].endswith("your call was changed from NORMAL to PNEUMONIA. Ctrl+Z takes it back.")
    assert said.args[0].startswith(name)
    assert blind_tab.room.desk.shown.row.file == name


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
    assert (tab.room.pane.verdict.words, tab.room.pane.verdict.decision) == ("Film is not there", None)
    assert ledger.read_bytes() == before


def test_a_film_that_changed_since_is_shown_with_a_warning_and_cannot_be_called(qtbot, open_list, films):
    draw_film(40, 1, 128).save(films / "film-2.png")
    tab = open_list()
    tab.room.strip.select_file("film-2.png")
    wait_for_film(qtbot, tab)
    verdict = tab.room.pane.verdict
    assert (verdict.words, verdict.decision) == ("Changed since it was screened", None)
    assert "This film has changed since it was screened" in verdict.details
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
    exports = record(monkeypatch, exporter, "export_dicom_job")
    monkeypatch.setattr(messages, "choose_folder", lambda *_: tmp_path)
    tab.toolbar.export.dicom_wanted.emit(False)
    assert exports == []
    tab.room.strip.select_file("film-1.png")
    wait_for_film(qtbot, tab)

    def choose_late(*_):
        tab.room.strip.select_file("film-2.png")  # while the dialog is open
        return tmp_path

    monkeypatch.setattr(messages, "choose_folder", choose_late)
    tab.toolbar.export.dicom_wanted.emit(False)
    assert [row.file for _, row, *_ in exports] == ["film-1.png"]


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


def test_a_note_is_written_to_its_own_list_when_another_one_opens(qtbot, tab, films, tmp_path):
    name = choose(qtbot, tab, 0)
    press(qtbot, tab, Key.Key_N)
    qtbot.keyClicks(tab.room.calls.note, "for the first list")
    first = tab.room.opened
    draw_film(9, 1, 160).save(tmp_path / name)
    with qtbot.waitSignal(tab.opener.opened, timeout=20_000):
        tab.open(tmp_path / name)
    assert first.book.find(name).note == "for the first list"
    assert len(tab.room.opened.book) == 0
    assert tab.room.opened is not first


def test_scoring_anyway_reaches_the_list_it_was_asked_for(qtbot, refused_tab, tmp_path):
    tab, first = refused_tab, refused_tab.room.opened
    draw_film(9, 1, 160).save(tmp_path / "other.png")
    with qtbot.waitSignal(tab.opener.overridden, timeout=20_000):
        tab.room.override_wanted.emit(tab.room.desk.shown.row)
        tab.open(tmp_path / "other.png")
    qtbot.waitUntil(lambda: tab.room.opened is not None, timeout=20_000)
    assert list(tab.room.opened.rows) == ["other.png"]
    assert first.rows["turned.png"].status is Status.SCORED


def test_a_film_that_is_opened_again_is_not_blind(qtbot, empty_tab, tmp_path):
    tab = empty_tab
    draw_film(9, 1, 160).save(tmp_path / "other.png")
    for is_blind in (False, True):
        tab.toolbar.open_menu.blind.setChecked(is_blind)
        with qtbot.waitSignal(tab.opener.opened, timeout=20_000):
            tab.open(tmp_path / "other.png")
        wait_for_film(qtbot, tab)
    press(qtbot, tab, Key.Key_1)
    assert [call.blind for call in written_calls(tab)] == [False]


def test_without_a_record_of_what_was_seen_no_call_is_blind(qtbot, blind_tab, errors):
    tab = blind_tab
    seen = seen_path(tab.room.opened.output.parent)
    choose(qtbot, tab, 0)
    seen_path(screenings_folder()).mkdir(parents=True)
    press(qtbot, tab, Key.Key_1)
    qtbot.waitUntil(lambda: bool(errors))
    press(qtbot, tab, SPACE)
    wait_for_film(qtbot, tab)
    press(qtbot, tab, Key.Key_2)
    assert [call.blind for call in written_calls(tab)] == [True, False]
    assert not seen.exists()


def test_a_list_that_was_begun_blind_opens_blind(qtbot, blind_tab, ledger):
    tab = blind_tab
    choose(qtbot, tab, 0)
    press(qtbot, tab, Key.Key_1)
    tab.toolbar.open_menu.blind.setChecked(False)  # as after a restart
    with qtbot.waitSignal(tab.opener.opened):
        tab.toolbar.ledger_wanted.emit(ledger)
    assert tab.toolbar.is_blind
    hidden = [row for row in tab.room.opened.rows.values() if tab.room.opened.is_hidden(row)]
    assert len(hidden) == 6


def test_nothing_is_called_behind_the_table(qtbot, tab):
    choose(qtbot, tab, 0)
    press(qtbot, tab, Key.Key_F6)
    qtbot.keyClick(tab.room.table, Key.Key_2)
    assert len(tab.room.opened.book) == 0
    assert not tab.room.calls.unsure.isEnabled()
    qtbot.keyClick(tab.room.table, Key.Key_F6)
    assert tab.room.calls.unsure.isEnabled()


def test_only_the_list_that_was_asked_for_last_is_shown(qtbot, tab, films, ledger, tmp_path):
    draw_film(9, 1, 160).save(tmp_path / "late.png")
    with qtbot.waitSignal(tab.opener.opened, timeout=20_000):
        tab.open(tmp_path / "late.png")
        tab.toolbar.ledger_wanted.emit(ledger)
    assert tab.room.opened.output == ledger


def test_full_screen_that_the_desktop_ends_brings_every_part_back(qtbot, window, tab):
    choose(qtbot, tab, 0)
    press(qtbot, tab, Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(tab.room.pane, Key.Key_F11)
    window.showNormal()
    qtbot.waitUntil(lambda: tab.toolbar.isVisible())
    assert not tab.full_view.is_on
    assert not tab.room.strip.isVisible()  # hidden before


def test_the_class_that_was_called_is_marked(qtbot, tab):
    choose(qtbot, tab, 0)
    press(qtbot, tab, Key.Key_2)
    press(qtbot, tab, Key.Key_Up)
    wait_for_film(qtbot, tab)
    buttons = [tab.room.calls.findChild(object, f"class_{number}") for number in (1, 2)]
    assert [button.property("called") for button in buttons] == [False, True]


def test_an_empty_room_says_so_and_offers_nothing(qtbot, empty_tab):
    assert empty_tab.room.pane.overlays.message.text() == "No film is open."
    assert not empty_tab.room.calls.unsure.isEnabled()
    assert not empty_tab.toolbar.export.isEnabled()


def test_a_list_opens_with_its_first_film(qtbot, tab):
    assert wait_for_film(qtbot, tab) == shown_order(tab)[0]
