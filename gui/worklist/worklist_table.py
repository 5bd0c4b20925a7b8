"""The rows of a screening with the reader's calls and thumbnails; what of them may be seen."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QImage

from core.models.decision import Decision
from core.screening.events import LedgerRow
from core.screening.folder_listing import find_film
from core.screening.reader_calls import CallBook
from core.system.language import format_day, tr
from core.system.safe_text import escape_name
from gui.widgets.theme import DARK, Colours
from gui.worklist.row_kinds import KindCounts, is_no_film, list_kinds
from gui.worklist.row_order import BlindNumbers, Key
from gui.worklist.row_pictures import RowPictures
from gui.worklist.row_studies import RowStudies
from gui.worklist.row_text import RowText, build_row_text, format_note, format_reader, format_status


class WorklistTable(QObject):
    """Rows in order of arrival. Thumbnails are read for the rows that are painted, study numbers when asked for.

    In blind reading the model's answer on a film, and its name, are hidden until the reader has
    called the film.
    Signals: all_changed() for another list, or what may be seen of it; row_added(file);
    row_replaced(file); row_leaving(file) while it is still there; call_changed(file);
    picture_changed(file); tints_changed().
    """

    all_changed = Signal()
    row_added = Signal(str)
    row_replaced = Signal(str)
    row_leaving = Signal(str)
    call_changed = Signal(str)
    picture_changed = Signal(str)
    tints_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder: Path | None = None
        self.counts = KindCounts()
        self.is_blind = False
        self._rows: dict[str, LedgerRow] = {}
        self._book = CallBook((), lambda _: None)
        self._seed = ""
        self._numbers = BlindNumbers()
        self._tints: dict[Decision, QColor] = {}
        self._pictures = RowPictures(self)
        self._pictures.arrived.connect(self.picture_changed)
        self.studies = RowStudies(self)
        self._shows_studies = False
        self.set_colours(DARK)

    def show_list(
        self,
        folder: Path | None,
        rows: Sequence[LedgerRow],
        book: CallBook,
        is_blind: bool = False,
        seed: str = "",
    ) -> None:
        """Replace all rows.

        book: the reader's calls on them. seed: draws the order for blind reading.
        """
        self._pictures.clear()
        self.studies.open_folder(folder)
        self._shows_studies = False
        self.folder, self._book, self.is_blind = folder, book, is_blind
        self._rows = {row.file: row for row in rows}
        self._seed = seed
        self._draw_numbers()
        self.counts.clear()
        for row in self._rows.values():
            self._count(row)
        self.all_changed.emit()

    def add(self, row: LedgerRow) -> None:
        """Add a row, or replace the row of the same file."""
        is_new = row.file not in self._rows
        if not is_new:
            self._pictures.forget(row.file)  # the film may have changed
            self.studies.forget(row.file)
        self._rows[row.file] = row
        if self.is_blind:
            (self._numbers.remove if is_no_film(row) else self._numbers.add)(row.file)
        self._count(row)
        (self.row_added if is_new else self.row_replaced).emit(row.file)
        if self._shows_studies:
            self._ask_studies([row])

    def remove(self, file: str) -> None:
        """Remove the row of a file that changed, and its image; it comes again once it is read."""
        if file in self._rows:
            self.row_leaving.emit(file)
            del self._rows[file]
            self._pictures.forget(file)
            self.studies.forget(file)
            self.counts.remove(file)
            if self.is_blind:
                self._numbers.remove(file)

    def refresh(self, file: str) -> None:
        """Show the present call on a film."""
        if (row := self._rows.get(file)) is not None:
            self._count(row)
            self.call_changed.emit(file)

    def set_blind(self, is_blind: bool) -> None:
        """Hide, or show, the model's answers on films that the reader has not called yet."""
        if is_blind != self.is_blind:
            self.is_blind = is_blind
            self._draw_numbers()
            self.all_changed.emit()

    def set_colours(self, colours: Colours) -> None:
        """Show decisions in the colours of a theme."""
        self._tints = {
            Decision.LIKELY: QColor(colours.likely),
            Decision.REVIEW: QColor(colours.review),
            Decision.UNLIKELY: QColor(colours.unlikely),
        }
        self.tints_changed.emit()

    def tint(self, decision: Decision) -> QColor:
        """Return the colour of a decision."""
        return self._tints[decision]

    def show_studies(self) -> None:
        """Read the study numbers of this list's films from now on."""
        if not self._shows_studies:
            self._shows_studies = True
            self._ask_studies(self.rows)

    def _ask_studies(self, rows: Iterable[LedgerRow]) -> None:
        self.studies.ask(row for row in rows if not is_no_film(row))

    def close(self) -> None:
        self._pictures.close()
        self.studies.close()

    @property
    def rows(self) -> Sequence[LedgerRow]:
        return list(self._rows.values())

    def row(self, file: str) -> LedgerRow:
        """Return the row of a file that is in the list."""
        return self._rows[file]

    def find(self, file: str) -> LedgerRow | None:
        """Return the row of a file, None if it is not in the list."""
        return self._rows.get(file)

    def path_of(self, row: LedgerRow) -> Path:
        return find_film(self.folder or Path(), row)

    def is_hidden(self, row: LedgerRow) -> bool:
        """Whether the reader must not see the model's answer yet."""
        return self.is_blind and self._book.awaits_call(row)

    def is_name_hidden(self, row: LedgerRow) -> bool:
        """Whether the reader must not see the file's name yet, which may tell the answer."""
        return self.is_blind and not (is_no_film(row) or self._book.is_called(row))

    def display_name(self, row: LedgerRow) -> str:
        """Return the name that is shown for a film: in blind reading a number, then without its folders."""
        if self.is_name_hidden(row):
            return tr("Film {number}", number=self._numbers.number(row.file))
        return escape_name(row.file.rpartition("/")[2] if self.is_blind else row.file)

    def blind_key(self, file: str) -> Key:
        """Return a film's place in blind reading."""
        return self._numbers.key(file)

    def text(self, row: LedgerRow) -> RowText:
        """Return the words of a row."""
        call = self._book.find(row.file)
        return build_row_text(row, self.display_name(row), call, self._book.opinion(row), self.is_hidden(row))

    def list_words(self, row: LedgerRow) -> Iterator[str]:
        """Yield what may be searched: no more than is shown."""
        yield self.display_name(row)
        if (call := self._book.find(row.file)) is not None:
            yield format_note(call)
            yield format_reader(call, self._book.opinion(row))
        yield format_status(row, self.is_hidden(row))
        numbers = self.studies.find(row.file)
        yield from (numbers.accession, numbers.patient, numbers.study_date, format_day(numbers.study_date))

    def picture(self, row: LedgerRow) -> QImage | None:
        """Return the thumbnail of a film; None until it is read, or if it cannot be."""
        return None if is_no_film(row) else self._pictures.find(row.file, self.path_of(row))

    def _draw_numbers(self) -> None:
        if self.is_blind:
            self._numbers.draw(self._seed, [row.file for row in self._rows.values() if not is_no_film(row)])

    def _count(self, row: LedgerRow) -> None:
        self.counts.set(row.file, list_kinds(row, self._book.opinion(row)))
