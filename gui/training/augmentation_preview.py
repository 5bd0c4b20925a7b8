"""A preview of augmentation on one film, updated while its settings change."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QCloseEvent, QPixmap
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QVBoxLayout, QWidget

from core.recipes.recipe import Recipe
from core.system.errors import JobFailed
from core.system.language import tr
from core.system.safe_text import escape_name
from core.training.events import Preview
from gui.film.film_picture import to_image
from gui.jobs.jobs import Jobs, JobState
from gui.jobs.training_jobs import preview_job
from gui.jobs.worker import JobError
from gui.widgets.named_widgets import make_button, make_paragraph, name_widget

VARIANTS: Final = 8
COLUMNS: Final = 4
FILM_PX: Final = 180
DELAY_MILLISECONDS: Final = 200  # after the last change of a setting


class AugmentationPreview(QDialog):
    """Shows random variants of one film, computed by a worker of its own.

    recipe: returns the recipe of the form; if it raises JobFailed, its sentence is shown.
    """

    def __init__(self, recipe: Callable[[], Recipe], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("augmentation_preview")
        self.setWindowTitle(tr("Augmentation of training films"))
        self._recipe, self._path, self._seed = recipe, Path(), 0
        self._is_outdated = False  # a setting has changed since the running job began
        self.work = Jobs(self)
        self.work.ended.connect(self._on_ended)
        self._timer = QTimer(self, singleShot=True, interval=DELAY_MILLISECONDS)
        self._timer.timeout.connect(self._start_preview)
        grid = QGridLayout()
        self.films = [
            name_widget(QLabel(), f"variant_{number}", tr("Variant {number}", number=number + 1))
            for number in range(VARIANTS)
        ]
        for number, label in enumerate(self.films):
            label.setFixedSize(FILM_PX, FILM_PX)
            grid.addWidget(label, number // COLUMNS, number % COLUMNS)
        self.caption = make_paragraph("", "preview_caption", tr("Preview caption"))
        layout = QVBoxLayout(self)
        layout.addLayout(grid)
        layout.addWidget(self.caption)
        layout.addWidget(make_button(tr("New random changes"), "again", self._on_again))

    def show_film(self, path: Path) -> None:
        """Show variants of this film."""
        self._path = path
        self.show()
        self._start_preview()

    @Slot()
    def update_soon(self) -> None:
        """Compute the variants again after a short delay, if the window is visible."""
        if self.isVisible():
            self._timer.start()

    @Slot()
    def _on_again(self) -> None:
        self._seed += 1
        self._start_preview()

    @Slot()
    def _start_preview(self) -> None:
        if self.work.state is not JobState.IDLE:
            self._is_outdated = True
            return
        try:
            recipe = self._recipe()
        except JobFailed as error:
            self.caption.setText(error.sentence)
            return
        job = preview_job(self._path, recipe.augmentation, FILM_PX, VARIANTS, self._seed)
        self.work.start(job, self._show_preview, show_failure=self._show_failure)

    def _show_preview(self, result: Preview) -> None:
        for label, film in zip(self.films, result.films, strict=True):
            label.setPixmap(QPixmap.fromImage(to_image(film)))
        name = escape_name(result.path.name)
        self.caption.setText(tr("{name}, randomly changed as in training.", name=name))

    def _show_failure(self, error: JobError) -> None:
        self.caption.setText(error.sentence)

    @Slot(object)
    def _on_ended(self, _outcome: object) -> None:
        if self._is_outdated:
            self._is_outdated = False
            self._start_preview()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._timer.stop()
        self.work.stop_now(2000)
        super().closeEvent(event)
