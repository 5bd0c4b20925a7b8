"""Thumbnails of the films in a list, read when they are first painted."""

from collections import OrderedDict
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from gui.film.thumbnails import Thumbnails

THUMBNAIL_PX: Final = 48
PICTURE_SCALE: Final = 2  # pixels of a picture for each of a screen at 100 %, so that it is sharp at 200 %
MAX_IMAGES: Final = 2000  # in memory, about 20 MB
MAX_PENDING: Final = 60  # requests; films scrolled past long ago are not read


class RowPictures(QObject):
    """Signal: arrived(file) when a film was read, also if it has no picture or has changed since."""

    arrived = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._images: OrderedDict[str, QImage | None] = OrderedDict()  # None: no picture can be made
        self._asked: set[str] = set()
        self._files: dict[Path, str] = {}  # the names of the films asked for
        self._stale: set[str] = set()  # asked for before they changed
        self._thumbnails = Thumbnails(THUMBNAIL_PX * PICTURE_SCALE, self, MAX_PENDING)
        self._thumbnails.ready.connect(self._on_thumbnail)

    def clear(self) -> None:
        """Forget the films of a list: another one may have films of the same names."""
        self._thumbnails.cancel_requests()
        for films in (self._images, self._asked, self._files, self._stale):
            films.clear()

    def forget(self, file: str) -> None:
        """Read a film again, for it may have changed."""
        self._images.pop(file, None)
        if file in self._asked:
            self._stale.add(file)

    def find(self, file: str, path: Path) -> QImage | None:
        """Return a film's picture, PICTURE_SCALE times as large; None until it is read, or if it cannot be.

        file: its name in the list. path: where it is.
        """
        if file in self._images:
            self._images.move_to_end(file)
            return self._images[file]
        self._asked.add(file)
        self._files[path] = file
        self._thumbnails.request(path)
        return None

    def close(self) -> None:
        self._thumbnails.close()

    @Slot(object, object)
    def _on_thumbnail(self, path: Path, image: QImage | None) -> None:
        file = self._files.pop(path, None)
        if file is None:
            return  # of another list
        self._asked.discard(file)
        if file in self._stale:
            self._stale.remove(file)
        else:
            self._keep(file, image)
        self.arrived.emit(file)

    def _keep(self, file: str, image: QImage | None) -> None:
        if image is not None:
            image.setDevicePixelRatio(PICTURE_SCALE)
        self._images[file] = image
        if len(self._images) > MAX_IMAGES:
            self._images.popitem(last=False)
