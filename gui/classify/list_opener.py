"""Open lists of films beside the running job: a film, an earlier list; find the model that answered."""

import threading
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from core.screening.recent_lists import RecentList, read_recent_lists, remember_list
from PySide6.QtCore import QObject, Signal, Slot

from core.models.model_header import ModelHeader, bundled_model_path, read_header
from core.models.site_record import apply_site_record, format_validation
from core.screening.events import LedgerRow, ScreeningResult
from core.screening.worklist_file import Worklist, open_worklist
from core.system.app_folders import data_folder, new_timestamped_path
from core.system.errors import JobFailed
from gui.classify.call_writer import CallWriter
from gui.jobs.background import Background
from gui.reading.open_list import OpenList
from gui.state.session import Session


def screenings_folder() -> Path:
    """Return the folder of the ledgers that the window writes."""
    return data_folder() / "screenings"


@dataclass(frozen=True, slots=True)
class _ModelFound:
    """The model of a list. validation: a sentence if it was not accepted at this site, else ""."""

    header: ModelHeader
    validation: str


@dataclass(frozen=True, slots=True)
class _Overridden:
    """A refused film that was scored, and the screening with it."""

    row: LedgerRow
    result: ScreeningResult


class ListOpener(QObject):
    """Opens lists on a thread of its own, one after the other.

    recent: the last lists, newest first.
    Signals: opened(OpenList) for a film or an earlier list; model_found(OpenList) once the model of
    a list is known; overridden(LedgerRow) for a refused film that was scored; recent_changed();
    failed(JobError).
    """

    opened = Signal(object)
    model_found = Signal(object)
    overridden = Signal(object)
    recent_changed = Signal()
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._background = Background("lists", self)
        self._background.failed.connect(self.failed)
        self.writer = CallWriter(self)
        self.recent: tuple[RecentList, ...] = ()
        self._background.run(partial(read_recent_lists, screenings_folder()), self._show_recent)

    def begin(self, folder: Path, is_blind: bool) -> OpenList:
        """Return an empty list for a screening of a folder with the session's model."""
        output = new_timestamped_path(screenings_folder(), "-screening.csv")
        begun = self._make(folder, output, self._session.model, is_blind)
        self._background.run(partial(_find_model, begun.model), partial(self._show_model, begun))
        return begun

    def open_film(self, path: Path, is_blind: bool) -> None:
        """Screen one film, which becomes a list of one."""
        output = new_timestamped_path(screenings_folder(), "-film.csv")
        self._open(partial(_screen_film, path, output, self._session.model), is_blind, is_film=True)

    def open_ledger(self, ledger: Path, folder: Path, is_blind: bool) -> None:
        """Open an earlier list as it is on the disk."""
        known = [recent for recent in self.recent if recent.ledger == ledger]
        models = [self._session.model, *(recent.model for recent in (*known, *self.recent))]
        classes = known[0].classes if known else ()
        is_film = bool(known) and known[0].is_film
        self._open(partial(open_worklist, ledger, folder, models, classes), is_blind, is_film)

    def find_folder(self, ledger: Path) -> Path | None:
        """Return the folder that a list was screened in, None if the program does not remember it."""
        return next((recent.folder for recent in self.recent if recent.ledger == ledger), None)

    def override(self, opened: OpenList, row: LedgerRow) -> None:
        """Score a film of a complete list that the input gate refused."""
        if opened.result is not None:
            task = partial(_score_anyway, opened.result, opened.folder, row, opened.model)
            self._background.run(task, partial(self._show_overridden, opened))

    def remember(self, opened: OpenList) -> None:
        """Put a list on top of the recent ones, with its number of films and calls."""
        entry = RecentList(
            ledger=opened.output,
            folder=opened.folder,
            films=len(opened.rows),
            called=sum(opened.is_called(row) for row in opened.rows.values()),
            screened_at=opened.screened_at or f"{datetime.now().astimezone():%Y-%m-%dT%H:%M:%S%z}",
            model=opened.model,
            is_film=opened.is_film,
            classes=opened.classes,
        )
        self._background.run(partial(_remember, entry), self._show_recent)

    def close(self) -> None:
        """Finish what is being written."""
        self._background.close()
        self.writer.close()

    def _open(self, task: "partial[Worklist]", is_blind: bool, is_film: bool) -> None:
        self._background.run(self.writer.wait)  # the list that is opened may be the one that was just called
        self._background.run(task, partial(self._show_worklist, is_blind, is_film))

    def _make(self, folder: Path, output: Path, model: Path | None, is_blind: bool) -> OpenList:
        book, seen = self.writer.open_book(output, ()), self.writer.open_seen(output, ())
        return OpenList(folder, output, model, book, seen, is_blind=is_blind)

    def _show_worklist(self, is_blind: bool, is_film: bool, worklist: Worklist) -> None:
        opened = self._make(worklist.folder, worklist.output, worklist.model, is_blind)
        opened.book = self.writer.open_book(worklist.output, worklist.calls)
        opened.seen = self.writer.open_seen(worklist.output, worklist.seen)
        opened.header, opened.classes, opened.is_film = worklist.header, worklist.classes, is_film
        opened.validation = "" if worklist.is_accepted else worklist.result.validation
        opened.rows = {row.file: row for row in worklist.result.rows}
        opened.result = worklist.result
        opened.screened_at = worklist.screened_at
        self.opened.emit(opened)
        self.remember(opened)

    def _show_model(self, opened: OpenList, found: _ModelFound | None) -> None:
        if found is not None:
            opened.header, opened.validation = found.header, found.validation
            self.model_found.emit(opened)

    def _show_overridden(self, opened: OpenList, overridden: _Overridden) -> None:
        opened.rows[overridden.row.file] = overridden.row
        opened.result = overridden.result
        self.overridden.emit(overridden.row)

    @Slot(object)
    def _show_recent(self, recent: tuple[RecentList, ...]) -> None:
        self.recent = recent
        self.recent_changed.emit()


def _find_model(model: Path | None) -> _ModelFound | None:
    """Return the model in a file; None where it cannot be read, which the screening itself tells."""
    try:
        header = apply_site_record(read_header(model or bundled_model_path()))
        is_accepted, sentence = format_validation(header)
    except JobFailed:
        return None
    return _ModelFound(header, "" if is_accepted else sentence)


def _screen_film(path: Path, output: Path, model: Path | None) -> Worklist:
    from core.screening.single_film import screen_film

    for _event in screen_film(path, output, model, threading.Event()):
        pass
    return open_worklist(output, path.parent, [model])


def _score_anyway(result: ScreeningResult, folder: Path, row: LedgerRow, model: Path | None) -> _Overridden:
    from core.screening.single_film import score_anyway

    scoring = score_anyway(result, folder, row, model, threading.Event())
    while True:
        try:
            next(scoring)
        except StopIteration as end:
            scored, _, changed = end.value
            return _Overridden(scored, changed)


def _remember(entry: RecentList) -> tuple[RecentList, ...]:
    remember_list(screenings_folder(), entry)
    return read_recent_lists(screenings_folder())
