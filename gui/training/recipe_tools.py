"""Tools on the recipe of the form: preview of its changes, rate finder, recipe search."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from core.datasets.preparation import Preparation
from core.runs.run_list import runs_folder
from core.system.app_folders import new_timestamped_path
from core.system.language import marked, tr
from core.training.events import RateCurve
from gui.jobs.training_jobs import continue_search_job, find_rate_job, search_job
from gui.jobs.worker import Job
from gui.state.session import Session
from gui.training.augmentation_preview import AugmentationPreview
from gui.training.rate_dialog import RateDialog
from gui.training.recipe_form import RecipeForm
from gui.widgets import messages
from gui.widgets.named_widgets import make_button

HOURS = marked("How many hours may the search take? The best recipe is then shown in the form.")


class RecipeTools(QWidget):
    """Four buttons. Signals: job_wanted(Job, name) to start a job; search_begun() before one of a search."""

    job_wanted = Signal(object, str)
    search_begun = Signal()

    def __init__(self, session: Session, form: RecipeForm, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._form = session, form
        self.preview = make_button(tr("Preview changes…"), "preview", self._on_preview)
        self.find_rate = make_button(tr("Find learning rate…"), "find_rate", self._on_find_rate)
        self.search = make_button(tr("Search…"), "search", self._on_search)
        self.resume_search = make_button(tr("Continue search…"), "resume_search", self._on_resume_search)
        self.preview_window = AugmentationPreview(form.recipe, self)
        form.changed.connect(self.preview_window.update_soon)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        for number, button in enumerate((self.preview, self.find_rate, self.search, self.resume_search)):
            grid.addWidget(button, number // 2, number % 2)

    def update_enabled(self, can_train: bool) -> None:
        """Enable the buttons. can_train: a training could start now."""
        self.preview.setEnabled(self._session.audit is not None)
        for button in (self.find_rate, self.search, self.resume_search):
            button.setEnabled(can_train)

    def show_rate_curve(self, curve: RateCurve) -> None:
        """Show the rate finder's curve and let the user take its suggestion."""
        dialog = RateDialog(curve, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if curve.suggestion is not None:
            dialog.accepted.connect(partial(self._form.set_learning_rate, curve.suggestion))
        dialog.open()

    @Slot()
    def _on_preview(self) -> None:
        if self._session.audit is not None:
            films = self._session.audit.dataset.films
            self.preview_window.show_film(films[len(films) // 2].path)

    @Slot()
    def _on_find_rate(self) -> None:
        recipe, source = self._form.read_recipe(), self._session.source
        if recipe and source:
            job = find_rate_job(source, recipe, self._session.preparation, self._session.audit)
            self.job_wanted.emit(job, tr("Finding a learning rate"))

    @Slot()
    def _on_search(self) -> None:
        recipe, source = self._form.read_recipe(), self._session.source
        if recipe and source:
            folder = new_timestamped_path(runs_folder(), before="search-")
            self._start_search(partial(search_job, source, recipe, folder))

    @Slot()
    def _on_resume_search(self) -> None:
        if self._session.source:
            self._start_search(partial(continue_search_job, self._session.source))

    def _start_search(self, make_job: Callable[[float, Preparation], Job]) -> None:
        """Ask for a time limit and start a search; make_job: job for seconds and preparation."""
        hours = messages.ask_hours(self, tr(HOURS), 2)
        if hours is not None:
            self.search_begun.emit()
            self.job_wanted.emit(make_job(3600 * hours, self._session.preparation), tr("Searching recipes"))
