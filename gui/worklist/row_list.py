"""The narrow list view of films: one film is chosen, by mouse or arrow keys.

It is a table view of one column, for a QListView lays out every row again after each that comes:
with 20,000 rows that takes 0.1 s.
"""

from typing import Final

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from core.system.language import tr
from gui.widgets.named_widgets import name_widget
from gui.worklist.columns import FILM, HEADINGS
from gui.worklist.row_delegate import ROW_PX, RowDelegate
from gui.worklist.worklist_filter import WorklistFilter

# narrow, in a grey that can be seen on both themes
SCROLL_BAR: Final = """
    QScrollBar:vertical { width: 9px; background: transparent; margin: 0; }
    QScrollBar::handle:vertical { background: rgba(128, 138, 150, 120); border-radius: 3px; margin: 2px 1px 2px 2px;
                                  min-height: 28px; }
    QScrollBar::handle:vertical:hover { background: rgba(128, 138, 150, 200); }
    QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical { height: 0; }
    QScrollBar::add-page:vertical, QScrollBar::sub-page:vertical { background: transparent; }
"""
MOVES: Final = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})
PLAIN: Final = frozenset({Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier})


def move_by_key(view: QTableView, event: QKeyEvent) -> bool:
    """Move to another row if a key asks for it; False for any other key."""
    if event.modifiers() not in PLAIN:
        return False
    if event.key() in MOVES:
        QTableView.keyPressEvent(view, event)
        return True
    if event.key() in {Qt.Key.Key_Home, Qt.Key.Key_End}:  # a table's own go to the ends of a row
        count = view.model().rowCount()
        if count:
            view.setCurrentIndex(view.model().index(0 if event.key() == Qt.Key.Key_Home else count - 1, 0))
        return True
    return False


class RowList(QTableView):
    """Two-line rows. Other keys than those that move are left to the window: they call films."""

    def __init__(self, rows: WorklistFilter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name_widget(self, "films", tr("Films"))
        self._rows = rows
        self.setModel(rows)
        self.setItemDelegate(RowDelegate(self))
        self._hide_table()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setStyleSheet(SCROLL_BAR)
        self.setAutoScroll(False)  # rows that come must not scroll away what is looked at
        self.verticalScrollBar().setSingleStep(ROW_PX // 2)
        self._anchor: tuple[str, int] | None = None  # a file in view and its distance from the top
        rows.arranging.connect(self._keep_place)
        rows.arranged.connect(self._restore_place)

    def _hide_table(self) -> None:
        """Show one column without headers and lines, as wide as there is room."""
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for column in range(len(HEADINGS)):
            self.setColumnHidden(column, column != FILM)
        self.horizontalHeader().setSectionResizeMode(FILM, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.verticalHeader().hide()

    def show_row(self, number: int) -> None:
        """Scroll until a row is in view."""
        self.scrollTo(self._rows.index(number, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not move_by_key(self, event):
            event.ignore()

    def selectionCommand(
        self, index: QModelIndex | QPersistentModelIndex, event: QEvent | None = None
    ) -> QItemSelectionModel.SelectionFlag:
        """Choose whole rows, and never none: Ctrl and a click would otherwise."""
        if not index.isValid():
            return QItemSelectionModel.SelectionFlag.NoUpdate
        return QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows

    @Slot()
    def _keep_place(self) -> None:
        """Remember where the current row is, or the first in view, unless the list is at its top."""
        top_px = self.verticalScrollBar().value()
        current = self.currentIndex().row()
        distance = current * ROW_PX - top_px
        if current < 0 or not -ROW_PX < distance < self.viewport().height():
            current = top_px // ROW_PX
            distance = current * ROW_PX - top_px
            if top_px == 0 or current >= self._rows.rowCount():
                self._anchor = None
                return
        self._anchor = self._rows.file(current), distance

    @Slot()
    def _restore_place(self) -> None:
        number = None if self._anchor is None else self._rows.number_of(self._anchor[0])
        if self._anchor is not None and number is not None:
            self.updateGeometries()  # sets the range to scroll in
            self.verticalScrollBar().setValue(number * ROW_PX - self._anchor[1])

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._rows.rowCount() == 0 and self._rows.table.counts.has_any:
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().placeholderText().color())
            area = self.viewport().rect().adjusted(12, 24, -12, -12)
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(area, flags, tr("No film in the list fits the filter."))
