"""Pictures of films, read in the background. Never blocks the window and never shows an unreadable film."""

import logging
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot
from PySide6.QtGui import QImage

from core.films.images import read_film, read_thumbnail
from core.system.errors import FilmUnreadable
from gui.film.film_picture import to_image

log = logging.getLogger(__name__)


class _Answer(QObject):
    """Carries one picture, or None for an unreadable film, from the pool to the window."""

    ready = Signal(object, object)


class _Reading(QRunnable):
    def __init__(self, path: Path, longest_px: int | None, answer: _Answer) -> None:
        super().__init__()
        self._path, self._longest_px, self._answer = path, longest_px, answer

    def run(self) -> None:
        image: QImage | None = None
        try:
            whole = self._longest_px is None
            pixels = read_film(self._path) if whole else read_thumbnail(self._path, self._longest_px or 0)
            image = to_image(pixels)
        except FilmUnreadable:
            pass  # None says it
        except Exception as error:  # without an answer no further picture would be read
            log.error("a picture could not be made: %s", type(error).__name__)
        self._answer.ready.emit(self._path, image)


class Thumbnails(QObject):
    """Reads pictures one after the other, the latest wish first.

    longest_px: their longer side, None for films as they are. most_waiting: older wishes are dropped beyond it.
    Signal: ready(Path, QImage), or (Path, None) for a film that cannot be read.
    """

    ready = Signal(object, object)

    def __init__(self, longest_px: int | None, parent: QObject | None = None, most_waiting: int | None = None) -> None:
        super().__init__(parent)
        self._longest_px, self._most_waiting = longest_px, most_waiting
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._answer = _Answer(self)
        self._answer.ready.connect(self._on_ready)
        self._waiting: dict[Path, None] = {}  # in the order of the wishes
        self._in_hand: Path | None = None

    def want(self, path: Path) -> None:
        """Read the film soon; wishing again puts it first."""
        self._waiting.pop(path, None)
        self._waiting[path] = None
        if self._most_waiting is not None and len(self._waiting) > self._most_waiting:
            del self._waiting[next(iter(self._waiting))]
        self._go_on()

    def forget(self) -> None:
        """Drop what is not read yet."""
        self._waiting.clear()
        self._in_hand = None

    def close(self) -> None:
        """Drop what waits and let the one film in hand end."""
        self.forget()
        self._pool.waitForDone(2000)

    def _go_on(self) -> None:
        if self._in_hand is None and self._waiting:
            self._in_hand, _ = self._waiting.popitem()
            self._pool.start(_Reading(self._in_hand, self._longest_px, self._answer))

    @Slot(object, object)
    def _on_ready(self, path: Path, image: QImage | None) -> None:
        if path == self._in_hand:
            self._in_hand = None
            self.ready.emit(path, image)
        self._go_on()
