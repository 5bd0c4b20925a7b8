"""Rows of text and numbers as a table."""

import pytest
from PySide6.QtCore import QSortFilterProxyModel, Qt
from PySide6.QtTest import QAbstractItemModelTester

from gui.widgets.tables import SORT_ROLE, RowsTable, make_table_view

ROWS = [("<b>x</b>", 9, 0.12345), ("y", 10, None), ("z", 1, 12.0)]


@pytest.fixture
def table(qtmodeltester):
    made = RowsTable(["Name", "Films", "Value"])
    made.set_rows(ROWS)
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    return made


def column(model, number):
    return [model.index(row, number).data() for row in range(model.rowCount())]


def headings(model):
    return [model.headerData(number, Qt.Orientation.Horizontal) for number in range(model.columnCount())]


def test_cells_are_shown_as_text_with_three_places(table):
    assert column(table, 0) == ["<b>x</b>", "y", "z"]
    assert column(table, 1) == ["9", "10", "1"]
    assert column(table, 2) == ["0.123", "", "12.000"]
    assert headings(table) == ["Name", "Films", "Value"]


def test_numbers_are_sorted_as_numbers_and_nothing_comes_first(table):
    order = QSortFilterProxyModel()
    order.setSourceModel(table)
    order.setSortRole(SORT_ROLE)
    order.sort(1)
    assert column(order, 1) == ["1", "9", "10"]
    order.sort(2)
    assert column(order, 2) == ["", "0.123", "12.000"]


def test_rows_are_added_and_replaced_with_their_headings(table):
    table.append(("w", 2, 0.5))
    assert column(table, 0)[-1] == "w"
    table.set_rows([("only", 1)], ["What", "How many"])
    assert (column(table, 0), headings(table)) == (["only"], ["What", "How many"])
    table.set_rows([])
    assert headings(table) == ["What", "How many"]
    assert table.rowCount() == 0


def test_a_view_has_its_names_and_chooses_rows(table, qtbot):
    view = make_table_view(table, "counts", "Counts")
    qtbot.addWidget(view)
    assert (view.objectName(), view.accessibleName()) == ("counts", "Counts")
    view.selectRow(1)
    assert {index.row() for index in view.selectionModel().selectedIndexes()} == {1}
    assert len(view.selectionModel().selectedIndexes()) == 3
