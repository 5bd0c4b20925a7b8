"""Which rows are shown, and where."""

import pytest
from PySide6.QtCore import Qt

from core.screening.reader_calls import UNSURE
from gui.worklist.columns import FILM, NOTE, PROBABILITY, READER
from gui.worklist.row_kinds import RowKind
from tests.gui.worklist.examples import BY_PROBABILITY, ROWS, book, call, failed, refused, scored
from tests.gui.worklist.person import files

DESCENDING = Qt.SortOrder.DescendingOrder
CALLS = (
    call("NORMAL/b.png", UNSURE, "Look Again"),
    call("PNEUMONIA/a.png", "PNEUMONIA"),
    call("PNEUMONIA/c.png", "NORMAL"),
)


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (RowKind.ALL, BY_PROBABILITY),
        (RowKind.LIKELY, ["PNEUMONIA/a.png"]),
        (RowKind.REVIEW, ["PNEUMONIA/c.png"]),
        (RowKind.UNLIKELY, ["NORMAL/b.png"]),
        (RowKind.REFUSED, ["leg.png"]),
        (RowKind.FAILED, ["torn.dcm"]),
        (RowKind.NOT_CALLED, []),
        (RowKind.DISAGREEMENTS, ["PNEUMONIA/c.png"]),
        (RowKind.NO_FILMS, ["notes.txt"]),
    ],
)
def test_each_kind_has_its_rows(rows, table, kind, shown):
    table.show_list(None, ROWS, book(*CALLS))
    rows.show_only(kind)
    assert files(rows) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [("look again", ["NORMAL/b.png"]), (" LEG ", ["leg.png"]), ("damaged", ["torn.dcm"]), ("≠", ["PNEUMONIA/c.png"])],
)
def test_the_search_looks_into_name_call_note_and_reason(rows, table, text, shown):
    table.show_list(None, ROWS, book(*CALLS))
    rows.show_only(RowKind.ALL, text)
    assert files(rows) == shown


def test_the_search_finds_nothing_that_is_hidden(rows, table):
    table.show_list(None, ROWS, book(), True, seed="seed")
    rows.show_only(RowKind.ALL, "pneumonia")
    assert files(rows) == []
    rows.show_only(RowKind.ALL, "film 1")
    assert rows.rowCount() == 1


def test_a_row_that_a_call_changed_stays_until_a_filter_is_chosen_again(rows, table):
    calls = book()
    table.show_list(None, ROWS, calls)
    rows.show_only(RowKind.NOT_CALLED)
    before = files(rows)
    assert len(before) == 3
    for file in before:
        calls.record(call(file, "PNEUMONIA"))
        table.refresh(file)
        assert files(rows) == before
    rows.show_only(RowKind.DISAGREEMENTS)
    assert files(rows) == ["NORMAL/b.png"]
    calls.undo()
    table.refresh("NORMAL/b.png")
    assert files(rows) == ["NORMAL/b.png"]
    rows.show_only(RowKind.NOT_CALLED)
    assert files(rows) == ["NORMAL/b.png"]
    calls.undo()
    table.refresh("PNEUMONIA/c.png")  # a row that fits again comes back
    assert files(rows) == ["PNEUMONIA/c.png", "NORMAL/b.png"]


@pytest.mark.parametrize("column", [None, READER, NOTE])
def test_a_call_never_moves_a_row(rows, table, column):
    calls = book()
    table.show_list(None, ROWS, calls)
    if column is not None:
        rows.sort(column)
    before = files(rows)
    for file in reversed(before[:3]):
        calls.record(call(file, "NORMAL", "z"))
        table.refresh(file)
    assert files(rows) == before


def test_calls_never_move_rows_in_blind_reading(rows, table):
    calls, films = book(), [scored(f"{number:02}.png", number / 40) for number in range(40)]
    table.show_list(None, films, calls, True, seed="seed")
    before = files(rows)
    assert before not in (sorted(before), sorted(before, reverse=True))
    for file in sorted(before):
        calls.record(call(file, "NORMAL"))
        table.refresh(file)
        assert files(rows) == before
    for column in (FILM, PROBABILITY):
        rows.sort(column)
        assert files(rows) == before
    table.set_blind(False)
    assert files(rows) == sorted(before, reverse=True)
    table.set_blind(True)
    assert files(rows) == before


def test_rows_that_arrive_get_their_places_together(qtbot, rows, table):
    table.add(scored("d.png", 0.7))
    table.add(refused("e.txt", "not_an_image"))
    table.add(failed("f.png"))
    assert files(rows) == BY_PROBABILITY
    with qtbot.waitSignal(rows.arranged):
        pass
    assert files(rows) == [
        "PNEUMONIA/a.png",
        "d.png",
        "PNEUMONIA/c.png",
        "NORMAL/b.png",
        "f.png",
        "leg.png",
        "torn.dcm",
    ]


def test_rows_that_arrive_in_blind_reading_move_no_others(rows, table):
    films = [scored(f"{number:02}.png", number / 40) for number in range(40)]
    table.show_list(None, films[:20], book(), True, seed="seed")
    before = files(rows)
    for film in films[20:]:
        table.add(film)
    rows.flush()
    assert rows.rowCount() == 40
    assert [file for file in files(rows) if file in before] == before


def test_a_row_that_is_replaced_goes_where_it_belongs_and_stays_shown(rows, table):
    table.add(scored("NORMAL/b.png", 0.95))
    assert files(rows)[0] == "NORMAL/b.png"
    rows.show_only(RowKind.REFUSED)
    table.add(scored("leg.png", 0.2))  # scored although the gate had refused it
    assert files(rows) == ["leg.png"]
    table.add(scored("torn.dcm", 0.2))
    assert files(rows) == ["leg.png"]
    table.add(refused("torn.dcm"))
    assert files(rows) == ["leg.png", "torn.dcm"]
    table.remove("leg.png")
    assert files(rows) == ["torn.dcm"]


def test_a_row_that_goes_before_it_had_a_place_does_not_come(rows, table):
    table.add(scored("d.png", 0.8))
    table.add(scored("d.png", 0.7))
    table.remove("d.png")
    rows.flush()
    assert files(rows) == BY_PROBABILITY


def test_columns_sort_the_rows(rows):
    rows.sort(FILM)
    assert files(rows) == ["leg.png", "NORMAL/b.png", "PNEUMONIA/a.png", "PNEUMONIA/c.png", "torn.dcm"]
    rows.sort(FILM, DESCENDING)
    assert files(rows)[0] == "torn.dcm"
    assert rows.sorted_by == (FILM, DESCENDING)
    rows.sort(PROBABILITY)
    assert files(rows) == ["NORMAL/b.png", "PNEUMONIA/c.png", "PNEUMONIA/a.png", "leg.png", "torn.dcm"]
    rows.sort(-1)
    assert rows.sorted_by == (PROBABILITY, Qt.SortOrder.AscendingOrder)


def test_places_are_known_also_of_rows_that_are_hidden(rows):
    rows.show_only(RowKind.UNLIKELY)
    assert rows.number_of("PNEUMONIA/a.png") is None
    assert (rows.place_of("PNEUMONIA/a.png"), rows.place_of("leg.png"), rows.place_of("none.png")) == (0, 1, None)


def test_the_next_of_a_kind_is_found_around_the_end(rows):
    assert rows.find_next(RowKind.NOT_CALLED, 0) == 1
    assert rows.find_next(RowKind.NOT_CALLED, 2) == 0
    assert rows.find_next(RowKind.FAILED, 4) == 4
    assert rows.find_next(RowKind.DISAGREEMENTS, 0) is None


def test_filters_that_would_show_answers_end_when_blind_reading_begins(rows, table):
    rows.show_only(RowKind.LIKELY)
    table.set_blind(True)
    assert (rows.kind, rows.rowCount()) == (RowKind.ALL, 5)
