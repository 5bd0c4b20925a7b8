"""The rows of a screening as a table model, with thumbnails and the reader's calls."""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, Qt, Slot
from PySide6.QtGui import QColor, QImage, QPixmap

from core.metrics.figure_labels import format_probability
from core.models.decision import Decision
from core.screening.events import LedgerRow, Status
from core.screening.folder_listing import path_of_name, relative_name
from core.screening.reader_calls import UNSURE, Call, CallBook, Opinion, Stance, compare_call
from core.system.errors import NO_FILM_REASONS, UNLIKE_CAUTION, Reason, format_reason
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
EARLIER_FILM: Final = marked("Called on an earlier version of this film. Call it again to confirm or change it.")
STANCE_MARKS: Final = {Stance.DISAGREES: "≠ ", Stance.EARLIER_FILM: "↺ "}
THUMBNAIL_PX: Final = 48
MAX_IMAGES: Final = 2000  # thumbnails in memory, about 20 MB
MAX_PENDING: Final = 100
DECISION_MARKS: Final = {Decision.LIKELY: "▲", Decision.REVIEW: "◆", Decision.UNLIKELY: "▽"}
UNLIKE_MARK: Final = "⚠"
DECISION_ORDER: Final = {Decision.UNLIKELY: 0.0, Decision.REVIEW: 1.0, Decision.LIKELY: 2.0}


def format_decision(decision: Decision) -> str:
    """Return a decision with its mark."""
    return f"{DECISION_MARKS[decision]} {tr(decision)}"


def is_unlike(row: LedgerRow) -> bool:
    """Whether a scored film is in review because it is unlike those that the model was validated on."""
    return row.status is Status.SCORED and row.reason == Reason.UNLIKE_VALIDATED_FILMS


def _format_row_decision(row: LedgerRow) -> str:
    """Return the decision of a row with its mark, which warns where the film is unlike validated ones."""
    if row.decision is None:
        return ""
    return f"{UNLIKE_MARK} {tr(row.decision)}" if is_unlike(row) else format_decision(row.decision)


def _format_status(row: LedgerRow, is_hidden: bool) -> str:
    """Return the status of a row with its reason, unless that is part of an answer that is hidden yet."""
    if not row.reason or (is_hidden and is_unlike(row)):
        return tr(row.status.value)
    return f"{tr(row.status.value)}: {format_reason(row.reason)}"


def is_no_film(row: LedgerRow) -> bool:
    """Whether the file of a row is no film, such as a viewer program or a text."""
    return row.status is Status.REFUSED and row.reason in NO_FILM_REASONS


class WorklistTable(QAbstractTableModel):
    """Rows in order of arrival. Thumbnails are read for the rows that are painted.

    In blind mode the model's answer on a film is hidden until the reader has called the film.
    no_films: number of rows of files that are no films.
    """

    def __init__(self) -> None:
        super().__init__()
        self._folder: Path | None = None
        self._rows: list[LedgerRow] = []
        self._numbers: dict[str, int] = {}
        self._book = CallBook((), lambda _: None)
        self._is_blind = False
        self.no_films = 0
        self._tints: dict[Decision, QColor] = {}
        self.set_colours(DARK)
        self._images: OrderedDict[str, QPixmap] = OrderedDict()
        self._thumbnails = Thumbnails(THUMBNAIL_PX, self, MAX_PENDING)
        self._thumbnails.ready.connect(self._on_thumbnail)

    def show_folder(self, folder: Path | None, rows: Sequence[LedgerRow], book: CallBook) -> None:
        """Replace all rows; book: the reader's calls on them."""
        self.beginResetModel()
        self._thumbnails.cancel_requests()
        self._images.clear()
        self._folder, self._rows, self._book = folder, list(rows), book
        self._numbers = {row.file: number for number, row in enumerate(self._rows)}
        self.no_films = sum(is_no_film(row) for row in self._rows)
        self.endResetModel()

    def add(self, row: LedgerRow) -> None:
        """Add a row, or replace the row of the same file."""
        number = self._numbers.get(row.file)
        self.no_films += is_no_film(row)
        if number is not None:
            self.no_films -= is_no_film(self._rows[number])
            self._rows[number] = row
            self.dataChanged.emit(self.index(number, 0), self.index(number, STATUS))
            return
        self.beginInsertRows(ROOT, len(self._rows), len(self._rows))
        self._numbers[row.file] = len(self._rows)
        self._rows.append(row)
        self.endInsertRows()

    def remove(self, file: str) -> None:
        """Remove the row of a file that changed, and its image; it comes again once it is read."""
        number = self._numbers.get(file)
        if number is None:
            return
        self.beginRemoveRows(ROOT, number, number)
        self.no_films -= is_no_film(self._rows.pop(number))
        self._images.pop(file, None)
        self._numbers = {row.file: number for number, row in enumerate(self._rows)}
        self.endRemoveRows()

    def refresh(self, file: str) -> None:
        """Show the present call on a film."""
        number = self._numbers.get(file)
        if number is not None:
            self.dataChanged.emit(self.index(number, 0), self.index(number, STATUS))

    def set_blind(self, is_blind: bool) -> None:
        """Hide the model's answers on films that the reader has not called yet."""
        self._is_blind = is_blind
        self._refresh_all()

    def set_colours(self, colours: Colours) -> None:
        """Show decisions in the colours of a theme."""
        self._tints = {
            Decision.LIKELY: QColor(colours.likely),
            Decision.REVIEW: QColor(colours.review),
            Decision.UNLIKELY: QColor(colours.unlikely),
        }
        self._refresh_all()

    def _refresh_all(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, STATUS))

    def close(self) -> None:
        self._thumbnails.close()

    @property
    def rows(self) -> Sequence[LedgerRow]:
        return self._rows

    def row(self, number: int) -> LedgerRow:
        return self._rows[number]

    def row_number(self, file: str) -> int | None:
        return self._numbers.get(file)

    def path_of(self, row: LedgerRow) -> Path:
        return path_of_name(self._folder or Path(), row.file)

    def find_row(self, path: Path) -> LedgerRow | None:
        """Return the row of a film, None if it is not in the list."""
        if self._folder is None or not path.is_relative_to(self._folder):
            return None
        number = self._numbers.get(relative_name(path, self._folder))
        return None if number is None else self._rows[number]

    def is_hidden(self, row: LedgerRow) -> bool:
        """Whether the reader must not see the model's answer yet."""
        return self._is_blind and row.status is Status.SCORED and not self.is_called(row)

    def opinion(self, row: LedgerRow) -> Opinion | None:
        """Return the reader's opinion on a row, None where there is none."""
        return compare_call(self._book.find(row.file), row.film, row.label)

    def has_stance(self, row: LedgerRow, stance: Stance) -> bool:
        """Whether the reader's opinion on a row is this one."""
        opinion = self.opinion(row)
        return opinion is not None and opinion.stance is stance

    def is_called(self, row: LedgerRow) -> bool:
        """Whether the reader has called the film as it is now."""
        opinion = self.opinion(row)
        return opinion is not None and opinion.stance is not Stance.EARLIER_FILM

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
        is_described = role in {Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole}
        if is_described and column == READER and self.has_stance(row, Stance.EARLIER_FILM):
            return tr(EARLIER_FILM)
        if is_described and column in {DECISION, STATUS} and is_unlike(row) and not self.is_hidden(row):
            return tr(UNLIKE_CAUTION)
        if role == Qt.ItemDataRole.TextAlignmentRole and column == PROBABILITY:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _text(self, row: LedgerRow, column: int) -> str:
        call = self._book.find(row.file)
        if column in {DECISION, PROBABILITY, LABEL} and self.is_hidden(row):
            return tr(HIDDEN)
        if column == FILM:
            return escape_name(row.file)
        if column == DECISION:
            return _format_row_decision(row)
        if column == PROBABILITY:
            return "" if row.probability is None else format_probability(row.probability)
        if column == LABEL:
            return escape_name(row.label or "")
        if column == READER:
            return "" if call is None else self._format_call(row, call)
        if column == NOTE:
            return "" if call is None else " ".join(call.note.split())
        return _format_status(row, self.is_hidden(row))

    def _format_call(self, row: LedgerRow, call: Call) -> str:
        """Return the reader's class, marked where the model's differs, or where the film changed since."""
        name = tr(UNSURE) if call.reader == UNSURE else call.reader
        opinion = self.opinion(row)
        return f"{STANCE_MARKS.get(opinion.stance, '')}{name}" if opinion else name

    def _sort_value(self, row: LedgerRow, column: int) -> str | float:
        if column not in {DECISION, PROBABILITY}:
            return self._text(row, column)
        if self.is_hidden(row) or row.probability is None:
            return -1.0
        if column == PROBABILITY:
            return row.probability
        return DECISION_ORDER[row.decision] if row.decision else -1.0

    def _image(self, row: LedgerRow) -> QPixmap | None:
        if row.file not in self._images and self._folder is not None:
            self._thumbnails.request(path_of_name(self._folder, row.file))
        return self._images.get(row.file)

    @Slot(object, object)
    def _on_thumbnail(self, path: Path, image: QImage | None) -> None:
        if self._folder is None or image is None or not path.is_relative_to(self._folder):
            return
        name = relative_name(path, self._folder)
        self._images[name] = QPixmap.fromImage(image)
        if len(self._images) > MAX_IMAGES:
            self._images.popitem(last=False)
        if (number := self._numbers.get(name)) is not None:
            cell = self.index(number, FILM)
            self.dataChanged.emit(cell, cell, [Qt.ItemDataRole.DecorationRole])
