"""What views are given of a row."""

from PySide6.QtCore import Qt

from core.models.decision import Decision
from gui.worklist.columns import DECISION, FILM, HEADINGS, NOTE, PROBABILITY
from gui.worklist.row_model import TEXT_ROLE, RowModel
from gui.worklist.worklist_filter import WorklistFilter


def test_a_cell_has_its_text_colour_and_words(rows, table):
    assert isinstance(rows, RowModel)
    first = rows.index(0, FILM)
    assert first.data() == "PNEUMONIA/a.png"
    assert first.data(Qt.ItemDataRole.AccessibleTextRole) == "PNEUMONIA/a.png: likely."
    assert rows.index(0, NOTE).data(Qt.ItemDataRole.AccessibleTextRole) is None  # its own text is spoken
    assert first.data(TEXT_ROLE).answer == "likely"
    assert "a.png" in rows.index(0, NOTE).data(Qt.ItemDataRole.ToolTipRole)
    tint = rows.index(0, DECISION).data(Qt.ItemDataRole.ForegroundRole)
    assert tint == table.tint(Decision.LIKELY)
    assert first.data(Qt.ItemDataRole.FontRole) is None
    alignment = Qt.AlignmentFlag(rows.index(0, PROBABILITY).data(Qt.ItemDataRole.TextAlignmentRole))
    assert alignment & Qt.AlignmentFlag.AlignRight


def test_a_hidden_answer_has_no_colour(rows, table):
    table.set_blind(True)
    tints = [rows.index(n, DECISION).data(Qt.ItemDataRole.ForegroundRole) for n in range(rows.rowCount())]
    assert tints == [None] * 5


def test_columns_have_headings_in_the_language_that_is_spoken(german, table):
    rows = WorklistFilter(table)
    headings = [rows.headerData(n, Qt.Orientation.Horizontal) for n in range(rows.columnCount())]
    assert len(headings) == len(HEADINGS)
    assert headings[FILM] == "Aufnahme"
    assert rows.headerData(0, Qt.Orientation.Vertical) is None
