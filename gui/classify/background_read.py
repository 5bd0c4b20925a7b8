"""Read a few small files beside the window, such as the header of a model."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from PySide6.QtCore import QObject, Signal, Slot

log = logging.getLogger(__name__)


class BackgroundRead(QObject):
    """Runs one function at a time on a thread of its own; only the last one that was asked for counts.

    Signal: done(what the function returned).
    """

    done = Signal(object)
    _returned = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="read")
        self._last = 0
        self._returned.connect(self._on_returned)

    def start(self, read: Callable[[], object]) -> None:
        """Call `read`, which must not touch any widget, and emit `done`, unless another is started before."""
        self._last += 1
        self._pool.submit(self._run, self._last, read)

    def _run(self, number: int, read: Callable[[], object]) -> None:
        if number != self._last:
            return
        try:
            result = read()
        except Exception as error:  # it would be kept unseen in the future
            log.error("a file could not be read: %s", type(error).__name__)
            return
        with suppress(RuntimeError):  # the window was closed meanwhile
            self._returned.emit(number, result)

    @Slot(int, object)
    def _on_returned(self, number: int, result: object) -> None:
        if number == self._last:
            self.done.emit(result)
