"""The rows of a screening as a table: thumbnails, the reader's calls, filter and search; answers hidden while blind."""

from collections import OrderedDict
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QSortFilterProxyModel, Qt, Slot
from PySide6.QtGui import QColor, QImage, QPixmap

from core.metrics.figures import format_probability
from core.models.decision import Decision
from core.screening.events import LedgerRow, Status
from core.screening.folder_listing import path_of_name, relative_name
from core.screening.reader_calls import UNSURE, Call, CallBook
from core.system.errors import format_reason
from core.system.language import marked, tr
from core.system.safe_text import escape_name
from gui.film.thumbnails import Thumbnails
from gui.widgets.tables import ROOT, SORT_ROLE, Index
from gui.widgets.theme import DARK, Colours

HEADINGS: Final = (
    marked("Film"),
    marked("Decision"),
    marked("Probability"),
    marked("Label"),
    marked("Reader"),
    marked("Note"),
    marked("Status"),
)
FILM, DECISION, PROBABILITY, LABEL, READER, NOTE, STATUS = range(7)
HIDDEN: Final = marked("hidden")
THUMBNAIL_PX: Final = 48
KEPT: Final = 2000  # thumbnails in memory, about 20 MB
MOST_WAITING: Final = 100
MARKS: Final = {Decision.LIKELY: "▲", Decision.REVIEW: "◆", Decision.UNLIKELY: "▽"}
ORDER: Final = {Decision.UNLIKELY: 0.0, Decision.REVIEW: 1.0, Decision.LIKELY: 2.0}


def format_decision(decision: Decision) -> str:
    """A decision with its mark."""
    return f"{MARKS[decision]} {tr(decision)}"


class Kind(Enum):
    """Which rows are shown; the value is shown to people, translated."""

    ALL = marked("All files")
    LIKELY = marked("Likely")
    REVIEW = marked("Review")
    UNLIKELY = marked("Unlikely")
    REFUSED = marked("Refused")
    FAILED = marked("Failed")
    NOT_CALLED = marked("Not yet called")
    DISAGREEMENTS = marked("Disagreements")


class WorklistTable(QAbstractTableModel):
    """Rows in the order they came. Thumbnails are read for rows that are painted."""

    def __init__(self) -> None:
        super().__init__()
        self._folder: Path | None = None
        self._rows: list[LedgerRow] = []
        self._places: dict[str, int] = {}
        self._book = CallBook((), lambda _: None)
        self._is_blind = False
        self._tints: dict[Decision, QColor] = {}
        self.set_colours(DARK)
        self._images: OrderedDict[str, QPixmap] = OrderedDict()
        self._thumbnails = Thumbnails(THUMBNAIL_PX, self, MOST_WAITING)
        self._thumbnails.ready.connect(self._on_thumbnail)

    def show_folder(self, folder: Path | None, rows: Sequence[LedgerRow], book: CallBook) -> None:
        """Begin anew with these rows; book: the calls on them."""
        self.beginResetModel()
        self._thumbnails.forget()
        self._images.clear()
        self._folder, self._rows, self._book = folder, list(rows), book
        self._places = {row.file: place for place, row in enumerate(self._rows)}
        self.endResetModel()

    def add(self, row: LedgerRow) -> None:
        """Add a row, or replace that of the same file."""
        place = self._places.get(row.file)
        if place is not None:
            self._rows[place] = row
            self.dataChanged.emit(self.index(place, 0), self.index(place, STATUS))
            return
        self.beginInsertRows(ROOT, len(self._rows), len(self._rows))
        self._places[row.file] = len(self._rows)
        self._rows.append(row)
        self.endInsertRows()

    def refresh(self, file: str) -> None:
        """Show anew what is said of a film."""
        place = self._places.get(file)
        if place is not None:
            self.dataChanged.emit(self.index(place, 0), self.index(place, STATUS))

    def set_blind(self, is_blind: bool) -> None:
        """Hide the answers on films that the reader has not called yet."""
        self._is_blind = is_blind
        self._show_anew()

    def set_colours(self, colours: Colours) -> None:
        """Write decisions in the colours of a theme."""
        self._tints = {
            Decision.LIKELY: QColor(colours.likely),
            Decision.REVIEW: QColor(colours.review),
            Decision.UNLIKELY: QColor(colours.unlikely),
        }
        self._show_anew()

    def _show_anew(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, STATUS))

    def close(self) -> None:
        self._thumbnails.close()

    @property
    def rows(self) -> Sequence[LedgerRow]:
        return self._rows

    def row(self, place: int) -> LedgerRow:
        return self._rows[place]

    def place_of(self, file: str) -> int | None:
        return self._places.get(file)

    def path_of(self, row: LedgerRow) -> Path:
        return path_of_name(self._folder or Path(), row.file)

    def is_hidden(self, row: LedgerRow) -> bool:
        """True where the reader must not see the answer yet."""
        call = self._book.of(row.file)
        return self._is_blind and row.status is Status.SCORED and not (call and call.reader)

    def disagrees(self, row: LedgerRow) -> bool:
        """True where the reader named another class than the model, and may know it."""
        call = self._book.of(row.file)
        return bool(call and call.reader and call.reader != UNSURE and row.label and call.reader != row.label)

    def is_called(self, row: LedgerRow) -> bool:
        call = self._book.of(row.file)
        return bool(call and call.reader)

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return tr(HEADINGS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DecorationRole and column == FILM and row.status is Status.SCORED:
            return self._image(row)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == SORT_ROLE:
            return self._sort_value(row, column)
        if role == Qt.ItemDataRole.ForegroundRole and column == DECISION and row.decision and not self.is_hidden(row):
            return self._tints[row.decision]
        if role == Qt.ItemDataRole.TextAlignmentRole and column == PROBABILITY:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _text(self, row: LedgerRow, column: int) -> str:
        call = self._book.of(row.file)
        if column in {DECISION, PROBABILITY, LABEL} and self.is_hidden(row):
            return tr(HIDDEN)
        match column:
            case 0:
                return escape_name(row.file)
            case 1:
                return format_decision(row.decision) if row.decision else ""
            case 2:
                return "" if row.probability is None else format_probability(row.probability)
            case 3:
                return escape_name(row.label or "")
            case 4:
                return "" if call is None else self._called(row, call)
            case 5:
                return "" if call is None else " ".join(call.note.split())
            case _:
                status = tr(row.status.value)
                return f"{status}: {format_reason(row.reason)}" if row.reason else status

    def _called(self, row: LedgerRow, call: Call) -> str:
        """The reader's class, with a mark where the model named another one."""
        name = tr(UNSURE) if call.reader == UNSURE else call.reader
        return f"≠ {name}" if self.disagrees(row) else name

    def _sort_value(self, row: LedgerRow, column: int) -> str | float:
        if column not in {DECISION, PROBABILITY}:
            return self._text(row, column)
        if self.is_hidden(row) or row.probability is None:
            return -1.0
        return row.probability if column == PROBABILITY else (ORDER[row.decision] if row.decision else -1.0)

    def _image(self, row: LedgerRow) -> QPixmap | None:
        if row.file not in self._images and self._folder is not None:
            self._thumbnails.want(path_of_name(self._folder, row.file))
        return self._images.get(row.file)

    @Slot(object, object)
    def _on_thumbnail(self, path: Path, image: QImage | None) -> None:
        if self._folder is None or image is None or not path.is_relative_to(self._folder):
            return
        name = relative_name(path, self._folder)
        self._images[name] = QPixmap.fromImage(image)
        if len(self._images) > KEPT:
            self._images.popitem(last=False)
        if (place := self._places.get(name)) is not None:
            where = self.index(place, FILM)
            self.dataChanged.emit(where, where, [Qt.ItemDataRole.DecorationRole])


class WorklistFilter(QSortFilterProxyModel):
    """The rows of one kind whose file or note holds a text; sorted by any column, the likeliest first."""

    def __init__(self, table: WorklistTable) -> None:
        super().__init__()
        self._table, self._kind, self._wanted = table, Kind.ALL, ""
        self.setSourceModel(table)
        self.setSortRole(SORT_ROLE)

    def set_kind(self, kind: Kind) -> None:
        self._kind = kind
        self.invalidate()

    def set_text(self, text: str) -> None:
        self._wanted = text.strip().casefold()
        self.invalidate()

    def filterAcceptsRow(self, source_row: int, _parent: QModelIndex | Any) -> bool:
        table, row = self._table, self._table.row(source_row)
        if self._wanted:
            texts = (table.data(table.index(source_row, column)) for column in (FILM, NOTE, STATUS))
            if not any(self._wanted in text.casefold() for text in texts):
                return False
        match self._kind:
            case Kind.ALL:
                return True
            case Kind.REFUSED | Kind.FAILED:
                return row.status is Status[self._kind.name]
            case Kind.NOT_CALLED:
                return row.status is Status.SCORED and not table.is_called(row)
            case Kind.DISAGREEMENTS:
                return table.disagrees(row)
            case _:
                return row.decision is Decision[self._kind.name] and not table.is_hidden(row)
