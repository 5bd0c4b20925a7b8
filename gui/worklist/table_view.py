"""All columns of the list as a table that can be sorted, shown in place of the film."""

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from core.models.decision import Decision
from core.system.language import tr
from gui.widgets.named_widgets import name_widget
from gui.worklist.columns import (
    ACCESSION,
    DECISION,
    FILM,
    LABEL,
    NOTE,
    PATIENT,
    PROBABILITY,
    READER,
    STATUS,
    STUDY_COLUMNS,
    STUDY_DATE,
)
from gui.worklist.row_delegate import CellDelegate
from gui.worklist.row_list import move_by_key
from gui.worklist.row_pictures import THUMBNAIL_PX
from gui.worklist.row_text import DECISION_MARKS
from gui.worklist.worklist_filter import WorklistFilter

CELL_MARGIN_PX: Final = 16
HEADER_PX: Final = 28
FILM_PX: Final = 200  # with the thumbnail
MIN_WIDTHS_PX: Final = {
    ACCESSION: 96,
    STUDY_DATE: 92,
    PATIENT: 96,
    DECISION: 92,
    PROBABILITY: 84,
    LABEL: 96,
    READER: 104,
    NOTE: 96,
    STATUS: 200,
}


class TableView(QTableView):
    """The same rows as the strip's, with the same current film; in blind reading they cannot be sorted.

    While it is shown, the study numbers of DICOM films are read, and have columns.

    rows, selection: of the strip. Signal: film_wanted() on Enter or a double click: show the film again.
    """

    film_wanted = Signal()

    def __init__(self, rows: WorklistFilter, selection: QItemSelectionModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name_widget(self, "table", tr("Table of films"))
        self._rows = rows
        self._is_fitted = False
        self.setModel(rows)
        self.setSelectionModel(selection)
        self.setItemDelegate(CellDelegate(self))
        self.setIconSize(QSize(THUMBNAIL_PX, THUMBNAIL_PX))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(THUMBNAIL_PX + 4)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(False)
        header.setMinimumHeight(HEADER_PX)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.sortIndicatorChanged.connect(self._on_sort_wanted)
        header.sectionResized.connect(self._fit_names)
        rows.arranged.connect(self._show_order)
        rows.table.all_changed.connect(self._on_list_changed)
        rows.table.studies.arrived.connect(self._on_studies_arrived)
        self.doubleClicked.connect(self._on_double_clicked)
        self._show_order()
        self._show_study_columns()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentIndex().isValid():
            self.film_wanted.emit()
        elif not move_by_key(self, event):
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_names()

    def showEvent(self, event: QShowEvent) -> None:
        """Fit the columns to their headings once, when the theme's font is known."""
        if not self._is_fitted:
            self._is_fitted = True
            self._fit(MIN_WIDTHS_PX)
        super().showEvent(event)
        self.scrollTo(self.currentIndex())
        self._rows.table.show_studies()

    @Slot()
    def _on_list_changed(self) -> None:
        self._show_study_columns()
        if self.isVisible():
            self._rows.table.show_studies()

    @Slot(object)
    def _on_studies_arrived(self, _files: tuple[str, ...]) -> None:
        if any(map(self.isColumnHidden, STUDY_COLUMNS)):
            self._show_study_columns()

    def _show_study_columns(self) -> None:
        """Show the columns of those study numbers that the list has, so that names keep their room."""
        for column, field in STUDY_COLUMNS.items():
            self.setColumnHidden(column, field not in self._rows.table.studies.known)
        if self._is_fitted:
            self._fit(STUDY_COLUMNS)  # hidden ones have no width

    def _fit(self, columns: Iterable[int]) -> None:
        """Give columns room for their headings."""
        for column in columns:
            self.horizontalHeader().resizeSection(column, max(MIN_WIDTHS_PX[column], self._content_px(column)))

    @Slot()
    def _fit_names(self) -> None:
        """Give the names of films what the other columns leave, but never less than FILM_PX: then the table scrolls."""
        header = self.horizontalHeader()
        others = sum(header.sectionSize(column) for column in range(header.count()) if column != FILM)
        width = max(FILM_PX, self.viewport().width() - others)
        if header.sectionSize(FILM) != width:
            header.resizeSection(FILM, width)

    def _content_px(self, column: int) -> int:
        """Return the width that a column needs for its heading and, if it has them, decisions."""
        heading_px = self.horizontalHeader().sectionSizeHint(column)
        if column != DECISION:
            return heading_px
        font = self.fontMetrics()
        texts = [f"{DECISION_MARKS[decision]} {tr(decision)}" for decision in Decision]
        return max(heading_px, *(font.horizontalAdvance(text) + CELL_MARGIN_PX for text in texts))

    @Slot()
    def _show_order(self) -> None:
        """Show by which column the rows are sorted, by none in blind reading."""
        header, can_sort = self.horizontalHeader(), not self._rows.table.is_blind
        header.blockSignals(True)
        header.setSectionsClickable(can_sort)
        header.setSortIndicatorShown(can_sort)
        header.setSortIndicator(*self._rows.sorted_by)
        header.blockSignals(False)

    @Slot(int, Qt.SortOrder)
    def _on_sort_wanted(self, column: int, order: Qt.SortOrder) -> None:
        self._rows.sort(column, order)

    @Slot(QModelIndex)
    def _on_double_clicked(self, _index: QModelIndex) -> None:
        self.film_wanted.emit()
