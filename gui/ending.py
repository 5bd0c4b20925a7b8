"""Ctrl-C, SIGTERM and a closed terminal end the window as its close button does, without a question."""

import os
import signal
import socket

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot


class EndSignals(QObject):
    """Signal: wanted(), on the window's thread, soon after the system or a terminal asks the program to end.

    Qt's loop runs no Python, so the interpreter writes the signal's number into a socket that Qt watches.
    """

    wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ours, self._theirs = socket.socketpair()
        for end in (self._ours, self._theirs):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._ours.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_activated)
        self._before = signal.set_wakeup_fd(self._theirs.fileno(), warn_on_full_buffer=False)
        names = ("SIGINT", "SIGTERM", "SIGHUP") if os.name == "posix" else ("SIGINT", "SIGTERM")
        self._handlers = {name: signal.signal(getattr(signal, name), _noted) for name in names}

    def close(self) -> None:
        """Give the signals back."""
        self._notifier.setEnabled(False)
        for name, handler in self._handlers.items():
            signal.signal(getattr(signal, name), handler)
        signal.set_wakeup_fd(self._before)
        self._ours.close()
        self._theirs.close()

    @Slot()
    def _on_activated(self) -> None:
        try:
            self._ours.recv(64)
        except BlockingIOError:
            return
        self.wanted.emit()


def _noted(_signal: int, _frame: object) -> None:
    """The socket has the number; without a handler the signal would kill the program."""
