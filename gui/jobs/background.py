"""Short work beside the one job, so that reading films never waits for a training or a screening."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from gui.jobs.worker import describe_error

R = TypeVar("R")


class Background(QObject):
    """Runs tasks one after the other on a thread of its own, and hands each result to who asked.

    Signal: failed(JobError) for a task that failed.
    """

    failed = Signal(object)
    _ended = Signal(object, object)

    def __init__(self, name: str, parent: QObject | None = None, only_last: bool = False) -> None:
        """name: of the thread. only_last: each task replaces those before it, as when one list is read again."""
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._only_last = only_last
        self._awaited: set[Future[Any]] = set()
        self._is_closed = False
        # queued also for a task that has ended already when its end is asked for
        self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)

    def run(self, task: Callable[[], R], show: Callable[[R], None] | None = None) -> None:
        """Run `task`, which must not touch any widget, then `show` with its result on the window's thread.

        Nothing is run after `close`.
        """
        if self._is_closed:
            return
        if self._only_last:
            self._drop_all()
        future = self._pool.submit(task)
        self._awaited.add(future)
        future.add_done_callback(partial(self._announce, show))

    def close(self, finish: bool = False) -> None:
        """Show no result any more.

        finish: do what was asked for first. Otherwise what has not begun is dropped, and what runs
        is not waited for: it may hang on a disk.
        """
        self._is_closed = True
        self._awaited.clear()
        self._pool.shutdown(wait=finish, cancel_futures=not finish)

    def _drop_all(self) -> None:
        for future in self._awaited:
            future.cancel()
        self._awaited.clear()

    def _announce(self, show: Callable[[Any], None] | None, future: Future[Any]) -> None:
        with suppress(RuntimeError):  # the window was closed, and this object deleted with it
            self._ended.emit(show, future)

    @Slot(object, object)
    def _on_ended(self, show: Callable[[Any], None] | None, future: Future[Any]) -> None:
        if future not in self._awaited:
            return
        self._awaited.remove(future)
        error = future.exception()
        if error is not None:
            self.failed.emit(describe_error(error))
        elif show is not None:
            show(future.result())
