"""The Training tab: choose a recipe, train on the open dataset, follow the progress."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.metrics.figure_labels import format_summary
from core.metrics.intervals import Figure
from core.recipes.recipe import change_start
from core.runs.run_list import Run, runs_folder
from core.system.app_folders import new_timestamped_path
from core.system.language import marked, tr, tr_count
from core.system.product import NOTICE
from core.system.safe_text import escape_name
from core.training.events import DatasetRead, SearchResult, TrainingResult
from gui.jobs.jobs import Jobs, JobState
from gui.jobs.run_jobs import RunListing, forget_run_job
from gui.jobs.training_jobs import LostDataset, resume_job, train_job
from gui.jobs.worker import Job
from gui.state.session import Room, Session
from gui.training.recipe_form import RecipeForm
from gui.training.recipe_tools import RecipeTools
from gui.training.training_cards import FinishedCard, InterruptedCard
from gui.training.training_view import UNOPENED, TrainingView
from gui.widgets import messages
from gui.widgets.named_widgets import make_button

BLOCKED = marked(
    "This dataset cannot be used for training as it is: see the findings on the Dataset tab and resolve them there."
)
LIST_ENDINGS = (".csv", ".tsv", ".xlsx")
LEFT_PX = 340


class TrainingTab(QWidget):
    """Starts trainings, searches and the rate finder on the session's dataset.

    A finished model is used only if a person says so, on the card that the training ends with.
    """

    def __init__(self, session: Session, work: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._work = session, work
        self._is_own = False  # the job that runs was started here
        self._is_resuming = False
        self._build()
        self._connect_cards()
        work.state_changed.connect(self._on_state_changed)
        session.dataset_changed.connect(self._on_dataset_changed)
        session.continuation_wanted.connect(self._on_continuation_wanted)
        session.model_changed.connect(self.finished.set_model_in_use)
        self._on_state_changed(work.state)

    def _build(self) -> None:
        self.form, self.view = RecipeForm(), TrainingView()
        self.tools = RecipeTools(self._session, self.form)
        self.tools.job_wanted.connect(self._start)
        self.tools.search_begun.connect(self._on_search_begun)
        self.start = make_button(tr("Start training"), "start", self._on_start)
        left = QWidget()
        column = QVBoxLayout(left)
        column.addWidget(self.form, 1)
        column.addWidget(self.tools)
        column.addWidget(self.start)
        layout = QHBoxLayout(self)
        left.setFixedWidth(LEFT_PX)
        layout.addWidget(left)
        self.interrupted, self.finished = InterruptedCard(), FinishedCard()
        right = QVBoxLayout()
        for card in (self.interrupted, self.finished):
            right.addWidget(card)
        right.addWidget(self.view, 1)
        layout.addLayout(right, 1)

    def _connect_cards(self) -> None:
        self.interrupted.resume_wanted.connect(self._on_resume_wanted)
        self.interrupted.forget_wanted.connect(self._on_forget_wanted)
        self.finished.evaluation_wanted.connect(self._on_evaluation_wanted)
        self.finished.use_wanted.connect(self._on_use_wanted)
        self.finished.comparison_wanted.connect(self._on_comparison_wanted)

    @Slot(object, str)
    def _start(self, job: Job, name: str) -> None:
        """Start a job of this tab; name: what it does."""
        if self._work.state is JobState.IDLE:
            self._is_own = True
            self._work.start(job, self.show_event, name)

    @Slot()
    def _on_search_begun(self) -> None:
        self.view.clear()
        self.finished.hide()

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
        recipe, source = self.form.read_recipe(), self._session.source
        if recipe is not None and source is not None:
            run_dir = new_timestamped_path(runs_folder(), f"-{recipe.name}")
            job = train_job(source, recipe, run_dir, False, self._session.preparation, self._session.audit)
            self._begin(job, run_dir.name)

    def _begin(self, job: Job, name: str, is_resuming: bool = False) -> None:
        """Start or resume the training of this name."""
        if self._work.state is not JobState.IDLE:
            return
        self._is_resuming = is_resuming
        if not is_resuming:
            self.view.clear()
        self.finished.hide()
        self._start(job, tr("Training {name}", name=escape_name(name)))

    @Slot(object)
    def _on_resume_wanted(self, run: Run) -> None:
        self._resume(run, None)

    def _resume(self, run: Run, source: Path | None) -> None:
        """Continue a training on its own dataset. source: where that is now; None: where it was."""
        self._begin(resume_job(run, source), run.card.name, is_resuming=True)
        self.view.show_epochs(run.epochs, run.recipe)

    def ask_for_dataset(self, lost: LostDataset) -> None:
        """Ask where the films of an interrupted training are now, and resume it there."""
        question = tr("Where are the films of this training now?")
        if Path(lost.was).suffix.lower() in LIST_ENDINGS:
            source = messages.choose_file(self, question, tr(messages.LISTS))
        else:
            source = messages.choose_folder(self, question)
        if source:
            self._resume(lost.run, source)

    @Slot(object)
    def _on_forget_wanted(self, run: Run) -> None:
        self._start(forget_run_job(run), tr("Reading training runs"))

    def show_runs(self, listing: RunListing) -> None:
        """Offer the training that was interrupted last, if any."""
        if self._work.state is JobState.IDLE:  # else it may be the one that runs
            self.interrupted.show_run(listing.interrupted)

    @Slot(object)
    def _on_evaluation_wanted(self, result: TrainingResult) -> None:
        if result.model is not None:
            self._session.evaluate_model(result.model)

    @Slot(object)
    def _on_use_wanted(self, result: TrainingResult) -> None:
        self._session.use_model(result.model)
        self._session.go_to(Room.CLASSIFY)

    @Slot(object)
    def _on_comparison_wanted(self, result: TrainingResult) -> None:
        self._session.compare_run(result.run_dir)

    @Slot(object)
    def _on_continuation_wanted(self, run: Run) -> None:
        """Show the recipe of a run, starting from its model; offer to resume an interrupted run."""
        start = str(run.model) if run.model else run.recipe.start
        recipe = change_start(run.recipe, start)
        self.form.show_recipe(replace(recipe, frozen_epochs=0) if recipe.epochs else recipe)
        if run.is_resumable:
            self.interrupted.show_run(run)

    @Slot(object)
    def _on_dataset_changed(self, _audit: object) -> None:
        if self._work.state is JobState.IDLE:
            self._show_idle()
        self._on_state_changed(self._work.state)

    def _show_idle(self) -> None:
        """Show whether a training can be started, as no job of this tab runs."""
        blocked, unopened = self._session.is_blocked, self._session.source is None
        self.view.show_idle(tr(BLOCKED) if blocked else tr(UNOPENED) if unopened else _ready_sentence())

    @Slot(object)
    def _on_state_changed(self, state: JobState) -> None:
        is_idle = state is JobState.IDLE
        if is_idle and self._is_own:  # however it ended; its result, if it has one, is shown next
            self._is_own = False
            self._show_idle()
            self.interrupted.show_run(None)
            self._session.runs_changed.emit()
        self.start.setEnabled(is_idle and self._session.source is not None and not self._session.is_blocked)
        self.form.setEnabled(is_idle)
        self.tools.update_enabled(self.start.isEnabled())
        self.interrupted.set_idle(is_idle)
        self.finished.set_idle(is_idle)
        if state is JobState.STOPPING and self._is_own:
            self.view.status.setText(tr("Stopping after this batch…"))

    def show_event(self, event: object) -> None:
        """Show one event of a training, a search or the rate finder."""
        if isinstance(event, DatasetRead):
            if self._is_resuming and event.source != self._session.source:
                self._session.open_dataset(event.source, event.audit)
            return
        self.view.show_event(event, self._work.state is JobState.RUNNING)

    def show_result(self, result: TrainingResult) -> None:
        """Show how a training ended, and what can be done with its model."""
        self.view.progress.setRange(0, 1)
        self.view.progress.setValue(1)
        if result.completed and result.figures is not None:
            for line in format_summary(result.figures):
                self.view.append_log(line)
            done = tr("Done. Epoch {epoch} was kept.", epoch=result.best_epoch)
            self.view.status.setText(" ".join([done, *_format_accuracy(result.figures.accuracy), tr(NOTICE)]))
            self.finished.show_result(result)
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
        else:
            self.view.append_log(tr("No epoch was finished, so there is no model."))


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
