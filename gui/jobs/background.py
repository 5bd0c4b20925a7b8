"""Short work beside the one job, in order, so that reading films never waits for a training or a screening."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from gui.jobs.worker import describe_error

Task = Callable[[], Any]


class Background(QObject):
    """Runs tasks one after the other on a thread of its own, and hands each result to who asked.

    Signals: failed(JobError) for a task that failed; idle() when nothing is left to do.
    """

    failed = Signal(object)
    idle = Signal()
    _ended = Signal(object, object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        """name: of the thread."""
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._waiting = 0
        self._is_closed = False
        # queued also for a task that has ended already when its end is asked for
        self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)

    def run(self, task: Task, show: Callable[[Any], None] | None = None) -> None:
        """Run `task`, then `show` with its result on the window's thread; nothing after `close`."""
        if self._is_closed:
            return
        self._waiting += 1
        self._pool.submit(task).add_done_callback(partial(self._ended.emit, show))

    def close(self, finish: bool = False) -> None:
        """Show no result any more.

        finish: do what was asked for first. Otherwise what has not begun is dropped, and what runs
        is not waited for: it may hang on a disk.
        """
        self._is_closed = True
        self._pool.shutdown(wait=finish, cancel_futures=not finish)

    @Slot(object, object)
    def _on_ended(self, show: Callable[[Any], None] | None, future: Future[Any]) -> None:
        self._waiting -= 1
        if self._is_closed or future.cancelled():
            return
        error = future.exception()
        if error is not None:
            self.failed.emit(describe_error(error))
        elif show is not None:
            show(future.result())
        if not self._waiting:
            self.idle.emit()
