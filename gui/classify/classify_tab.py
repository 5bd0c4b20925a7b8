"""The Classify tab: screen a folder, watch one, read films; worklist, calls, exports."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from core.models.events import OnnxExport
from core.screening.events import LedgerRow, ScreeningResult
from core.screening.recent_lists import RecentList
from core.screening.worklist_file import final_ledger_path
from core.system.language import tr
from core.system.safe_text import escape_name
from gui.classify.exporter import Exporter
from gui.classify.list_opener import ListOpener
from gui.classify.reading_room import ReadingRoom
from gui.classify.running_screening import RunningScreening
from gui.classify.screening_line import ScreeningLine, format_result, list_notes
from gui.classify.toolbar import Toolbar, ToolbarState
from gui.jobs.jobs import Jobs, JobState
from gui.jobs.screening_jobs import ExportResult
from gui.jobs.worker import JobError
from gui.reading.key_sheet import KeySheet
from gui.reading.open_list import OpenList
from gui.reading.reading_keys import TEXT_FIELDS, ReadingKeys
from gui.state.session import Session
from gui.widgets import messages
from gui.widgets.toast import Toast


class ClassifyTab(QWidget):
    """Starts screenings with the session's model, and opens lists beside whatever runs.

    Signals: likely_found(str file) for each likely finding in a watched folder;
    full_screen_wanted(bool).
    """

    likely_found = Signal(str)
    full_screen_wanted = Signal(bool)

    def __init__(self, session: Session, work: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._work = session, work
        self._is_full_screen = False
        self.toolbar = Toolbar(session)
        self.line = ScreeningLine()
        self.room = ReadingRoom()
        self.opener = ListOpener(session, self)
        self.running = RunningScreening(work, self.room, self.line, self)
        self.exporter = Exporter(work, self.room, self.running.show_event, self)
        self._toast = Toast(self.room.stack)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in (self.toolbar, self.line):
            layout.addWidget(part)
        layout.addWidget(self.room, 1)
        self._connect()
        self._connect_keys()
        self._update()

    def _connect(self) -> None:
        bar, opener, room, work = self.toolbar, self.opener, self.room, self._work
        bar.path_opened.connect(self.open)
        bar.watch_wanted.connect(self.watch)
        bar.ledger_wanted.connect(self._on_ledger_wanted)
        bar.recent_wanted.connect(self._on_recent_wanted)
        bar.retry_wanted.connect(self._on_retry_wanted)
        bar.continue_wanted.connect(self._on_continue_wanted)
        bar.blind_changed.connect(room.set_blind)
        bar.export_wanted.connect(self.exporter.export)
        bar.dicom_wanted.connect(self.exporter.export_film)
        bar.labels_wanted.connect(self.exporter.export_labels)
        opener.opened.connect(self._show_list)
        opener.model_found.connect(self._on_model_found)
        opener.overridden.connect(self._on_overridden)
        opener.recent_changed.connect(self._on_recent_changed)
        opener.failed.connect(self._on_failed)
        opener.writer.failed.connect(self._on_call_lost)
        room.override_wanted.connect(self._on_override)
        room.said.connect(self._toast.say)
        room.film_changed.connect(self._update)
        work.state_changed.connect(self._update)
        self.running.likely_found.connect(self.likely_found)
        self.running.warned.connect(self._toast.say)

    def _connect_keys(self) -> None:
        actions = {
            **self.room.make_actions(),
            "full_screen": self.toggle_full_screen,
            "list": self.room.toggle_list,
            "leave": self._leave,
            "keys": self.show_keys,
        }
        self.keys = ReadingKeys(self, actions)
        self.toolbar.add_keys_to(self)

    @Slot(object)
    def open(self, path: Path) -> None:
        """Open one film as a list of one, or screen a folder."""
        if not path.is_dir():
            self._show_list(None)
            self.opener.open_film(path, self.toolbar.is_blind)
        elif self._can_screen():
            self.running.screen(self._begin(path))

    @Slot(object)
    def watch(self, folder: Path) -> None:
        """Screen a folder, and films that arrive in it until Stop."""
        if self._can_screen():
            self.running.watch(self._begin(folder))

    def _can_screen(self) -> bool:
        """Return whether no job runs; say so if one does."""
        if self._work.state is JobState.IDLE:
            return True
        sentence = tr("{job} is running. Stop it, or wait, before a folder is screened.", job=self._work.name)
        messages.show_error(self, JobError(f"{sentence} {tr('Films and lists can be opened meanwhile.')}"))
        return False

    def _begin(self, folder: Path) -> OpenList:
        begun = self.opener.begin(folder, self.toolbar.is_blind)
        self._show_list(begun)
        return begun

    @Slot(object)
    def _show_list(self, opened: OpenList | None) -> None:
        """Show another list: nothing of the one before stays on the screen."""
        self.room.show_list(opened)
        if opened is not None:
            self.toolbar.show_list(opened.folder, opened.output)
        self._show_notes()
        self._update()

    def _show_notes(self) -> None:
        opened = self.room.opened
        self.toolbar.show_notes(list_notes(opened), opened is not None and bool(opened.result and opened.result.drift))

    def stop_background_work(self) -> None:
        """Finish reading films and writing calls in the background."""
        if self.room.opened is not None and self.room.opened.result is not None:
            self.opener.remember(self.room.opened)
        self.room.close_films()
        self.opener.close()
        self.toolbar.close()

    def show_event(self, event: object) -> None:
        """Show one event of the running screening or export."""
        self.running.show_event(event)

    def show_screening(self, result: ScreeningResult) -> None:
        """Show how the running screening ended."""
        ended = self.running.end(result)
        if ended is not None:
            self.opener.remember(ended)
            if ended is self.room.opened:
                self._show_notes()
                self.room.desk.show_answer()
        self._toast.say(format_result(result))
        self._update()

    def show_exported(self, exported: ExportResult | OnnxExport) -> None:
        self._toast.say(tr("Written: {path}", path=escape_name(str(exported.path))))

    @Slot(object)
    def _on_ledger_wanted(self, ledger: Path) -> None:
        folder = self.opener.find_folder(ledger) or messages.choose_folder(self, tr("The folder that was screened"))
        if folder is not None:
            self._open_ledger(ledger, folder)

    @Slot(object)
    def _on_recent_wanted(self, recent: RecentList) -> None:
        self._open_ledger(recent.ledger, recent.folder)

    def _open_ledger(self, ledger: Path, folder: Path) -> None:
        running = self.running.opened
        if running is not None and running.output == final_ledger_path(ledger):
            self._show_list(running)  # it is ahead of what is on the disk
            return
        self._show_list(None)
        self.opener.open_ledger(ledger, folder, self.toolbar.is_blind)

    @Slot()
    def _on_retry_wanted(self) -> None:
        opened = self.room.opened
        if opened is not None and opened.is_film:
            self.open(opened.path_of(next(iter(opened.rows.values()))))
        elif opened is not None and self._can_screen():
            self.running.screen(opened, retry_failed=True)

    @Slot()
    def _on_continue_wanted(self) -> None:
        if self.room.opened is not None and self._can_screen():
            self.running.screen(self.room.opened, resume=True)

    @Slot(object)
    def _on_override(self, row: LedgerRow) -> None:
        if self.room.opened is not None:
            self.opener.override(self.room.opened, row)

    @Slot(object)
    def _on_overridden(self, row: LedgerRow) -> None:
        self.room.show_rows((row,))

    @Slot(object)
    def _on_model_found(self, opened: OpenList) -> None:
        if opened is self.room.opened:
            self.room.show_model()
            self._update()

    @Slot()
    def _on_recent_changed(self) -> None:
        self.toolbar.show_recent(self.opener.recent)

    @Slot(str)
    def _on_call_lost(self, sentence: str) -> None:
        message = tr("Your last call was not saved. {sentence}", sentence=sentence)
        messages.show_error(self, JobError(message))

    @Slot(object)
    def _on_failed(self, error: JobError) -> None:
        self._update()
        messages.show_error(self, error)

    @Slot()
    def toggle_full_screen(self) -> None:
        """Give the film the whole screen, or give the other parts theirs back."""
        self._set_full_screen(not self._is_full_screen)

    def _set_full_screen(self, is_full: bool) -> None:
        self._is_full_screen = is_full
        for part in (self.toolbar, self.line, self.room.strip):
            part.setVisible(not is_full)
        self.full_screen_wanted.emit(is_full)
        self.room.pane.setFocus()

    @Slot()
    def _leave(self) -> None:
        """Leave the text field that has the focus, else the table, else the full screen."""
        if isinstance(QApplication.focusWidget(), TEXT_FIELDS):
            self.room.pane.setFocus()
        elif self.room.is_table_shown:
            self.room.show_table(False)
        elif self._is_full_screen:
            self._set_full_screen(False)

    @Slot()
    def show_keys(self) -> None:
        """Show the sheet of keys."""
        sheet = KeySheet(self)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()

    @Slot()
    def _update(self) -> None:
        """Enable what can be done now."""
        opened, desk, is_idle = self.room.opened, self.room.desk, self._work.state is JobState.IDLE
        result = None if opened is None else opened.result
        self.toolbar.update_enabled(
            ToolbarState(
                can_start=is_idle,
                can_retry=result is not None and result.failed > 0,
                can_continue=result is not None and opened is not None and not opened.is_film,
                has_list=is_idle and result is not None,
                has_film=is_idle and desk.is_answer_visible,
            )
        )
