"""The confusion matrix as cells that open."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument

from gui.evaluate.confusion_table import Cell, ConfusionTable, Heading
from tests.gui.evaluate.predictions import HOSTILE
from tests.gui.plots import LEFT, show_widget


@pytest.fixture
def table(qtbot):
    made = show_widget(qtbot, ConfusionTable(), (420, 300))
    made.show_counts(((138, 12), (0, 0)), HOSTILE)
    return made


def cell(table, true, called):
    return table.findChild(Cell, f"cell_{true}_{called}")


def test_cells_are_chosen_by_mouse_and_keys(qtbot, table):
    with qtbot.waitSignal(table.cell_chosen) as chosen:
        qtbot.mouseClick(cell(table, 0, 1), LEFT)
    assert chosen.args == [0, 1]
    cell(table, 0, 1).setFocus()
    qtbot.keyClick(cell(table, 0, 1), Qt.Key.Key_Down)
    qtbot.waitUntil(cell(table, 1, 1).hasFocus)
    qtbot.keyClick(cell(table, 1, 1), Qt.Key.Key_Left)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
        with qtbot.waitSignal(table.cell_chosen) as chosen:
            qtbot.keyClick(cell(table, 1, 0), key)
        assert chosen.args == [1, 0]
    stops = [one for one in table.findChildren(Cell) if one.focusPolicy() is Qt.FocusPolicy.StrongFocus]
    assert stops == [cell(table, 1, 0)]


def test_cells_and_headings_are_named_literally(table):
    assert cell(table, 0, 1).accessibleName() == "true <b>x</b>, predicted &x: 12 films, 8 % of the row"
    assert cell(table, 1, 1).accessibleName() == "true <b>x</b>, predicted &x: no films".replace("<b>x</b>", "&x", 1)
    headings = table.findChildren(Heading)
    assert {heading.text() for heading in headings} == {
        "true <b>x</b>", "true &x", "predicted <b>x</b>", "predicted &x"
    }  # fmt: skip
    assert all(heading.textFormat() is Qt.TextFormat.PlainText for heading in headings)
    assert all(one.shortcut().isEmpty() for one in table.findChildren(Cell))
    document = QTextDocument()
    document.setHtml(cell(table, 0, 1).toolTip())
    assert document.toPlainText() == cell(table, 0, 1).accessibleName()


def test_the_same_shape_keeps_its_widgets_and_another_makes_new_ones(qtbot, table):
    before = cell(table, 0, 0)
    table.show_counts(((1, 2), (3, 4)), ("a", "b"))
    assert cell(table, 0, 0) is before
    assert before.accessibleName() == "true a, predicted a: 1 film, 33 % of the row"
    table.show_counts(((1, 2, 3), (4, 5, 6), (7, 8, 9)), ("a", "b", "c"))
    qtbot.waitUntil(lambda: len(table.findChildren(Cell)) == 9)
    with qtbot.waitSignal(table.cell_chosen) as chosen:
        qtbot.mouseClick(cell(table, 2, 1), LEFT)
    assert chosen.args == [2, 1]
