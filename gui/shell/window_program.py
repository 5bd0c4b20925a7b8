"""The window with what surrounds it: crash log, welcome, files that the system hands over."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from core.system.app_folders import data_folder
from core.system.language import tr
from gui.shell.crash_log import CrashLog, read_earlier_end
from gui.shell.main_window import MainWindow
from gui.shell.quit_signals import QuitSignals
from gui.shell.single_instance import SingleInstance
from gui.shell.ui_language import apply_language
from gui.state.settings import load_settings
from gui.widgets import messages

SAVE_MILLISECONDS = 10_000


class _FilesOpened(QObject):
    """What macOS hands to a running program. Signal: opened(Path)."""

    opened = Signal(object)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent) and event.file():
            self.opened.emit(Path(event.file()))
            return True
        return super().eventFilter(watched, event)


class WindowProgram(QObject):
    """The window with what surrounds it while it is open. Give it to nobody: it lives as long as the event loop."""

    def __init__(self, instance: SingleInstance, signals: QuitSignals) -> None:
        super().__init__()
        self.window = self._new_window()
        self._earlier_end = read_earlier_end(data_folder())
        self._faults = CrashLog(data_folder(), self)
        self._files = _FilesOpened(self)
        self._faults.fault_seen.connect(self._on_fault)
        self._files.opened.connect(self._on_opened)
        instance.asked.connect(self._on_asked)
        signals.wanted.connect(self._on_end_wanted)

    def _new_window(self) -> MainWindow:
        window = MainWindow()
        window.new_window_wanted.connect(self._on_new_window_wanted, Qt.ConnectionType.QueuedConnection)
        return window

    def open(self, path: Path | None, demo: bool) -> None:
        """Show the window, the welcome at the first start, and what the person asked for."""
        self._faults.install()
        QApplication.instance().installEventFilter(self._files)  # type: ignore[union-attr]
        self.window.show()
        if self._earlier_end:
            messages.show_fault(self.window, tr(messages.ENDED_EARLY), self._earlier_end)
        if demo:
            self.window.dataset_tab.start_demo()
        elif path is not None:
            self.window.open_path(path)
        elif not load_settings().welcomed:
            self.window.show_welcome()

    def close(self) -> None:
        """After the event loop: let work save what it reached."""
        self.window.jobs.stop_now(SAVE_MILLISECONDS)
        self._faults.close()

    @Slot()
    def _on_new_window_wanted(self) -> None:
        """Open the window anew, as widgets keep the words that they were made with."""
        running = QApplication.instance()
        assert isinstance(running, QApplication)
        apply_language(running)
        before, self.window = self.window, self._new_window()
        self.window.setGeometry(before.geometry())
        self.window.show()
        if before.welcome is not None:
            self.window.show_welcome()
        before.close()
        before.deleteLater()

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
