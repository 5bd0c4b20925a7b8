"""The screening or watch that is running, whatever list is on the screen meanwhile."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from core.jobs.events import Noted, Severity
from core.models.decision import Decision
from core.screening.events import FilmAnswered, LedgerRow, RowSuperseded, ScreeningResult, ScreeningStarted
from core.system.language import tr
from core.system.safe_text import escape_name
from gui.classify.reading_room import ReadingRoom
from gui.classify.screening_line import ScreeningLine
from gui.jobs.jobs import Jobs
from gui.jobs.screening_jobs import screen_job, watch_job
from gui.jobs.worker import Job, JobError
from gui.reading.open_list import OpenList


class RunningScreening(QObject):
    """Starts screenings and adds their rows to their list.

    opened: the list that is being screened, None while none is.
    Signals: likely_found(str file) for each likely finding in a watched folder, none while it is read
    blind; warned(str sentence); ended(OpenList) with its result; ended_early(OpenList) if the screening
    of a list failed.
    """

    likely_found = Signal(str)
    warned = Signal(str)
    ended = Signal(object)
    ended_early = Signal(object)

    def __init__(self, work: Jobs, room: ReadingRoom, line: ScreeningLine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work, self._room, self._line = work, room, line
        self.opened: OpenList | None = None
        self._is_watching = False

    def screen(self, opened: OpenList, retry_failed: bool = False, resume: bool = False) -> None:
        """Screen the folder of a list, or what of it has no row yet, or what failed."""
        title = tr("Screening {folder}", folder=escape_name(opened.folder.name))
        job = screen_job(opened.folder, opened.output, opened.model, retry_failed, resume)
        self._start(job, opened, title, is_watching=False)

    def watch(self, opened: OpenList) -> None:
        """Screen the folder of a list, and films that arrive in it until Stop."""
        title = tr("Watching {folder}", folder=escape_name(opened.folder.name))
        job = watch_job(opened.folder, opened.output, opened.model)
        self._start(job, opened, title, is_watching=True)

    def _start(self, job: Job[ScreeningResult], opened: OpenList, title: str, is_watching: bool) -> None:
        self.opened, self._is_watching = opened, is_watching
        self._line.begin(title)
        self._work.start(job, self._end, title, self.show_event, self._fail)

    def show_event(self, event: object) -> None:
        """Show one event of the screening."""
        opened = self.opened
        if opened is None:
            return
        self._line.show_event(event)
        match event:
            case Noted(sentence, Severity.WARNING) if not opened.is_blind:  # it may name films
                self.warned.emit(sentence)
            case ScreeningStarted(_, resumed, classes):
                opened.classes = classes
                self._add(opened, resumed)
                if opened is self._room.opened:
                    self._room.show_model()
            case FilmAnswered(row):
                self._add(opened, (row,))
                if self._is_watching and row.decision is Decision.LIKELY and not opened.is_blind:
                    QApplication.alert(self._room.window(), 0)
                    self.likely_found.emit(row.file)
            case RowSuperseded(row):
                opened.rows.pop(row.file, None)
                if opened is self._room.opened:
                    self._room.withdraw(row)

    def _add(self, opened: OpenList, rows: tuple[LedgerRow, ...]) -> None:
        if opened is self._room.opened:
            self._room.show_rows(rows)
        else:
            opened.rows |= {row.file: row for row in rows}

    def _end(self, result: ScreeningResult) -> None:
        if (ended := self._forget()) is not None:
            ended.result = result
            self.ended.emit(ended)

    def _fail(self, _error: JobError) -> None:
        if (failed := self._forget()) is not None:
            self.ended_early.emit(failed)

    def _forget(self) -> OpenList | None:
        """Screen nothing any more; return the list that was screened."""
        screened, self.opened, self._is_watching = self.opened, None, False
        self._line.end()
        return screened
