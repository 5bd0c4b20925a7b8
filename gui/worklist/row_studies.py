"""The study numbers of the films in a list, read from their headers in the background; kept in memory only."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from core.films.study_numbers import StudyNumbers, read_study_numbers
from core.screening.events import LedgerRow
from core.screening.folder_listing import find_film
from gui.jobs.background import Background

BATCH: Final = 32  # films between two updates of the window
NO_NUMBERS: Final = StudyNumbers()
FIELDS: Final = tuple(field.name for field in fields(StudyNumbers))

Numbers = dict[str, StudyNumbers]


class RowStudies(QObject):
    """Signal: arrived(tuple of files) when the headers of some films were read.

    known: which of the numbers, by their fields in StudyNumbers, any film of this list is known to have.
    """

    arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.known: set[str] = set()
        self._folder: Path | None = None
        self._numbers: Numbers = {}
        self._waiting: deque[LedgerRow] = deque()
        self._asked: set[str] = set()
        self._list = 0  # counts lists, so that what was read of an earlier one is not taken for this one's
        self._is_reading = False
        self._background = Background("study numbers", self)
        self._background.failed.connect(self._go_on)

    def open_folder(self, folder: Path | None) -> None:
        """Forget all; films of this folder are read from now on, as they are asked for."""
        self._folder = folder
        self._list += 1
        for films in (self.known, self._numbers, self._waiting, self._asked):
            films.clear()

    def ask(self, rows: Iterable[LedgerRow]) -> None:
        """Read the headers of the films of rows soon, each once."""
        if self._folder is not None:
            new = [row for row in rows if row.file not in self._asked]
            self._asked.update(row.file for row in new)
            self._waiting.extend(new)
            self._read_next()

    def forget(self, file: str) -> None:
        """Let the header of a film be read again when it is asked for, since it may have changed."""
        self._numbers.pop(file, None)
        self._asked.discard(file)

    def find(self, file: str) -> StudyNumbers:
        """Return the numbers of a film, empty ones until they are read."""
        return self._numbers.get(file, NO_NUMBERS)

    def close(self) -> None:
        self._background.close()

    def _read_next(self) -> None:
        if self._folder is not None and self._waiting and not self._is_reading:
            self._is_reading = True
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            self._background.run(partial(_read_batch, self._folder, batch), partial(self._show, self._list))

    def _show(self, list_number: int, numbers: Numbers) -> None:
        if list_number == self._list:
            found = {file: one for file, one in numbers.items() if file in self._asked}
            self._numbers |= found
            self.known |= {field for one in found.values() for field in FIELDS if getattr(one, field)}
            self.arrived.emit(tuple(found))
        self._go_on()

    @Slot()
    def _go_on(self) -> None:
        self._is_reading = False
        self._read_next()


def _read_batch(folder: Path, rows: Sequence[LedgerRow]) -> Numbers:
    return {row.file: _read_row(folder, row) for row in rows}


def _read_row(folder: Path, row: LedgerRow) -> StudyNumbers:
    try:
        return read_study_numbers(find_film(folder, row))
    except OSError:  # whether a film was moved cannot be seen: no permission, or a name this disk cannot have
        return NO_NUMBERS
