"""The table view of the worklist."""

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from core.models.decision import Decision
from core.screening.events import LedgerRow
from core.system.language import tr
from gui.classify.worklist_filter import WorklistFilter
from gui.classify.worklist_table import (
    DECISION,
    FILM,
    LABEL,
    NOTE,
    PROBABILITY,
    READER,
    STATUS,
    THUMBNAIL_PX,
    format_decision,
)
from gui.widgets.named_widgets import name_widget

CELL_MARGIN_PX: Final = 10
# minimum widths of columns
MIN_WIDTHS_PX: Final = {DECISION: 92, PROBABILITY: 84, LABEL: 94, READER: 96, NOTE: 64, STATUS: 128}


class WorklistView(QTableView):
    """Shows the filtered rows, most probable first; one row can be selected."""

    def __init__(self, rows: WorklistFilter, parent: QWidget | None = None) -> None:
        super().__init__(parent, sortingEnabled=True)
        name_widget(self, "table", tr("Worklist"))
        self._rows = rows
        self._is_fitted = False
        self.setModel(rows)
        self.setIconSize(QSize(THUMBNAIL_PX, THUMBNAIL_PX))
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(THUMBNAIL_PX + 4)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(FILM, QHeaderView.ResizeMode.Stretch)
        header.setStretchLastSection(False)
        self.sortByColumn(PROBABILITY, Qt.SortOrder.DescendingOrder)

    def selected_row(self) -> LedgerRow | None:
        """Return the selected row, None without a selection."""
        indices = self.selectionModel().selectedRows()
        return self._rows.row(indices[0].row()) if indices else None

    def select_file(self, file: str) -> None:
        """Select the row of a file if the filter shows it."""
        if (index := self._rows.index_of(file)).isValid():
            self.setCurrentIndex(index)

    def select_next(self, row: LedgerRow) -> None:
        """Select the row below `row`, if there is one.

        If the filter no longer shows `row`, the current row has moved up into its position already.
        """
        current = self.currentIndex()
        is_shown = current.isValid() and self._rows.row(current.row()) is row
        number = current.row() + 1 if is_shown else max(0, current.row())
        if number < self._rows.rowCount():
            self.setCurrentIndex(self._rows.index(number, 0))

    def showEvent(self, event: QShowEvent) -> None:
        """Fit the columns to their headings once, when the theme's font is known."""
        if not self._is_fitted:
            self._is_fitted = True
            for column, min_px in MIN_WIDTHS_PX.items():
                self.horizontalHeader().resizeSection(column, max(min_px, self._content_px(column)))
        super().showEvent(event)

    def _content_px(self, column: int) -> int:
        """Return the width that a column needs for its heading and, if it has them, decisions."""
        heading_px = self.horizontalHeader().sectionSizeHint(column)
        if column != DECISION:
            return heading_px
        font = self.fontMetrics()
        texts = [format_decision(decision) for decision in Decision]
        return max(heading_px, *(font.horizontalAdvance(text) + CELL_MARGIN_PX for text in texts))
