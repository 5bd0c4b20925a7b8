"""Qt item model of the plain tables, and their view."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QHeaderView, QTableView

from core.system.language import format_number
from gui.widgets.named_widgets import name_widget

Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = Qt.ItemDataRole.UserRole
ROOT = QModelIndex()
ROW_PX = 24


class RowsTable(QAbstractTableModel):
    """Rows of cells, each text or a number, under headings. SORT_ROLE gives numbers as numbers."""

    def __init__(self, headings: Sequence[str]) -> None:
        super().__init__()
        self._headings = list(headings)
        self._rows: list[Sequence[str | int | float | None]] = []

    def set_rows(
        self, rows: Sequence[Sequence[str | int | float | None]], headings: Sequence[str] | None = None
    ) -> None:
        """Replace all rows, and the headings unless None."""
        self.beginResetModel()
        self._rows = list(rows)
        self._headings = self._headings if headings is None else list(headings)
        self.endResetModel()

    def append(self, row: Sequence[str | int | float | None]) -> None:
        self.beginInsertRows(ROOT, len(self._rows), len(self._rows))
        self._rows.append(row)
        self.endInsertRows()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._headings)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return self._headings[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        cell = self._rows[index.row()][index.column()]
        if role == SORT_ROLE:
            return -1.0 if cell is None else cell
        if role == Qt.ItemDataRole.DisplayRole:
            return format_number(cell, ".3f") if isinstance(cell, float) else "" if cell is None else str(cell)
        return None


def make_table_view(table: RowsTable, name: str, accessible: str) -> QTableView:
    """Return a read-only view of a table with this object name and accessible name."""
    view = name_widget(QTableView(), name, accessible)
    view.setModel(table)
    view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(ROW_PX)
    view.setWordWrap(True)
    view.setShowGrid(False)
    view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    view.horizontalHeader().setStretchLastSection(True)
    return view
