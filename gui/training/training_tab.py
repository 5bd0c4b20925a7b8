"""The Training tab: choose a recipe, train on the open dataset, follow the progress."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from core.datasets.preparation import Preparation
from core.metrics.figure_labels import format_summary
from core.metrics.intervals import Figure
from core.recipes.recipe import BEST, Recipe, change_start
from core.runs.run_folder import is_resumable
from core.runs.run_list import Run, runs_folder
from core.system.app_folders import new_timestamped_path
from core.system.errors import JobFailed
from core.system.language import marked, tr, tr_count
from core.system.product import NOTICE
from core.training.events import RateCurve, SearchResult, TrainingResult
from gui.jobs.jobs import Jobs, JobState
from gui.jobs.training_jobs import continue_search_job, find_rate_job, search_job, train_job
from gui.jobs.worker import Job, JobError
from gui.state.session import Session
from gui.training.augmentation_preview import AugmentationPreview
from gui.training.rate_dialog import RateDialog
from gui.training.recipe_form import RecipeForm
from gui.training.training_view import TrainingView
from gui.widgets import messages
from gui.widgets.named_widgets import make_button

BLOCKED = marked(
    "This dataset cannot be used for training as it is: see the findings on the Dataset tab and resolve them there."
)
HOURS = marked("How many hours may the search take? The best recipe is then shown in the form.")
LEFT_PX = 340


class TrainingTab(QWidget):
    """Starts trainings, searches and the rate finder on the session's dataset.

    A finished model becomes the session's model.
    """

    def __init__(self, session: Session, work: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._work = session, work
        self._interrupted: Path | None = None
        self._build()
        work.state_changed.connect(self._on_state_changed)
        session.dataset_changed.connect(self._on_dataset_changed)
        session.continuation_wanted.connect(self._on_continuation_wanted)
        self._on_state_changed(work.state)

    def _build(self) -> None:
        self.form, self.view = RecipeForm(), TrainingView()
        self.preview = make_button(tr("Preview changes…"), "preview", self._on_preview)
        self.find_rate = make_button(tr("Find learning rate…"), "find_rate", self._on_find_rate)
        self.search = make_button(tr("Search…"), "search", self._on_search)
        self.preview_window = AugmentationPreview(self.form.recipe, self)
        self.form.changed.connect(self.preview_window.update_soon)
        self.resume_search = make_button(tr("Continue search…"), "resume_search", self._on_resume_search)
        self.start = make_button(tr("Start training"), "start", self._on_start)
        self.resume = make_button(tr("Resume the interrupted training"), "resume", self._on_resume)
        self.pause = make_button(tr("Pause"), "pause", self._on_pause)
        self.cancel = make_button(tr("Cancel"), "cancel", self._work.cancel)
        left = QWidget()
        column = QVBoxLayout(left)
        column.addWidget(self.form, 1)
        grid = QGridLayout()
        for number, widget in enumerate((self.preview, self.find_rate, self.search, self.resume_search)):
            grid.addWidget(widget, number // 2, number % 2)
        grid.addWidget(self.start, 2, 0, 1, 2)
        grid.addWidget(self.resume, 3, 0, 1, 2)
        grid.addWidget(self.pause, 4, 0)
        grid.addWidget(self.cancel, 4, 1)
        column.addLayout(grid)
        layout = QHBoxLayout(self)
        left.setFixedWidth(LEFT_PX)
        layout.addWidget(left)
        layout.addWidget(self.view, 1)

    def _read_recipe(self) -> Recipe | None:
        """Return the recipe of the form; show an error and return None if it is inconsistent."""
        try:
            return self.form.recipe()
        except JobFailed as error:
            messages.show_error(self, JobError(error.sentence))
            return None

    @Slot()
    def _on_preview(self) -> None:
        if self._session.audit is not None:
            films = self._session.audit.dataset.films
            self.preview_window.show_film(films[len(films) // 2].path)

    @Slot()
    def _on_find_rate(self) -> None:
        recipe, source = self._read_recipe(), self._session.source
        if recipe and source:
            self._work.start(find_rate_job(source, recipe, self._session.preparation), self.show_event)

    @Slot()
    def _on_search(self) -> None:
        recipe, source = self._read_recipe(), self._session.source
        if recipe and source:
            folder = new_timestamped_path(runs_folder(), before="search-")
            self._start_search(partial(search_job, source, recipe, folder))

    @Slot()
    def _on_resume_search(self) -> None:
        if self._session.source:
            self._start_search(partial(continue_search_job, self._session.source))

    def _start_search(self, make_job: Callable[[float, Preparation], Job]) -> None:
        """Ask for a time limit and start a search; make_job: job for seconds and preparation."""
        if self._work.state is not JobState.IDLE:
            return
        hours = messages.ask_hours(self, tr(HOURS), 2)
        if hours is not None:
            self.view.clear()
            self._work.start(make_job(3600 * hours, self._session.preparation), self.show_event)

    def show_rate_curve(self, curve: RateCurve) -> None:
        """Show the rate finder's curve and let the user take its suggestion."""
        self.view.status.setText(_ready_sentence())
        self.view.progress.setRange(0, 1)
        dialog = RateDialog(curve, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if curve.suggestion is not None:
            dialog.accepted.connect(partial(self.form.set_learning_rate, curve.suggestion))
        dialog.open()

    def show_search(self, result: SearchResult) -> None:
        """Show the best recipe of a search in the form."""
        trials = tr_count(
            "{count} trial finished, {pruned} stopped early.",
            "{count} trials finished, {pruned} stopped early.",
            result.finished,
            pruned=result.pruned,
        )
        if result.recipe is None:
            self.view.status.setText(" ".join([trials, tr("No recipe was found.")]))
            return
        self.form.show_recipe(result.recipe)
        best = tr("The form shows the best recipe: validation AUC {auc:.3f}.", auc=result.auc)
        self.view.status.setText(" ".join([trials, best, tr(NOTICE)]))

    @Slot()
    def _on_start(self) -> None:
        recipe = self._read_recipe()
        if recipe is not None:
            self._begin(recipe, new_timestamped_path(runs_folder(), f"-{recipe.name}"), resume=False)

    @Slot()
    def _on_resume(self) -> None:
        if self._interrupted:
            # a resumed training reads the recipe in its folder
            self._begin(BEST, self._interrupted, resume=True)

    def _begin(self, recipe: Recipe, run_dir: Path, resume: bool) -> None:
        if self._session.source is None or self._work.state is not JobState.IDLE:
            return
        if not resume:
            self.view.clear()
        self._interrupted = run_dir
        source, preparation = self._session.source, self._session.preparation
        self._work.start(train_job(source, recipe, run_dir, resume, preparation), self.show_event)

    @Slot()
    def _on_pause(self) -> None:
        self._work.set_paused(self._work.state is JobState.RUNNING)

    @Slot(object)
    def _on_continuation_wanted(self, run: Run) -> None:
        """Show the recipe of a run, starting from its model; offer to resume an interrupted run."""
        start = str(run.model) if run.model else run.recipe.start
        recipe = change_start(run.recipe, start)
        self.form.show_recipe(replace(recipe, frozen_epochs=0) if recipe.epochs else recipe)
        if run.is_resumable:
            self._interrupted = run.folder
        self._on_state_changed(self._work.state)

    @Slot(object)
    def _on_dataset_changed(self, _audit: object) -> None:
        self.view.status.setText(tr(BLOCKED) if self._session.is_blocked else _ready_sentence())
        self._on_state_changed(self._work.state)

    @Slot(object)
    def _on_state_changed(self, state: JobState) -> None:
        is_idle = state is JobState.IDLE
        self.start.setEnabled(is_idle and self._session.source is not None and not self._session.is_blocked)
        self.form.setEnabled(is_idle)
        self.preview.setEnabled(self._session.audit is not None)
        for widget in (self.find_rate, self.search, self.resume_search):
            widget.setEnabled(self.start.isEnabled())
        can_resume = self._interrupted is not None and is_resumable(self._interrupted)
        self.resume.setVisible(is_idle and can_resume)
        self.pause.setEnabled(state in {JobState.RUNNING, JobState.PAUSED})
        self.pause.setText(tr("Resume") if state is JobState.PAUSED else tr("Pause"))
        self.cancel.setEnabled(state in {JobState.RUNNING, JobState.PAUSED})
        if state is JobState.STOPPING:
            self.view.status.setText(tr("Stopping after this batch…"))

    def show_event(self, event: object) -> None:
        """Show one event of a training, a search or the rate finder."""
        self.view.show_event(event, self._work.state is JobState.RUNNING)

    def show_result(self, result: TrainingResult) -> None:
        """Show how a training ended and make its model the session's model."""
        self.view.progress.setRange(0, 1)
        self.view.progress.setValue(1)
        if result.completed and result.figures is not None:
            self._interrupted = None
            for line in format_summary(result.figures):
                self.view.append_log(line)
            done = tr("Done. Epoch {epoch} was kept.", epoch=result.best_epoch)
            self.view.status.setText(" ".join([done, *_format_accuracy(result.figures.accuracy), tr(NOTICE)]))
        else:
            sentence = tr_count(
                "Stopped after {count} epoch. The best model so far is kept.",
                "Stopped after {count} epochs. The best model so far is kept.",
                result.epochs_done,
            )
            self.view.status.setText(sentence)
        if result.model:
            self.view.append_log(tr("Model: {path}", path=result.model))
            self.view.append_log(tr(NOTICE))
            self._session.use_model(result.model)
        else:
            self.view.append_log(tr("No epoch was finished, so there is no model."))
        self._on_state_changed(self._work.state)


def _ready_sentence() -> str:
    """Return the status shown when a training can be started."""
    return " ".join([tr("Ready to train."), tr(NOTICE)])


def _format_accuracy(figure: Figure | None) -> list[str]:
    """Return a sentence with the test accuracy and its interval; empty without a figure."""
    if figure is None:
        return []
    sentence = tr(
        "Test accuracy {value:.1%} (95 % interval {low:.1%} to {high:.1%}).",
        value=figure.value,
        low=figure.low,
        high=figure.high,
    )
    return [sentence]
