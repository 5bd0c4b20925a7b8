"""A grid of film thumbnails for up to 50,000 films: only visible thumbnails are read."""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QImage, QKeyEvent, QPixmap
from PySide6.QtWidgets import QListView, QWidget

from core.datasets.dataset import Dataset, Film
from core.system.language import tr
from core.system.safe_text import escape_name
from gui.film.thumbnails import Thumbnails
from gui.widgets.named_widgets import name_widget
from gui.widgets.tables import ROOT, Index

THUMBNAIL_PX: Final = 112
MAX_ICONS: Final = 1500  # thumbnails in memory, about 75 MB
MAX_PENDING: Final = 200  # requests; films scrolled past long ago are not read


class FilmTable(QAbstractListModel):
    """Films as a list model. A thumbnail is requested when its item is first painted."""

    def __init__(self) -> None:
        super().__init__()
        self._films: Sequence[Film] = ()
        self._captions: Sequence[str] = ()
        self._dataset: Dataset | None = None
        self._rows: dict[Path, int] = {}
        self._icons: OrderedDict[Path, QIcon] = OrderedDict()
        self._thumbnails = Thumbnails(THUMBNAIL_PX, self, MAX_PENDING)
        self._thumbnails.ready.connect(self._on_thumbnail)
        self._blank = QIcon(_black_pixmap(THUMBNAIL_PX))

    def show_films(self, dataset: Dataset | None, films: Sequence[Film], captions: Sequence[str] = ()) -> None:
        """Show these films of the dataset.

        captions: one text per film, shown instead of its class and split; empty for none.
        """
        self.beginResetModel()
        self._thumbnails.cancel_requests()
        self._dataset, self._films, self._captions = dataset, films, captions
        self._rows = {film.path: row for row, film in enumerate(films)}
        self.endResetModel()

    def film(self, row: int) -> Film:
        return self._films[row]

    def close(self) -> None:
        self._thumbnails.close()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._films)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self._dataset is None:
            return None
        film = self._films[index.row()]
        if role == Qt.ItemDataRole.DecorationRole:
            return self._icon(film.path)
        if role == Qt.ItemDataRole.DisplayRole and self._captions:
            return self._captions[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._label(film)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self._dataset.classes[film.label]} {escape_name(film.path.name)}"
        return None

    def _label(self, film: Film) -> str:
        """Return class and split of a film."""
        name = self._dataset.classes[film.label] if self._dataset else ""
        return f"{name} · {tr(film.split)}" if film.split else name

    def format_row(self, row: int) -> str:
        """Return class, split and caption of the film in a row."""
        parts = [self._label(self._films[row]), self._captions[row] if self._captions else ""]
        return " ".join(part for part in parts if part)

    def _icon(self, path: Path) -> QIcon:
        if path in self._icons:
            self._icons.move_to_end(path)
            return self._icons[path]
        self._thumbnails.request(path)
        return self._blank

    @Slot(object, object)
    def _on_thumbnail(self, path: Path, image: QImage | None) -> None:
        self._icons[path] = self._blank if image is None else QIcon(QPixmap.fromImage(image))
        if len(self._icons) > MAX_ICONS:
            self._icons.popitem(last=False)
        if path in self._rows:
            index = self.index(self._rows[path])
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])


def _black_pixmap(side_px: int) -> QPixmap:
    pixmap = QPixmap(side_px, side_px)
    pixmap.fill(Qt.GlobalColor.black)
    return pixmap


class FilmGrid(QListView):
    """Thumbnails of films; several can be selected.

    Signal: enlarged(row) on Space, Enter or a double click.
    """

    enlarged = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name_widget(self, "films", tr("Films"))
        self.table = FilmTable()
        self.setModel(self.table)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(THUMBNAIL_PX, THUMBNAIL_PX))
        self.setGridSize(QSize(THUMBNAIL_PX + 24, THUMBNAIL_PX + 34))
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.doubleClicked.connect(self._on_double_clicked)

    def selected_films(self) -> list[Film]:
        """Return the selected films in the order of the grid."""
        return [self.table.film(row) for row in sorted(index.row() for index in self.selectedIndexes())]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() in keys and self.currentIndex().isValid():
            self.enlarged.emit(self.currentIndex().row())
        else:
            super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _on_double_clicked(self, index: QModelIndex) -> None:
        self.enlarged.emit(index.row())
