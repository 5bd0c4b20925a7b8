"""Record the reader's calls and notes on the film that is on the screen, and on no other."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from core.screening.events import LedgerRow
from core.screening.reader_calls import UNSURE, WITHDRAWN, Call, local_timestamp
from core.system.language import tr
from core.system.safe_text import escape_name
from gui.reading.open_list import OpenList
from gui.reading.reading_desk import ReadingDesk


class CallRecorder(QObject):
    """Turns the reader's wishes into calls; refuses them while no film is on the screen.

    Signals: recorded(LedgerRow) after a call; noted(str file) after a note, or a call in place of
    another one, which replaced(str sentence) tells; undone(str file).
    """

    recorded = Signal(object)
    noted = Signal(str)
    undone = Signal(str)
    replaced = Signal(str)

    def __init__(self, desk: ReadingDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._list: OpenList | None = None

    def show_list(self, opened: OpenList | None) -> None:
        """Record calls on the films of another list from now on."""
        self._list = opened

    @Slot(str)
    def call(self, reader: str) -> None:
        """Record a class, or "unsure", for the film on the screen.

        It is blind if the answer was never seen, in whatever session.
        """
        row, opened = self._desk.shown.row, self._list
        if not self._desk.can_call or row is None or opened is None:
            return
        before, was_called = opened.book.find(row.file), opened.book.is_called(row)
        if not (was_called and before and before.reader == reader):
            is_blind = not opened.seen.has_seen(row.film)
            note = before.note if before else ""
            opened.book.record(Call(row.file, reader, is_blind, note, local_timestamp(), row.film))
            if was_called and before:
                self.replaced.emit(_format_replaced(row.file, before.reader, reader))
                self.noted.emit(row.file)
                return
        self.recorded.emit(row)

    @Slot()
    def agree(self) -> None:
        """Record the model's class, if its answer is on the screen."""
        row = self._desk.shown.row
        if self._desk.is_answer_visible and row is not None and row.label:
            self.call(row.label)

    def note(self, row: LedgerRow, text: str) -> None:
        """Record a note on a film that was on the screen when it was begun; an unchanged one changes nothing."""
        if self._list is None:
            return
        before = self._list.book.find(row.file)
        if text == (before.note if before else ""):
            return
        called = before or Call(row.file, WITHDRAWN, False, "", "", row.film)
        self._list.book.record(replace(called, note=text, called_at=local_timestamp()))
        self.noted.emit(row.file)

    @Slot()
    def undo(self) -> None:
        """Undo the last call or note on the list, and show its film."""
        if self._list is not None and (file := self._list.book.undo()) is not None:
            self.undone.emit(file)


def _format_replaced(file: str, before: str, now: str) -> str:
    names = [tr(UNSURE) if reader == UNSURE else escape_name(reader) for reader in (before, now)]
    return tr(
        "{film}: your call was changed from {before} to {now}. Ctrl+Z takes it back.",
        film=escape_name(file.rpartition("/")[2]),
        before=names[0],
        now=names[1],
    )
