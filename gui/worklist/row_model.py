"""Rows as a Qt model of the columns of the table of films."""

from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QObject, Qt

from core.screening.events import LedgerRow
from core.system.language import tr
from gui.widgets.tables import ROOT, Index
from gui.worklist.columns import DECISION, FILM, HEADINGS, PROBABILITY, cell_text
from gui.worklist.shown_rows import ShownRows
from gui.worklist.worklist_table import WorklistTable

TEXT_ROLE: Final = Qt.ItemDataRole.UserRole  # the RowText of a row
# views ask for many others, for each cell that they paint
WORD_ROLES: Final = frozenset({TEXT_ROLE, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole})


class RowModel(QAbstractTableModel):
    """Gives views what may be seen of the rows in `_shown`."""

    def __init__(self, table: WorklistTable, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.table = table
        self._shown = ShownRows()

    def file(self, number: int) -> str:
        """Return the file of the row at a position, also while the list is being replaced."""
        return self._shown.file(number)

    def row(self, number: int) -> LedgerRow:
        """Return the row shown at position `number`."""
        return self.table.row(self._shown.file(number))

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return tr(HEADINGS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        row, column = self.row(index.row()), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_text(self.table, row, column)
        if role == Qt.ItemDataRole.DecorationRole and column == FILM:
            return self.table.picture(row)
        if role == Qt.ItemDataRole.TextAlignmentRole and column == PROBABILITY:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and column == DECISION and row.decision:
            return None if self.table.is_hidden(row) else self.table.tint(row.decision)
        return self._words(row, column, role) if role in WORD_ROLES else None

    def _words(self, row: LedgerRow, column: int, role: int) -> Any:
        """Return the words of a row for other roles than that of the text in a cell."""
        text = self.table.text(row)
        if role == TEXT_ROLE:
            return text
        if role == Qt.ItemDataRole.ToolTipRole:
            return text.tooltip
        return text.sentence if column == FILM else None
