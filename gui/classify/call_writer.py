"""Write the reader's calls, and what the reader has seen, to disk in order, on a background thread."""

from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.screening.reader_calls import Call, CallBook, append_call, calls_path
from core.screening.seen_films import SeenFilms, append_seen, seen_path
from core.system.error_messages import format_error
from core.system.language import tr


class CallWriter(QObject):
    """Writes calls on a thread of its own.

    Signal: failed(str sentence) when a call could not be written; it is then kept in memory only.
    What was seen is lost then without a word: where it cannot be written, no call can be either.
    """

    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="calls")

    def open_book(self, output: Path, calls: Sequence[Call]) -> CallBook:
        """Return the call book of the screening in `output`; this writer writes its changes.

        calls: those that are on the disk already.
        """
        path = calls_path(output)

        def write_call(call: Call) -> None:
            self._pool.submit(append_call, path, call).add_done_callback(self._on_written)

        return CallBook(calls, write_call)

    def open_seen(self, output: Path, seen: Iterable[str]) -> SeenFilms:
        """Return the films seen of the screening in `output`, likewise."""
        path = seen_path(output)
        return SeenFilms(seen, lambda file: self._pool.submit(append_seen, path, file))

    def wait(self) -> None:
        """Wait until everything so far is on the disk; for other threads than the window's."""
        self._pool.submit(int).result()

    def close(self) -> None:
        """Finish writing; a call takes a few milliseconds."""
        self._pool.shutdown()

    def _on_written(self, future: Future[None]) -> None:
        error = future.exception()
        if error is not None:
            unknown = tr("It could not be written ({kind}).", kind=type(error).__name__)
            self.failed.emit(format_error(error) or unknown)
