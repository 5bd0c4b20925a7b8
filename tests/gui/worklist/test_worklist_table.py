"""Rows, what of them may be seen, and their thumbnails."""

from gui.worklist.row_kinds import RowKind
from tests.gui.worklist.examples import ROWS, book, call, scored


def blind(table, *calls):
    table.show_list(None, ROWS, book(*calls), True, "seed")


def test_names_are_hidden_in_blind_reading_until_called_and_folders_always(table):
    blind(table)
    numbers = {row.file: table.display_name(row) for row in table.rows}
    assert numbers.pop("notes.txt") == "notes.txt"  # is no film that anybody reads
    assert sorted(numbers.values()) == [f"Film {number}" for number in range(1, 6)]
    blind(table, call("PNEUMONIA/a.png"))
    called = {row.file: table.display_name(row) for row in table.rows}
    assert called == numbers | {"notes.txt": "notes.txt", "PNEUMONIA/a.png": "a.png"}


def test_an_answer_is_hidden_until_it_is_called(table):
    row, leg = table.row("PNEUMONIA/a.png"), table.row("leg.png")
    assert not table.is_hidden(row)
    blind(table)
    assert table.is_hidden(row)
    assert not table.is_hidden(leg)
    blind(table, call(row.file))
    assert not table.is_hidden(row)
    blind(table, call(row.file, film="earlier"))
    assert not table.is_hidden(row)
    table.add(scored(row.file, 0.9, film="now"))
    assert table.is_hidden(table.row(row.file))


def test_numbers_do_not_tell_the_order_of_files(table):
    films = [scored(f"{number:02}.png", 0.5) for number in range(12)]
    table.show_list(None, films, book(), True, seed="seed")
    in_order = [table.display_name(row) for row in films]
    assert sorted(in_order) == sorted(f"Film {number}" for number in range(1, 13))
    assert in_order != [f"Film {number}" for number in range(1, 13)]


def test_rows_are_added_replaced_and_removed(table):
    table.add(scored("leg.png", 0.9))
    table.add(scored("new.png", 0.1))
    table.remove("torn.dcm")
    table.remove("none.png")
    assert [row.file for row in table.rows][-2:] == ["notes.txt", "new.png"]
    counts = {kind: table.counts.count(kind) for kind in RowKind}
    assert (counts[RowKind.ALL], counts[RowKind.REFUSED], counts[RowKind.FAILED], counts[RowKind.LIKELY]) == (
        5,
        0,
        0,
        2,
    )
    assert table.find("torn.dcm") is None


def test_a_row_has_its_path(table, tmp_path):
    table.show_list(tmp_path, ROWS, book())
    assert table.path_of(table.row("NORMAL/b.png")) == tmp_path / "NORMAL" / "b.png"
