"""Ctrl-C, SIGTERM and a closed terminal end the window as its close button does, without a question."""

import os
import signal

from PySide6.QtCore import QObject, QTimer, Signal, Slot

LISTEN_MILLISECONDS = 100


class QuitSignals(QObject):
    """Signal: wanted(), on the window's thread, soon after the system or a terminal asks the program to end.

    Qt's loop runs no Python, so a timer lets the interpreter look. (A wake-up socket would be one on the internet's
    loopback on Windows, and this program opens none.)
    """

    wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asked = 0
        names = ("SIGINT", "SIGTERM", "SIGHUP") if os.name == "posix" else ("SIGINT", "SIGTERM")
        self._handlers = {name: signal.signal(getattr(signal, name), self._note) for name in names}
        self._listening = QTimer(self, interval=LISTEN_MILLISECONDS)
        self._listening.timeout.connect(self._on_listening)
        self._listening.start()

    def close(self) -> None:
        """Give the signals back."""
        self._listening.stop()
        for name, handler in self._handlers.items():
            signal.signal(getattr(signal, name), handler)

    def _note(self, _signal: int, _frame: object) -> None:
        self._asked += 1

    @Slot()
    def _on_listening(self) -> None:
        asked, self._asked = self._asked, 0
        for _ in range(asked):
            self.wanted.emit()
