"""Small pictures of films, read in the background. Never blocks the window and never shows an unreadable film."""

from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot
from PySide6.QtGui import QImage

from core.errors import FilmUnreadable
from core.images import read_thumbnail
from gui.film_view import image_of


class _Answer(QObject):
    """Carries one picture from the pool to the window."""

    ready = Signal(object, object)


class _Reading(QRunnable):
    def __init__(self, path: Path, longest_px: int, answer: _Answer) -> None:
        super().__init__()
        self._path, self._longest_px, self._answer = path, longest_px, answer

    def run(self) -> None:
        try:
            image = image_of(read_thumbnail(self._path, self._longest_px))
        except FilmUnreadable:
            return
        self._answer.ready.emit(self._path, image)


class Thumbnails(QObject):
    """Reads thumbnails on a small pool of its own. Signal: ready(Path, QImage)."""

    ready = Signal(object, object)

    def __init__(self, longest_px: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._longest_px = longest_px
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._answer = _Answer(self)
        self._answer.ready.connect(self._on_ready)
        self._wanted: set[Path] = set()

    def want(self, path: Path) -> None:
        if path not in self._wanted:
            self._wanted.add(path)
            self._pool.start(_Reading(path, self._longest_px, self._answer))

    def forget(self) -> None:
        """Drop what is not read yet."""
        self._pool.clear()
        self._wanted.clear()

    def close(self) -> None:
        """Drop what waits and let the one film in hand end."""
        self._pool.clear()
        self._pool.waitForDone(2000)

    @Slot(object, object)
    def _on_ready(self, path: Path, image: QImage) -> None:
        if path in self._wanted:
            self.ready.emit(path, image)
