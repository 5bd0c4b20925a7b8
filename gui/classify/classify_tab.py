"""The Classify tab: screen a folder, watch one, read films; worklist, calls, exports."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from core.system.language import tr
from core.system.safe_text import escape_name
from gui.classify.exporter import Exporter
from gui.classify.full_view import FullView
from gui.classify.list_opener import ListOpener
from gui.classify.list_switch import ListSwitch
from gui.classify.reading_room import ReadingRoom
from gui.classify.room_actions import list_room_actions
from gui.classify.running_screening import RunningScreening
from gui.classify.screening_line import ScreeningLine, format_result, list_notes
from gui.classify.toolbar import Toolbar, ToolbarState
from gui.jobs.jobs import Jobs
from gui.jobs.worker import JobError
from gui.reading.key_sheet import KeySheet
from gui.reading.open_list import OpenList
from gui.reading.reading_keys import ReadingKeys, is_text_field
from gui.state.session import Session
from gui.widgets import messages
from gui.widgets.toast import Toast


class ClassifyTab(QWidget):
    """Starts screenings with the session's model, and opens lists beside whatever runs."""

    def __init__(self, session: Session, work: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self.toolbar, self.line, self.room = Toolbar(session), ScreeningLine(), ReadingRoom()
        self.opener = ListOpener(session, self)
        self.running = RunningScreening(work, self.room, self.line, self)
        self.lists = ListSwitch(work, self.toolbar, self.room, self.opener, self.running)
        self.exporter = Exporter(session, work, self.room, self.toolbar.export, self)
        self.full_view = FullView((self.toolbar, self.line), self.room.strip, self)
        self._toast = Toast(self.room.stack)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.toolbar)
        layout.addWidget(self.line)
        layout.addWidget(self.room, 1)
        self._connect()
        self.keys = ReadingKeys(self, self._list_actions())
        self.toolbar.add_keys_to(self)
        self._update()

    def _connect(self) -> None:
        bar, opener, room, work = self.toolbar, self.opener, self.room, self._work
        bar.blind_changed.connect(room.set_blind)
        self.lists.changed.connect(self._on_list_changed)
        opener.recent_changed.connect(self._on_recent_changed)
        opener.failed.connect(self._on_failed)
        opener.writer.failed.connect(self._on_call_lost)
        room.said.connect(self._toast.say)
        room.film_changed.connect(self._update)
        room.pane.full_screen_wanted.connect(self.full_view.toggle)
        self.running.warned.connect(self._toast.say)
        self.running.ended.connect(self._on_screened)
        bar.onnx_wanted.connect(self.exporter.export_onnx)
        self.exporter.written.connect(self._on_written)
        work.state_changed.connect(self._update)

    def _list_actions(self) -> dict[str, Callable[[], object]]:
        return {
            **list_room_actions(self.room),
            "full_screen": self.full_view.toggle,
            "list": self.full_view.toggle_list,
            "leave": self._leave,
            "keys": self.show_keys,
        }

    def open(self, path: Path) -> None:
        """Open one film as a list of one, or screen a folder."""
        self.lists.open(path)

    def watch(self, folder: Path) -> None:
        """Screen a folder, and films that arrive in it until Stop."""
        self.lists.watch(folder)

    @Slot()
    def _on_list_changed(self) -> None:
        self._toast.hide()
        self._show_notes()
        self._update()

    def _show_notes(self) -> None:
        notes, is_warning = list_notes(self.room.opened, self.toolbar.model_name)
        self.toolbar.show_notes(notes, is_warning)

    def stop_background_work(self) -> None:
        """Finish writing; what is read in the background is shown no more."""
        if self.room.opened is not None:
            self.opener.remember(self.room.opened)
        self.room.close_films()
        self.opener.close()

    @Slot(object)
    def _on_screened(self, ended: OpenList) -> None:
        """Show how the screening of a list ended."""
        self.opener.remember(ended)
        if ended is self.room.opened:
            self._show_notes()
            self.room.show_end()
        if ended.result is not None:
            self._toast.say(format_result(ended.result))
        self._update()

    @Slot(object)
    def _on_written(self, path: Path) -> None:
        self._toast.say(tr("Written: {path}", path=escape_name(str(path))))

    @Slot()
    def _on_recent_changed(self) -> None:
        self.toolbar.show_recent(self.opener.recent)

    @Slot(str)
    def _on_call_lost(self, sentence: str) -> None:
        messages.show_error(self, JobError(sentence))

    @Slot(object)
    def _on_failed(self, error: JobError) -> None:
        self._update()
        messages.show_error(self, error)

    @Slot()
    def _leave(self) -> None:
        """Leave the text field that has the focus, else the table, else the full screen."""
        if is_text_field(QApplication.focusWidget()):
            self.room.pane.setFocus()
        elif self.room.is_table_shown:
            self.room.show_table(False)
        elif self.full_view.is_on:
            self.full_view.toggle()

    @Slot()
    def show_keys(self) -> None:
        """Show the sheet of keys."""
        sheet = KeySheet(self)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_H and not event.isAutoRepeat():
            self.room.pane.hold_heat(False)
        super().keyReleaseEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.WindowDeactivate, QEvent.Type.Hide}:  # the key's release will not arrive
            self.room.pane.hold_heat(False)
        return super().event(event)

    @Slot()
    def _update(self) -> None:
        """Enable what can be done now."""
        opened, busy = self.room.opened, self.lists.format_busy()
        result = None if opened is None else opened.result
        is_at_hand = opened is not None and opened.header is not None
        self.toolbar.update_enabled(
            ToolbarState(
                busy=busy,
                can_retry=result is not None and result.failed > 0 and is_at_hand,
                can_continue=result is not None and is_at_hand and opened is not None and not opened.is_film,
                has_list=not busy and result is not None,
                has_film=not busy and self.room.desk.is_answer_visible,
            )
        )
