"""The cells of the table."""

from gui.worklist.columns import (
    DECISION,
    FILM,
    HEADINGS,
    LABEL,
    NOTE,
    PROBABILITY,
    READER,
    STATUS,
    cell_text,
    cell_value,
)
from tests.gui.worklist.examples import ROWS, book, call


def cells(table, file):
    return [cell_text(table, table.row(file), column) for column in range(len(HEADINGS))]


def test_a_row_has_these_cells(table):
    table.show_list(None, ROWS, book(call("PNEUMONIA/a.png", "NORMAL", "see")))
    shown = ["PNEUMONIA/a.png", "", "", "", "▲ likely", "0.900", "PNEUMONIA", "≠ NORMAL", "see", "scored"]
    assert cells(table, "PNEUMONIA/a.png") == shown
    assert cells(table, "leg.png") == ["leg.png", *[""] * 8, "refused: not a chest film"]


def test_answers_are_hidden_in_blind_reading(table):
    table.set_blind(True)
    shown = cells(table, "PNEUMONIA/a.png")
    assert [shown[column] for column in (DECISION, PROBABILITY, LABEL)] == ["hidden"] * 3
    assert shown[FILM].startswith("Film ")
    assert [shown[column] for column in (READER, NOTE, STATUS)] == ["", "", "scored"]


def test_numbers_are_sorted_as_numbers(table):
    likely, leg = table.row("PNEUMONIA/a.png"), table.row("leg.png")
    assert cell_value(table, likely, PROBABILITY) == 0.9
    assert cell_value(table, likely, DECISION) > cell_value(table, table.row("NORMAL/b.png"), DECISION)
    assert cell_value(table, leg, PROBABILITY) is None
    assert cell_value(table, leg, DECISION) is None
    assert cell_value(table, leg, STATUS) == "refused: not a chest film"
