"""Quit on Ctrl-C, SIGTERM or a closed terminal, without asking."""

import os
import signal

from PySide6.QtCore import QObject, QTimer, Signal, Slot

LISTEN_MILLISECONDS = 100


class QuitSignals(QObject):
    """Turns operating system signals into a Qt signal.

    Signal: wanted(), on the window's thread, up to LISTEN_MILLISECONDS after the system or a
    terminal asks the program to end.

    Qt's event loop runs no Python code, so a timer lets the interpreter handle pending signals. (A
    wake-up socket would be a loopback network socket on Windows, and this program opens none.)
    """

    wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pending = 0
        names = ("SIGINT", "SIGTERM", "SIGHUP") if os.name == "posix" else ("SIGINT", "SIGTERM")
        self._handlers = {name: signal.signal(getattr(signal, name), self._on_signal) for name in names}
        self._listening = QTimer(self, interval=LISTEN_MILLISECONDS)
        self._listening.timeout.connect(self._on_listening)
        self._listening.start()

    def close(self) -> None:
        """Restore the previous signal handlers."""
        self._listening.stop()
        for name, handler in self._handlers.items():
            signal.signal(getattr(signal, name), handler)

    def _on_signal(self, _signal: int, _frame: object) -> None:
        self._pending += 1

    @Slot()
    def _on_listening(self) -> None:
        pending, self._pending = self._pending, 0
        for _ in range(pending):
            self.wanted.emit()
