"""Chips that filter and count, and the search field."""

import pytest
from PySide6.QtCore import Qt

from gui.worklist.chip_bar import WORDS, ChipBar
from gui.worklist.list_strip import MARGIN_PX
from gui.worklist.row_kinds import KindCounts, RowKind
from gui.worklist.worklist_filter import WorklistFilter
from tests.gui.worklist.examples import BY_PROBABILITY, ROWS, book, call, refused, scored
from tests.gui.worklist.person import click_chip, files


@pytest.fixture
def bar(qtbot, rows):
    made = ChipBar(rows)
    qtbot.addWidget(made)
    made.resize(264, 90)
    made.show()
    return made


def shown(bar):
    return [bar.chips[kind].text() for kind in WORDS if bar.chips[kind].isVisible()]


def test_chips_count_the_rows_of_each_kind(bar, table):
    assert shown(bar) == ["All 5", "▲ 1", "◆ 1", "▽ 1", "uncalled 3", "refused 1", "failed 1", "no films 1"]
    assert bar.chips[RowKind.LIKELY].accessibleName() == "Likely: 1 film"
    assert bar.chips[RowKind.NO_FILMS].toolTip() == "1 file is no film"
    table.show_list(None, ROWS[:3:2], book(call("NORMAL/b.png", "PNEUMONIA")))
    assert shown(bar) == ["All 2", "▲ 1", "◆ 0", "▽ 1", "≠ 1", "uncalled 1"]
    assert bar.chips[RowKind.DISAGREEMENTS].accessibleName() == "Reader and model disagree: 1 film"
    assert bar.chips[RowKind.REVIEW].accessibleName() == "To review: 0 films"


def test_a_click_shows_one_kind_and_another_click_chooses_it_again(bar, rows, table, qtbot):
    calls = book()
    table.show_list(None, ROWS, calls)
    click_chip(qtbot, bar, RowKind.NOT_CALLED)
    assert rows.rowCount() == 3
    assert [kind for kind, chip in bar.chips.items() if chip.isChecked()] == [RowKind.NOT_CALLED]
    calls.record(call("PNEUMONIA/a.png"))
    table.refresh("PNEUMONIA/a.png")
    assert rows.rowCount() == 3
    click_chip(qtbot, bar, RowKind.NOT_CALLED)
    assert files(rows) == ["PNEUMONIA/c.png", "NORMAL/b.png"]
    assert bar.chips[RowKind.NOT_CALLED].isChecked()
    assert bar.chips[RowKind.NOT_CALLED].text() == "uncalled 2"


def test_chips_that_would_show_answers_are_hidden_in_blind_reading(bar, table):
    table.show_list(None, ROWS, book(call("NORMAL/b.png", "PNEUMONIA")), True)
    assert shown(bar) == ["All 5", "uncalled 2", "refused 1", "failed 1", "no films 1"]


def test_counts_follow_20000_rows_at_most_ten_times_a_second(table, qtbot, monkeypatch):
    bar = ChipBar(WorklistFilter(table))
    qtbot.addWidget(bar)
    bar.show()
    asked = []
    count = KindCounts.count
    monkeypatch.setattr(KindCounts, "count", lambda counts, kind: asked.append(kind) or count(counts, kind))
    for number in range(20_000):
        table.add(scored(f"{number}.png", number / 20_000))
    assert not asked
    qtbot.waitUntil(lambda: shown(bar)[0] == "All 20,005")
    assert len(asked) == len(RowKind)
    table.remove("0.png")
    table.add(refused("1.png"))
    qtbot.waitUntil(lambda: shown(bar)[0] == "All 20,004")
    assert len(asked) == 2 * len(RowKind)


def test_the_search_narrows_what_the_chip_shows(bar, rows, qtbot):
    qtbot.keyClicks(bar.search, "png")
    assert rows.rowCount() == 4
    click_chip(qtbot, bar, RowKind.REFUSED)
    assert files(rows) == ["leg.png"]
    click_chip(qtbot, bar, RowKind.ALL)
    assert rows.rowCount() == 4
    bar.reset(RowKind.NO_FILMS)
    assert (bar.search.text(), files(rows)) == ("", ["notes.txt"])


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down])
def test_enter_and_down_lead_from_the_search_to_the_list(bar, qtbot, key):
    qtbot.keyClicks(bar.search, "png")
    with qtbot.waitSignal(bar.left):
        qtbot.keyClick(bar.search, key)
    assert bar.search.text() == "png"


def test_escape_clears_the_search_and_then_leaves_it(bar, rows, qtbot):
    qtbot.keyClicks(bar.search, "leg")
    with qtbot.assertNotEmitted(bar.left):
        qtbot.keyClick(bar.search, Qt.Key.Key_Escape)
    assert (bar.search.text(), files(rows)) == ("", BY_PROBABILITY)
    with qtbot.waitSignal(bar.left):
        qtbot.keyClick(bar.search, Qt.Key.Key_Escape)


def test_chips_speak_the_language(german, qtbot, rows):
    bar = ChipBar(rows)
    qtbot.addWidget(bar)
    bar.show()
    assert bar.chips[RowKind.ALL].text() == "Alle 5"
    assert bar.chips[RowKind.REFUSED].text() == "abgelehnt 1"


@pytest.mark.parametrize("width", [240, 264, 300])
def test_usual_chips_stand_in_two_rows(bar, width):
    bar.setFixedWidth(width - 2 * MARGIN_PX)
    bar.grab()
    tops = {bar.chips[kind].y() for kind in WORDS if bar.chips[kind].isVisible() and kind is not RowKind.NO_FILMS}
    assert len(tops) == 2


def test_what_is_no_film_has_room_in_the_second_row_from_264_pixels_on(bar):
    bar.setFixedWidth(264 - 2 * MARGIN_PX)
    bar.grab()
    assert len({bar.chips[kind].y() for kind in WORDS if bar.chips[kind].isVisible()}) == 2
