"""Which list is in the reading room: what is opened, screened, watched, continued."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from core.screening.events import LedgerRow
from core.screening.recent_lists import RecentList
from core.screening.worklist_file import final_ledger_path
from core.system.language import tr
from gui.classify.list_opener import ListOpener, Overridden
from gui.classify.reading_room import ReadingRoom
from gui.classify.running_screening import RunningScreening
from gui.classify.toolbar import Toolbar
from gui.jobs.jobs import Jobs, JobState
from gui.jobs.worker import JobError
from gui.reading.open_list import OpenList
from gui.widgets import messages


class ListSwitch(QObject):
    """Does what the toolbar and the room ask for with lists.

    Signal: changed() when another list is shown, or more is known of it.
    """

    changed = Signal()

    def __init__(
        self, work: Jobs, toolbar: Toolbar, room: ReadingRoom, opener: ListOpener, running: RunningScreening
    ) -> None:
        super().__init__(room)
        self._work, self._toolbar, self._room, self._opener, self._running = work, toolbar, room, opener, running
        toolbar.path_opened.connect(self.open)
        toolbar.watch_wanted.connect(self.watch)
        toolbar.ledger_wanted.connect(self._on_ledger_wanted)
        toolbar.recent_wanted.connect(self._on_recent_wanted)
        toolbar.retry_wanted.connect(self._on_retry_wanted)
        toolbar.continue_wanted.connect(self._on_continue_wanted)
        opener.opened.connect(self._on_opened)
        opener.model_found.connect(self._on_model_found)
        opener.overridden.connect(self._on_overridden)
        room.override_wanted.connect(self._on_override)
        running.ended_early.connect(self._on_ended_early)

    @Slot(object)
    def open(self, path: Path) -> None:
        """Open one film as a list of one, or screen a folder."""
        path = path.absolute()
        if not path.is_dir():
            self.show(None)
            self._opener.open_film(path)
        elif self._can_screen():
            self._running.screen(self._begin(path))

    @Slot(object)
    def watch(self, folder: Path) -> None:
        """Screen a folder, and films that arrive in it until Stop."""
        if self._can_screen():
            self._running.watch(self._begin(folder.absolute()))

    def _can_screen(self) -> bool:
        """Return whether no job runs; say so if one does."""
        if busy := self.format_busy():
            messages.show_error(self._room, JobError(busy))
        return not busy

    def format_busy(self) -> str:
        """Return why no folder can be screened now, "" if it can."""
        if self._work.state is JobState.IDLE:
            return ""
        sentence = tr("{job} is running. Stop it, or wait, before a folder is screened.", job=self._work.name)
        return f"{sentence} {tr('Films and lists can be opened meanwhile.')}"

    def _begin(self, folder: Path) -> OpenList:
        begun = self._opener.begin(folder)
        self.show(begun)
        self._opener.remember(begun)
        return begun

    def show(self, opened: OpenList | None) -> None:
        """Show another list: nothing of the one before stays on the screen."""
        before = self._room.opened
        if opened is not None:
            opened.is_blind = self._toolbar.is_blind
            self._toolbar.show_list(opened.folder, opened.output)
        self._room.show_list(opened)
        if before is not None and before is not opened:
            self._opener.remember(before)  # with its calls
        self.changed.emit()

    @Slot(object)
    def _on_opened(self, opened: OpenList) -> None:
        """Show a list; one that was begun blind, and is not finished, goes on blind."""
        if opened.is_begun_blind:
            self._toolbar.open_menu.blind.setChecked(True)
        self.show(opened)

    @Slot(object)
    def _on_ledger_wanted(self, ledger: Path) -> None:
        title = tr("The folder that was screened")
        if folder := self._opener.find_folder(ledger) or messages.choose_folder(self._room, title):
            self._open_ledger(ledger, folder)

    @Slot(object)
    def _on_recent_wanted(self, recent: RecentList) -> None:
        self._open_ledger(recent.ledger, recent.folder)

    def _open_ledger(self, ledger: Path, folder: Path) -> None:
        running = self._running.opened
        if running is not None and running.output == final_ledger_path(ledger):
            self.show(running)  # it is ahead of what is on the disk
            return
        self.show(None)
        self._opener.open_ledger(ledger, folder)

    @Slot()
    def _on_retry_wanted(self) -> None:
        opened = self._room.opened
        if opened is not None and opened.is_film:
            self.open(opened.path_of(next(iter(opened.rows.values()))))
        elif opened is not None and self._can_screen():
            self._running.screen(opened, retry_failed=True)

    @Slot()
    def _on_continue_wanted(self) -> None:
        if self._room.opened is not None and self._can_screen():
            self._running.screen(self._room.opened, resume=True)

    @Slot(object)
    def _on_ended_early(self, opened: OpenList) -> None:
        """Show a list whose screening failed as far as it came."""
        if opened is self._room.opened and opened.rows:
            self._open_ledger(opened.output, opened.folder)

    @Slot(object)
    def _on_override(self, row: LedgerRow) -> None:
        if self._room.opened is not None:
            self._opener.override(self._room.opened, row)

    @Slot(object)
    def _on_overridden(self, overridden: Overridden) -> None:
        if overridden.opened is self._room.opened:
            self._room.show_rows((overridden.row,))
            self.changed.emit()
        else:
            overridden.opened.rows[overridden.row.file] = overridden.row

    @Slot(object)
    def _on_model_found(self, opened: OpenList) -> None:
        if opened is self._room.opened:
            self._room.show_model()
            self.changed.emit()
