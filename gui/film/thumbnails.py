"""Read films and thumbnails on a background thread, so that the window never waits for a disk."""

import logging
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot
from PySide6.QtGui import QImage

from core.films.film_facts import FilmFacts
from core.films.film_reader import read_film
from core.films.images import shrink
from core.system.errors import FilmUnreadable
from gui.film.film_picture import to_image

log = logging.getLogger(__name__)


class _Reply(QObject):
    """Carries an image and its facts, or None for an unreadable film, from the pool to the GUI thread."""

    ready = Signal(object, object, object)


class _ReadTask(QRunnable):
    def __init__(self, path: Path, longest_px: int | None, reply: _Reply) -> None:
        super().__init__()
        self._path, self._longest_px, self._reply = path, longest_px, reply

    def run(self) -> None:
        image: QImage | None = None
        facts: FilmFacts | None = None
        try:
            film = read_film(self._path)
            pixels = film.pixels if self._longest_px is None else shrink(film.pixels, self._longest_px)
            image, facts = to_image(pixels), film.facts
        except FilmUnreadable:
            pass  # the reply carries None
        except Exception as error:  # without a reply no further film would be read
            log.error("an image could not be made: %s", type(error).__name__)
        self._reply.ready.emit(self._path, image, facts)


class Thumbnails(QObject):
    """Reads films one at a time, the latest request first.

    longest_px: the longer side of the images; None keeps the size of the film.
    max_pending: the oldest requests beyond this number are dropped; None keeps all.
    Signal: ready(Path, QImage, FilmFacts), or ready(Path, None, None) for a film that cannot be read.
    """

    ready = Signal(object, object, object)

    def __init__(self, longest_px: int | None, parent: QObject | None = None, max_pending: int | None = None) -> None:
        super().__init__(parent)
        self._longest_px, self._max_pending = longest_px, max_pending
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._reply = _Reply(self)
        self._reply.ready.connect(self._on_ready)
        self._pending: dict[Path, None] = {}  # in the order of the requests
        self._current: Path | None = None

    def request(self, path: Path) -> None:
        """Read the film soon; a repeated request moves it to the front."""
        self._pending.pop(path, None)
        self._pending[path] = None
        if self._max_pending is not None and len(self._pending) > self._max_pending:
            del self._pending[next(iter(self._pending))]
        self._read_next()

    def cancel_requests(self) -> None:
        """Drop all requests that are not answered yet."""
        self._pending.clear()
        self._current = None

    def close(self) -> None:
        """Drop the pending requests and wait up to 2 s for the film being read."""
        self.cancel_requests()
        self._pool.waitForDone(2000)

    def _read_next(self) -> None:
        if self._current is None and self._pending:
            self._current, _ = self._pending.popitem()
            self._pool.start(_ReadTask(self._current, self._longest_px, self._reply))

    @Slot(object, object, object)
    def _on_ready(self, path: Path, image: QImage | None, facts: FilmFacts | None) -> None:
        if path == self._current:
            self._current = None
            self.ready.emit(path, image, facts)
        self._read_next()
