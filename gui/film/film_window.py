"""A window with one film of a dataset, enlarged; arrow keys move to its neighbours."""

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QCloseEvent, QImage, QKeyEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from core.datasets.dataset import Film
from core.system.language import tr
from core.system.safe_text import escape_name
from gui.film.film_grid import FilmGrid
from gui.film.film_view import FilmView
from gui.film.thumbnails import Thumbnails
from gui.widgets.named_widgets import make_paragraph


class FilmWindow(QDialog):
    """Shows one film of a grid as large as the window allows.

    Left and right (or up and down) show the neighbours; Space closes; other keys as in FilmView.
    """

    def __init__(self, grid: FilmGrid, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("film_window")
        self.setWindowTitle(tr("Film"))
        self.resize(900, 900)
        self._grid = grid
        self._row = 0
        self._path: Path | None = None
        self._films = Thumbnails(None, self, max_pending=1)
        self._films.ready.connect(self._on_ready)
        self.view = FilmView()
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.caption = make_paragraph("", "caption", tr("Caption"))
        layout = QVBoxLayout(self)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.caption)

    def show_row(self, row: int) -> None:
        """Show the film in this row of the grid; a row outside the grid changes nothing."""
        film = self._film(row)
        if film is None:
            return
        self._row, self._path = row, film.path
        position = tr("{number} of {count}", number=row + 1, count=self._grid.table.rowCount())
        patient = tr("patient {patient}", patient=film.patient)
        parts = (position, escape_name(film.path.name), self._grid.table.format_row(row), patient)
        self.caption.setText(" · ".join(parts))
        self._grid.setCurrentIndex(self._grid.table.index(row))
        self._films.request(film.path)
        self.show()

    def _film(self, row: int) -> Film | None:
        return self._grid.table.film(row) if 0 <= row < self._grid.table.rowCount() else None

    @Slot(object, object)
    def _on_ready(self, path: Path, image: QImage | None) -> None:
        if path != self._path:
            return
        if image is None:
            unreadable = tr("can no longer be read")
            self.caption.setText(f"{self.caption.text()} · {unreadable}")
        else:
            self.view.show_image(image)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.view.take_key(event):  # Shift with an arrow moves the film
            return
        match event.key():
            case Qt.Key.Key_Right | Qt.Key.Key_Down:
                self.show_row(self._row + 1)
            case Qt.Key.Key_Left | Qt.Key.Key_Up:
                self.show_row(self._row - 1)
            case Qt.Key.Key_Space:
                self.close()
            case _:
                super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._films.close()
        super().closeEvent(event)
