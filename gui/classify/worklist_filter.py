"""Filter, search and sort the rows of the worklist."""

from enum import Enum
from typing import Any

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel

from core.models.decision import Decision
from core.screening.events import LedgerRow, Status
from core.screening.reader_calls import Stance
from core.system.language import marked
from gui.classify.worklist_table import FILM, NOTE, STATUS, WorklistTable, is_no_film
from gui.widgets.tables import SORT_ROLE


class RowKind(Enum):
    """Which rows are shown; the value, translated, is shown in the filter."""

    ALL = marked("All files")
    LIKELY = marked("Likely")
    REVIEW = marked("Review")
    UNLIKELY = marked("Unlikely")
    REFUSED = marked("Refused")
    FAILED = marked("Failed")
    NOT_CALLED = marked("No call yet")
    DISAGREEMENTS = marked("Disagreements")


class WorklistFilter(QSortFilterProxyModel):
    """The rows of one kind whose file, note or status contains a text; sortable by any column.

    Files that are no films are hidden unless they are wanted.
    """

    def __init__(self, table: WorklistTable) -> None:
        super().__init__()
        self._table = table
        self._kind = RowKind.ALL
        self._search = ""
        self._shows_no_films = False
        self.setSourceModel(table)
        self.setSortRole(SORT_ROLE)

    def set_kind(self, kind: RowKind) -> None:
        self._kind = kind
        self.invalidate()

    def set_text(self, text: str) -> None:
        """Show only rows that contain this text, ignoring case."""
        self._search = text.strip().casefold()
        self.invalidate()

    def show_no_films(self, is_wanted: bool) -> None:
        """Show or hide files that are no films."""
        self._shows_no_films = is_wanted
        self.invalidate()

    def row(self, number: int) -> LedgerRow:
        """Return the row shown at position `number`."""
        return self._table.row(self.mapToSource(self.index(number, 0)).row())

    def index_of(self, file: str) -> QModelIndex:
        """Return the index of a file's row, invalid where it is not shown."""
        number = self._table.row_number(file)
        return QModelIndex() if number is None else self.mapFromSource(self._table.index(number, 0))

    def filterAcceptsRow(self, source_row: int, _parent: QModelIndex | Any) -> bool:
        table, row = self._table, self._table.row(source_row)
        if is_no_film(row) and not self._shows_no_films:
            return False
        if self._search:
            texts = (table.data(table.index(source_row, column)) for column in (FILM, NOTE, STATUS))
            if not any(self._search in text.casefold() for text in texts):
                return False
        match self._kind:
            case RowKind.ALL:
                return True
            case RowKind.REFUSED | RowKind.FAILED:
                return row.status is Status[self._kind.name]
            case RowKind.NOT_CALLED:
                return row.status is Status.SCORED and not table.is_called(row)
            case RowKind.DISAGREEMENTS:
                return table.has_stance(row, Stance.DISAGREES)
            case _:
                return row.decision is Decision[self._kind.name] and not table.is_hidden(row)
