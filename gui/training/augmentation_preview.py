"""What augmentation does to a film, shown while a person turns its knobs. Has a worker of its own."""

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
from gui.widgets.named_widgets import button, named, paragraph

SHOWN: Final = 8
COLUMNS: Final = 4
FILM_PX: Final = 180
PAUSE_MILLISECONDS: Final = 200  # after the last turn of a knob


class AugmentationPreview(QDialog):
    """Variants of one film under the form's augmentation.

    recipe: gives the recipe that the form shows; it may raise JobFailed, whose sentence is shown then.
    """

    def __init__(self, recipe: Callable[[], Recipe], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("augmentation_preview")
        self.setWindowTitle(tr("How training films are changed"))
        self._recipe, self._path, self._seed = recipe, Path(), 0
        self._is_late = False
        self.work = Jobs(self)
        self.work.succeeded.connect(self._on_succeeded)
        self.work.failed.connect(self._on_failed)
        self._timer = QTimer(self, singleShot=True, interval=PAUSE_MILLISECONDS)
        self._timer.timeout.connect(self._on_time)
        grid = QGridLayout()
        self.films = [
            named(QLabel(), f"variant_{number}", tr("Variant {number}", number=number + 1)) for number in range(SHOWN)
        ]
        for number, label in enumerate(self.films):
            label.setFixedSize(FILM_PX, FILM_PX)
            grid.addWidget(label, number // COLUMNS, number % COLUMNS)
        self.caption = paragraph("", "preview_caption", tr("Preview caption"))
        layout = QVBoxLayout(self)
        layout.addLayout(grid)
        layout.addWidget(self.caption)
        layout.addWidget(button(tr("Other random changes"), "again", self._on_again))

    def show_film(self, path: Path) -> None:
        """Show variants of this film."""
        self._path = path
        self.show()
        self._on_time()

    @Slot()
    def recipe_changed(self) -> None:
        """Paint again soon, if anyone looks."""
        if self.isVisible():
            self._timer.start()

    @Slot()
    def _on_again(self) -> None:
        self._seed += 1
        self._on_time()

    @Slot()
    def _on_time(self) -> None:
        if self.work.state is not JobState.IDLE:
            self._is_late = True
            return
        try:
            recipe = self._recipe()
        except JobFailed as error:
            self.caption.setText(error.sentence)
            return
        job = preview_job(self._path, recipe.augmentation, FILM_PX, SHOWN, self._seed)
        self.work.start(job, self._show_event)

    def _show_event(self, _event: object) -> None:
        """A preview is too quick to be worth a word."""

    @Slot(object)
    def _on_succeeded(self, result: Preview) -> None:
        for label, film in zip(self.films, result.films, strict=True):
            label.setPixmap(QPixmap.fromImage(to_image(film)))
        name = escape_name(result.path.name)
        self.caption.setText(tr("{name}, changed at random as in training.", name=name))
        if self._is_late:
            self._is_late = False
            self._on_time()

    @Slot(object)
    def _on_failed(self, error: JobError) -> None:
        self.caption.setText(error.sentence)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._timer.stop()
        self.work.stop_now(2000)
        super().closeEvent(event)
