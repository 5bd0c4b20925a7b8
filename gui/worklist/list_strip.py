"""The narrow list beside the film: header, search, chips, and rows of two lines."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.screening.events import LedgerRow
from core.screening.reader_calls import CallBook
from core.system.language import tr
from gui.widgets.named_widgets import name_widget
from gui.widgets.theme import Colours
from gui.worklist.chip_bar import COUNT_MILLISECONDS, ChipBar
from gui.worklist.row_kinds import RowKind
from gui.worklist.row_list import RowList
from gui.worklist.strip_header import StripHeader
from gui.worklist.worklist_filter import WorklistFilter
from gui.worklist.worklist_table import WorklistTable

# widths of screens, in pixels at their scale, from which on the strip is so wide
WIDTHS_PX: Final = ((1920, 300), (1366, 264), (0, 240))
MARGIN_PX: Final = 6


def strip_width_px(screen_px: int) -> int:
    """Return the width of the strip on a screen of this width."""
    return next(width for least, width in WIDTHS_PX if screen_px >= least)


class ListStrip(QWidget):
    """The films of a list, one of which is current. It stays current where the filter hides it.

    Signals: row_chosen(LedgerRow) once when another film becomes current, by mouse, keys or the
    program, or when its row is replaced; table_wanted(bool).
    """

    row_chosen = Signal(object)
    table_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name_widget(self, "list_strip", tr("List of films"))
        self.table = WorklistTable(self)
        self.rows = WorklistFilter(self.table, self)
        self._current: str | None = None  # its file
        self._number = 0  # its last position, once its row has gone
        self.header = StripHeader()
        self.filters = ChipBar(self.rows)
        self.view = RowList(self.rows)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        top = QVBoxLayout()
        top.setContentsMargins(MARGIN_PX, 6, MARGIN_PX, 6)
        top.setSpacing(6)
        top.addWidget(self.header)
        top.addWidget(self.filters)
        layout.addLayout(top)
        layout.addWidget(self.view, 1)
        self._timer = QTimer(self, singleShot=True, interval=COUNT_MILLISECONDS)
        self._timer.timeout.connect(self._show_count)
        self._connect()
        self._fit()

    def _connect(self) -> None:
        self.header.table_wanted.connect(self.table_wanted)
        self.filters.left.connect(self.view.setFocus)
        self.view.selectionModel().currentChanged.connect(self._on_current_changed)
        self.rows.arranged.connect(self._show_current)
        self.rows.arranged.connect(self._on_arranged)
        self.table.row_replaced.connect(self._on_row_given)
        self.table.row_added.connect(self._on_row_given)

    def show_list(
        self,
        folder: Path | None,
        rows: Sequence[LedgerRow],
        book: CallBook,
        is_blind: bool,
        seed: str = "",
    ) -> None:
        """Replace the list; no film is current then.

        book: the reader's calls. seed: draws the order of blind reading, such as the ledger's name.
        """
        self._current, self._number = None, 0
        self.rows.forget()
        self.filters.clear_search()
        self.table.show_list(folder, rows, book, is_blind, seed or str(folder))
        self.header.show_list(folder, is_blind)
        self._show_count()
        self.view.scrollToTop()

    def add(self, row: LedgerRow) -> None:
        """Add a row, or replace the row of the same file."""
        self.table.add(row)

    def remove(self, file: str) -> None:
        """Remove the row of a file. If it was current, none is until it comes again or another is chosen."""
        self.table.remove(file)

    def refresh(self, file: str) -> None:
        """Show the present call on a film, which never moves its row."""
        self.table.refresh(file)

    def set_blind(self, is_blind: bool) -> None:
        """Hide, or show, answers and names of films that are not called yet."""
        self.table.set_blind(is_blind)
        self.header.show_list(self.table.folder, is_blind)

    def set_colours(self, colours: Colours) -> None:
        self.table.set_colours(colours)

    def close_thumbnails(self) -> None:
        self.table.close()

    def display_name(self, row: LedgerRow) -> str:
        """Return the name that may be shown of a film."""
        return self.table.display_name(row)

    def current_row(self) -> LedgerRow | None:
        return None if self._current is None else self.table.find(self._current)

    def select_file(self, file: str) -> None:
        """Make a film current; if the filter hides it, all films are shown."""
        self.rows.flush()
        if self.table.find(file) is None:
            return
        if self.rows.number_of(file) is None:
            self.filters.reset(RowKind.NO_FILMS if self.table.counts.has(file, RowKind.NO_FILMS) else RowKind.ALL)
        self._choose(file)

    def move_by(self, by: int) -> None:
        """Make the film so many rows below the current one current, at most the first or last."""
        self.rows.flush()
        number = self._find_number()
        if number is None:
            self._choose_number(0)
        else:
            is_shown = self._current is not None and self.rows.number_of(self._current) is not None
            self._choose_number(number + by - (by > 0 and not is_shown))

    def move_to_end(self, last: bool) -> None:
        """Make the last, or the first, film current."""
        self.rows.flush()
        self._choose_number(self.rows.rowCount() - 1 if last else 0)

    def move_to_uncalled(self) -> bool:
        """Make the next film without a call current, from the start again at the end; False if there is none."""
        self.rows.flush()
        number = self._find_number()
        is_shown = self._current is not None and self.rows.number_of(self._current) is not None
        after = -1 if number is None else number if is_shown else number - 1
        found = self.rows.find_next(RowKind.NOT_CALLED, after)
        if found is None or self.rows.row(found).file == self._current:
            return False
        self._choose_number(found)
        return True

    def position_of(self, row: LedgerRow) -> tuple[int, int]:
        """Return the place of a row among those shown, from 1, and their number; place 0 where it is not shown."""
        self.rows.flush()
        number = self.rows.number_of(row.file)
        return (0 if number is None else number + 1), self.rows.rowCount()

    def neighbours(self, ahead: int, behind: int) -> list[LedgerRow]:
        """Return the rows below the current one, the next one first, then those above it."""
        number = self._find_number() or 0
        wanted = (*range(number + 1, number + 1 + ahead), *range(number - 1, number - 1 - behind, -1))
        return [self.rows.row(place) for place in wanted if 0 <= place < self.rows.rowCount()]

    def showEvent(self, event: QShowEvent) -> None:
        self._fit()
        super().showEvent(event)

    def _fit(self) -> None:
        self.setFixedWidth(strip_width_px(self.screen().availableGeometry().width()))

    def _find_number(self) -> int | None:
        """Return the position of the current film, or where it would be or was; None without one."""
        if self._current is None:
            return None
        place = self.rows.place_of(self._current)
        return self._number if place is None else place

    def _choose_number(self, number: int) -> None:
        count = self.rows.rowCount()
        if count:
            self._choose(self.rows.row(min(max(number, 0), count - 1)).file)

    def _choose(self, file: str) -> None:
        if file != self._current:
            self._current = file
            self._show_current()
            self.view.show_row(self._number)
            self.row_chosen.emit(self.table.row(file))

    @Slot()
    def _show_current(self) -> None:
        """Let the views show the current film as chosen, and no other."""
        selection = self.view.selectionModel()
        number = None if self._current is None else self.rows.number_of(self._current)
        if number is None:
            selection.clear()
            return
        self._number = number
        if selection.currentIndex().row() != number or not selection.isRowSelected(number, QModelIndex()):
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            selection.setCurrentIndex(self.rows.index(number, 0), flags)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, index: QModelIndex, _previous: QModelIndex) -> None:
        if index.isValid() and not self.rows.is_changing:
            self._choose(self.rows.row(index.row()).file)

    @Slot(str)
    def _on_row_given(self, file: str) -> None:
        if file == self._current:
            self.row_chosen.emit(self.table.row(file))

    @Slot()
    def _on_arranged(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _show_count(self) -> None:
        self._timer.stop()
        self.header.show_count(self.rows.rowCount(), self.table.counts.count(RowKind.ALL))
