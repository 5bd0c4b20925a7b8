"""Writes the reader's calls in the background, in their order, so that no slow disk holds up the next film."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.screening.reader_calls import Call, CallBook, append_call, calls_path
from core.system.error_messages import format_error
from core.system.language import tr


class CallWriter(QObject):
    """Signal: failed(sentence) where a call could not be written; it then stands on the screen only."""

    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="calls")

    def book(self, output: Path, calls: Sequence[Call]) -> CallBook:
        """The calls on the screening in `output`, of which these are on the disk already."""
        path = calls_path(output)

        def keep(call: Call) -> None:
            self._pool.submit(append_call, path, call).add_done_callback(self._on_kept)

        return CallBook(calls, keep)

    def close(self) -> None:
        """Finish writing; a call takes some milliseconds."""
        self._pool.shutdown()

    def _on_kept(self, done: Future[None]) -> None:
        error = done.exception()
        if error is not None:
            unknown = tr("It could not be written ({kind}).", kind=type(error).__name__)
            self.failed.emit(format_error(error) or unknown)
