"""The rows that are shown and their places: of one kind, with a text in them, sorted."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from PySide6.QtCore import QModelIndex, QObject, Qt, QTimer, Signal, Slot

from core.screening.events import LedgerRow
from gui.widgets.tables import ROOT
from gui.worklist.columns import ACCESSION, FILM, HEADINGS, PATIENT, PROBABILITY, cell_value
from gui.worklist.row_kinds import ANSWER_KINDS, RowKind
from gui.worklist.row_model import RowModel
from gui.worklist.row_order import Key, sort_key
from gui.worklist.worklist_table import WorklistTable

ARRIVAL_MILLISECONDS: Final = 100  # rows that arrive in this time are laid out at once


class WorklistFilter(RowModel):
    """The rows of one kind that contain a text.

    They are sorted by a column, at first the most probable; in blind reading their order was drawn
    by lot and stays. A call never moves a row and never takes it from the list: a row that no
    longer fits stays until a filter is chosen again. New rows get their places ten times a second.
    Signals: arranging() and arranged() before and after rows come, go or move.
    is_changing: whether they come, go or move now; what views then choose is no person's wish.
    """

    arranging = Signal()
    arranged = Signal()

    def __init__(self, table: WorklistTable, parent: QObject | None = None) -> None:
        super().__init__(table, parent)
        self.kind = RowKind.ALL
        self.search = ""
        self.is_changing = False
        self._column, self._order = PROBABILITY, Qt.SortOrder.DescendingOrder
        self._arrived: dict[str, None] = {}
        self._timer = QTimer(self, singleShot=True, interval=ARRIVAL_MILLISECONDS)
        self._timer.timeout.connect(self.flush)
        table.all_changed.connect(self._on_all_changed)
        table.row_added.connect(self._on_row_added)
        table.row_replaced.connect(self._on_row_replaced)
        table.row_leaving.connect(self._on_row_leaving)
        table.call_changed.connect(self._on_call_changed)
        table.picture_changed.connect(self._on_picture_changed)
        table.studies.arrived.connect(self._on_studies_arrived)
        table.tints_changed.connect(self._on_tints_changed)

    def show_only(self, kind: RowKind, search: str = "") -> None:
        """Show only rows of this kind that contain this text, ignoring case, in what is shown of them."""
        self.kind, self.search = kind, search.strip().casefold()
        if self.search:
            self.table.show_studies()
        self._rebuild()

    def forget(self) -> None:
        """Of the next list show all films, the most probable first, whatever was wanted of this one."""
        self.kind, self.search = RowKind.ALL, ""
        self._column, self._order = PROBABILITY, Qt.SortOrder.DescendingOrder

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; never in blind reading."""
        if 0 <= column < len(HEADINGS) and not self.table.is_blind:
            self._column, self._order = column, order
            self._rebuild()

    @property
    def sorted_by(self) -> tuple[int, Qt.SortOrder]:
        return self._column, self._order

    def number_of(self, file: str) -> int | None:
        """Return the position of a file's row, None where it is not shown."""
        return self._shown.number_of(file)

    def place_of(self, file: str) -> int | None:
        """Return the position that a file's row has or would have if it were shown, None if it is in no list."""
        row = self.table.find(file)
        return None if row is None else self._shown.place_of(self._shown.key(file) or self._key(row))

    def find_next(self, kind: RowKind, after: int) -> int | None:
        """Return the position of the next row of a kind behind `after`, from the start again at the end."""
        counts, count = self.table.counts, len(self._shown)
        numbers = ((after + step) % count for step in range(1, count + 1))
        return next((number for number in numbers if counts.has(self._shown.file(number), kind)), None)

    @Slot()
    def flush(self) -> None:
        """Give the rows that arrived their places now."""
        self._timer.stop()
        arrived, self._arrived = self._arrived, {}
        rows = [row for file in arrived if (row := self.table.find(file)) is not None and self._accepts(row)]
        if rows:
            with self._changing():
                for row in rows:
                    self._insert(row)

    def _key(self, row: LedgerRow) -> Key:
        if self.table.is_blind:
            return self.table.blind_key(row.file)
        value = cell_value(self.table, row, self._column)
        return sort_key(row, value, self._order is Qt.SortOrder.DescendingOrder)

    def _accepts(self, row: LedgerRow) -> bool:
        if not self.table.counts.has(row.file, self.kind):
            return False
        if not self.search:
            return True
        return any(self.search in part.casefold() for part in self.table.list_words(row))

    @contextmanager
    def _changing(self) -> Iterator[None]:
        self.arranging.emit()
        self.is_changing = True
        try:
            yield
        finally:
            self.is_changing = False
        self.arranged.emit()

    def _rebuild(self) -> None:
        self._timer.stop()
        self._arrived = {}
        with self._changing():
            self.beginResetModel()
            self._shown.replace(self._key(row) for row in self.table.rows if self._accepts(row))
            self.endResetModel()

    def _insert(self, row: LedgerRow) -> None:
        key = self._key(row)
        number = self._shown.place_of(key)
        self.beginInsertRows(ROOT, number, number)
        self._shown.insert(key)
        self.endInsertRows()

    def _remove(self, file: str) -> None:
        number = self.number_of(file)
        if number is not None:
            self.beginRemoveRows(ROOT, number, number)
            self._shown.remove(file)
            self.endRemoveRows()

    def _say_changed(self, file: str) -> None:
        number = self.number_of(file)
        if number is not None:
            self.dataChanged.emit(self.index(number, 0), self.index(number, len(HEADINGS) - 1))

    @Slot()
    def _on_all_changed(self) -> None:
        if self.table.is_blind and self.kind in ANSWER_KINDS:
            self.kind = RowKind.ALL
        self._rebuild()

    @Slot(str)
    def _on_row_added(self, file: str) -> None:
        self._arrived[file] = None
        if not self._timer.isActive():
            self._timer.start()

    @Slot(str)
    def _on_row_replaced(self, file: str) -> None:
        row = self.table.find(file)
        if row is None or file in self._arrived:
            return
        old = self._shown.key(file)
        if old is None and not self._accepts(row):
            return
        if old != self._key(row):
            with self._changing():
                self._remove(file)
                self._insert(row)
        self._say_changed(file)

    @Slot(str)
    def _on_row_leaving(self, file: str) -> None:
        self._arrived.pop(file, None)
        if file in self._shown:
            with self._changing():
                self._remove(file)

    @Slot(str)
    def _on_call_changed(self, file: str) -> None:
        row = self.table.find(file)
        if row is not None and file not in self._shown and file not in self._arrived and self._accepts(row):
            with self._changing():
                self._insert(row)
        self._say_changed(file)

    @Slot(str)
    def _on_picture_changed(self, file: str) -> None:
        number = self.number_of(file)
        if number is not None:  # of a single cell, so that views paint no other
            cell = self.index(number, FILM)
            self.dataChanged.emit(cell, cell, [Qt.ItemDataRole.DecorationRole])

    @Slot(object)
    def _on_studies_arrived(self, files: tuple[str, ...]) -> None:
        """Give rows the places that their study numbers give them, and show those that the search finds by them."""
        moving = []
        for file in files:
            row, key = self.table.find(file), self._shown.key(file)
            if row is None or file in self._arrived or (key is None and not self._accepts(row)):
                continue
            if key != self._key(row):
                moving.append(row)
        if moving:
            with self._changing():
                for row in moving:
                    self._remove(row.file)
                    self._insert(row)
        for number in (number for number in map(self.number_of, files) if number is not None):
            self.dataChanged.emit(self.index(number, ACCESSION), self.index(number, PATIENT))

    @Slot()
    def _on_tints_changed(self) -> None:
        if self._shown:
            last = QModelIndex(self.index(len(self._shown) - 1, len(HEADINGS) - 1))
            self.dataChanged.emit(self.index(0, 0), last, [Qt.ItemDataRole.ForegroundRole])
