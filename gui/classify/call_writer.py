"""Write the reader's calls, and what the reader has seen, to disk in order, on a background thread."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from PySide6.QtCore import QObject, Signal

from core.screening.reader_calls import Call, CallBook, append_call, calls_path
from core.screening.seen_films import SeenFilms, append_seen, read_seen
from core.system.error_messages import format_error
from core.system.language import tr


class CallWriter(QObject):
    """Writes calls on a thread of its own.

    seen: the films whose answer was on the screen, in any list.
    Signal: failed(str sentence) when something could not be written or read; it is then in memory
    only, and no call counts as blind any more.
    """

    failed = Signal(str)

    def __init__(self, seen_file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="calls")
        self._seen_file = seen_file
        self._waiting: SimpleQueue[tuple[str, ...]] = SimpleQueue()  # films seen that are not written yet
        self._is_seen_lost = False
        self.seen = SeenFilms(self._save_seen)
        self._pool.submit(self._read_seen).add_done_callback(self._on_seen_kept)

    def open_book(self, output: Path, calls: Sequence[Call]) -> CallBook:
        """Return the call book of the screening in `output`; this writer writes its changes.

        calls: those that are on the disk already.
        """
        path = calls_path(output)
        unsaved = tr("Your last call was not saved. {sentence}")

        def write_call(call: Call) -> None:
            future = self._pool.submit(append_call, path, call)
            future.add_done_callback(partial(self._on_written, unsaved))

        return CallBook(calls, write_call)

    def wait(self) -> None:
        """Wait until everything so far is on the disk; for other threads than the window's."""
        self._pool.submit(int).result()

    def close(self) -> None:
        """Finish writing; a call takes a few milliseconds."""
        self._pool.shutdown()

    def _save_seen(self, codes: tuple[str, ...]) -> None:
        self._waiting.put(codes)
        self._pool.submit(self._write_seen).add_done_callback(self._on_seen_kept)

    def _read_seen(self) -> None:
        self.seen.load(read_seen(self._seen_file))

    def _write_seen(self) -> None:
        """Write all that wait at once: a screening shows hundreds of answers in a second."""
        codes: list[str] = []
        while not self._waiting.empty():
            codes += self._waiting.get()
        if codes:
            append_seen(self._seen_file, codes)

    def _on_seen_kept(self, future: Future[None]) -> None:
        if future.exception() is not None and not self._is_seen_lost:
            self._is_seen_lost, self.seen.is_known = True, False
            self._on_written("{sentence}", future)

    def _on_written(self, words: str, future: Future[None]) -> None:
        error = future.exception()
        if error is not None:
            unknown = tr("It could not be written ({kind}).", kind=type(error).__name__)
            self.failed.emit(words.format(sentence=format_error(error) or unknown))
