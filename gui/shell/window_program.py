"""Run the main window with its crash log, welcome dialog and requests to open files."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from core.system.app_folders import data_folder, format_lost_folders
from core.system.language import tr
from gui.shell.crash_log import CrashLog, read_native_crash
from gui.shell.main_window import MainWindow
from gui.shell.quit_signals import QuitSignals
from gui.shell.single_instance import SingleInstance
from gui.shell.ui_language import apply_language
from gui.shell.window_place import place_window, remember_window
from gui.state.settings import load_settings
from gui.widgets import messages

SAVE_MILLISECONDS = 10_000


class _FileOpenFilter(QObject):
    """Event filter for files that macOS asks a running program to open. Signal: opened(Path)."""

    opened = Signal(object)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent) and event.file():
            self.opened.emit(Path(event.file()))
            return True
        return super().eventFilter(watched, event)


class WindowProgram(QObject):
    """The main window and the objects that live as long as the event loop. Has no Qt parent."""

    def __init__(self, instance: SingleInstance, signals: QuitSignals) -> None:
        super().__init__()
        self._native_crash = read_native_crash(data_folder())
        self._faults = CrashLog(data_folder(), self)
        self._faults.install()
        self._apply_language()
        self.window = self._new_window()
        self._files = _FileOpenFilter(self)
        self._faults.fault_seen.connect(self._on_fault)
        self._files.opened.connect(self._on_opened)
        instance.asked.connect(self._on_asked)
        signals.wanted.connect(self._on_end_wanted)

    def _apply_language(self) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        apply_language(application)

    def _new_window(self) -> MainWindow:
        window = MainWindow()
        place_window(window)
        window.new_window_wanted.connect(self._on_new_window_wanted, Qt.ConnectionType.QueuedConnection)
        return window

    def open(self, path: Path | None, demo: bool) -> None:
        """Show the window, and open the demo or `path`.

        Without either, welcome a new user, or show the tab that was shown last.
        """
        QApplication.instance().installEventFilter(self._files)  # type: ignore[union-attr]
        self.window.show()
        if sentence := format_lost_folders():
            messages.show_notice(self.window, sentence)
        if self._native_crash:
            messages.show_fault(self.window, tr(messages.ENDED_EARLY), self._native_crash)
        if demo:
            self.window.dataset_tab.start_demo()
        elif path is not None:
            self.window.open_path(path)
        elif not load_settings().welcomed:
            self.window.show_welcome()
        else:
            self.window.tabs.show_named(load_settings().tab)

    def close(self) -> None:
        """Let a running job save its progress; called after the event loop has ended."""
        self.window.jobs.stop_now(SAVE_MILLISECONDS)
        self._faults.close()

    @Slot()
    def _on_new_window_wanted(self) -> None:
        """Replace the window by a new one: widgets keep the language they were created in."""
        self._apply_language()
        previous = self.window
        remember_window(previous, previous.tabs.current_name())
        self.window = self._new_window()
        self.window.tabs.show_named(load_settings().tab)
        self.window.show()
        if previous.welcome is not None:
            self.window.show_welcome()
        previous.close()
        previous.deleteLater()

    @Slot()
    def _on_end_wanted(self) -> None:
        self.window.end()

    @Slot(object)
    def _on_opened(self, path: Path) -> None:
        self.window.open_path(path)

    @Slot(str)
    def _on_fault(self, report: str) -> None:
        messages.show_fault(self.window, tr(messages.FAULT), report)

    @Slot(object)
    def _on_asked(self, path: Path | None) -> None:
        self.window.come_to_front()
        if path is not None:
            self.window.open_path(path)
