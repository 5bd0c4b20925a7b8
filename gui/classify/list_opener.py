"""Open lists of films beside the running job: a film, an earlier list; find the model that answered."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from core.models.model_header import ModelHeader, bundled_model_path, read_header
from core.models.site_record import apply_site_record
from core.screening.events import LedgerRow
from core.screening.reader_calls import Call
from core.screening.recent_lists import RecentList, read_recent_lists, remember_list
from core.screening.seen_films import seen_path
from core.screening.worklist_file import Worklist, find_fault, open_worklist
from core.system.app_folders import data_folder, new_timestamped_path
from core.system.errors import JobFailed
from core.system.files import make_folder
from gui.classify.call_writer import CallWriter
from gui.jobs.background import Background
from gui.reading.open_list import OpenList
from gui.state.session import Session

log = logging.getLogger(__name__)
FILM_SUFFIX: Final = "-film.csv"  # of the ledger of a single film


def screenings_folder() -> Path:
    """Return the folder of the ledgers that the window writes."""
    return data_folder() / "screenings"


@dataclass(frozen=True, slots=True)
class Overridden:
    """A refused film of a list that was scored."""

    opened: OpenList
    row: LedgerRow


@dataclass(frozen=True, slots=True)
class _ModelFound:
    """The model of a list. validation: "" if it was accepted at this site, else that it was not."""

    header: ModelHeader
    validation: str


class ListOpener(QObject):
    """Opens lists on a thread of its own, one after the other; only the last one that was asked for is shown.

    recent: the last lists, newest first.
    Signals: opened(OpenList) for a film or an earlier list; model_found(OpenList) once the model of
    a list is known; overridden(Overridden); recent_changed(); failed(JobError).
    """

    opened = Signal(object)
    model_found = Signal(object)
    overridden = Signal(object)
    recent_changed = Signal()
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._asked = 0  # number of the list that was asked for last
        self._background, self._memory = Background("lists", self), Background("recent", self)
        self._background.failed.connect(self.failed)
        with suppress(OSError):  # what writes there says so
            make_folder(screenings_folder(), private=True)  # before two threads do
        self.writer = CallWriter(seen_path(screenings_folder()), self)
        self.recent: tuple[RecentList, ...] = ()
        self._memory.run(partial(read_recent_lists, screenings_folder()), self._show_recent)

    def begin(self, folder: Path) -> OpenList:
        """Return an empty list for a screening of a folder with the session's model."""
        self._asked += 1
        begun = self._make(folder, new_timestamped_path(screenings_folder(), "-screening.csv"), self._session.model)
        self._background.run(partial(_find_model, begun.model), partial(self._show_model, begun))
        return begun

    def open_film(self, path: Path) -> None:
        """Screen one film, which becomes a list of one."""
        output = new_timestamped_path(screenings_folder(), FILM_SUFFIX)
        self._open(partial(_screen_film, path, output, self._session.model), path.parent)

    def open_ledger(self, ledger: Path, folder: Path) -> None:
        """Open an earlier list as it is on the disk."""
        known = [recent for recent in self.recent if recent.ledger == ledger]
        models = [self._session.model, *(recent.model for recent in (*known, *self.recent))]
        self._open(partial(open_worklist, ledger, folder, models, known[0].classes if known else ()), folder)

    def find_folder(self, ledger: Path) -> Path | None:
        """Return the folder that a list was screened in, None if the program does not remember it."""
        return next((recent.folder for recent in self.recent if recent.ledger == ledger), None)

    def override(self, opened: OpenList, row: LedgerRow) -> None:
        """Score a film of a complete list that the input gate refused."""
        self._background.run(partial(_score_anyway, opened, row), self.overridden.emit)

    def remember(self, opened: OpenList) -> None:
        """Put a list on top of the recent ones, with its number of films and calls."""
        entry = RecentList(
            ledger=opened.output,
            folder=opened.folder,
            films=len(opened.rows),
            called=sum(map(opened.book.is_called, opened.rows.values())),
            screened_at=opened.screened_at or datetime.now().astimezone().isoformat(timespec="seconds"),
            model=opened.model,
            is_film=opened.is_film,
            classes=opened.classes,
        )
        self._memory.run(partial(_remember, entry), self._show_recent)

    def close(self) -> None:
        """Finish what is being written."""
        self._background.close()
        self._memory.close(finish=True)
        self.writer.close()

    def _open(self, task: Callable[[], Worklist], folder: Path) -> None:
        self._asked += 1
        self._background.run(self.writer.wait)  # the list that is opened may be the one that was just called
        self._background.run(task, partial(self._show_worklist, self._asked, folder))

    def _make(self, folder: Path, output: Path, model: Path | None, calls: tuple[Call, ...] = ()) -> OpenList:
        is_film = output.name.endswith(FILM_SUFFIX)
        return OpenList(folder, output, model, self.writer.open_book(output, calls), self.writer.seen, is_film=is_film)

    def _show_worklist(self, number: int, folder: Path, worklist: Worklist) -> None:
        opened = self._make(folder, worklist.output, worklist.model, worklist.calls)
        opened.header, opened.classes = worklist.header, worklist.classes
        opened.validation, opened.screened_at = worklist.validation, worklist.screened_at
        opened.rows = {row.file: row for row in worklist.result.rows}
        opened.result = worklist.result
        self.remember(opened)
        if number == self._asked:
            self.opened.emit(opened)

    def _show_model(self, opened: OpenList, found: _ModelFound | None) -> None:
        if found is not None:
            opened.header, opened.validation = found.header, found.validation
            self.model_found.emit(opened)

    @Slot(object)
    def _show_recent(self, recent: tuple[RecentList, ...]) -> None:
        self.recent = recent
        self.recent_changed.emit()


def _find_model(model: Path | None) -> _ModelFound | None:
    """Return the model in a file; None where it cannot be read, which the screening itself tells."""
    try:
        header = apply_site_record(read_header(model or bundled_model_path()))
        return _ModelFound(header, find_fault(header))
    except JobFailed:
        return None


def _screen_film(path: Path, output: Path, model: Path | None) -> Worklist:
    from core.screening.single_film import screen_film

    for _event in screen_film(path, output, model, threading.Event()):
        pass
    return open_worklist(output, path.parent, [model])


def _score_anyway(opened: OpenList, row: LedgerRow) -> Overridden:
    """Score a film, and keep the result at once: the next film that is scored anyway builds on it."""
    from core.screening.single_film import score_anyway

    assert opened.result is not None
    scoring = score_anyway(opened.result, opened.folder, row, opened.model, threading.Event())
    while True:
        try:
            next(scoring)
        except StopIteration as end:
            scored, _, opened.result = end.value
            return Overridden(opened, scored)


def _remember(entry: RecentList) -> tuple[RecentList, ...]:
    try:
        remember_list(screenings_folder(), entry)
    except JobFailed:  # a convenience, for which nobody is to be interrupted
        log.warning("the recent lists could not be written", exc_info=True)
    return read_recent_lists(screenings_folder())
