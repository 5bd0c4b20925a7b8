"""The Evaluate tab: performance of the model on held-out films, and its operating point."""

from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from core.datasets.preparation import AS_IT_IS, Preparation
from core.evaluation.evaluation import AcceptanceResult, Evaluation
from core.jobs.events import Stage
from core.models.model_in_use import ModelInUse
from core.models.operating_point import Wish
from core.system.app_folders import data_folder, new_timestamped_path
from core.system.language import marked, tr, tr_count
from core.system.product import NOTICE
from core.system.safe_text import escape_name
from gui.evaluate.acceptance_dialog import AcceptanceDialog
from gui.evaluate.evaluation_documents import EvaluationDocuments
from gui.evaluate.evaluation_panels import FiguresPanel, FilmsPanel, PlotsPanel
from gui.evaluate.evaluation_status import EvaluationStatus
from gui.evaluate.model_choice import ModelChoice
from gui.evaluate.operating_panel import OperatingPanel
from gui.jobs.evaluation_jobs import acceptance_job, choose_point_job, evaluate_job, show_model_job
from gui.jobs.jobs import Jobs, JobState
from gui.jobs.own_jobs import OwnJobs
from gui.state.session import Session
from gui.state.settings import FolderKind
from gui.widgets import messages
from gui.widgets.named_widgets import make_buttons, make_flow, make_paragraph, name_widget
from gui.widgets.scrolling import SqueezableTabs
from gui.widgets.theme import Colours

MISTAKES: Final = marked("Misclassified films, most confident mistakes first")
MAX_FILMS: Final = 20_000  # shown at once


class EvaluateTab(QWidget):
    """Evaluates a model, by default the session's; runs acceptance tests, sets the operating point."""

    def __init__(self, session: Session, work: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._work = session, work
        self._model: ModelInUse | None = None
        self._evaluation: Evaluation | None = None
        self._acceptance: AcceptanceResult | None = None
        self._is_outdated = False
        self.choice = ModelChoice(session)
        self.operating = OperatingPanel()
        self.figures = FiguresPanel()
        self.plots = PlotsPanel()
        self.films = FilmsPanel()
        self.status = EvaluationStatus()
        self._own = OwnJobs(work, self.status.show_event)
        self.documents = EvaluationDocuments(self._own.start, self)
        self._build()
        self._connect()
        self._update()

    def _build(self) -> None:
        self.model = make_paragraph("", "evaluated_model", tr("Evaluated model"))
        self.buttons = make_buttons(
            (tr("Evaluate open dataset"), "evaluate_dataset", self._on_dataset),
            (tr("Evaluate folder…"), "evaluate_folder", self._on_folder),
            (tr("Evaluate list…"), "evaluate_list", self._on_list),
            (tr("Save report…"), "save_report", self._on_save),
            (tr("Acceptance test…"), "acceptance", self._on_acceptance),
            (tr("Save form…"), "save_form", self._on_form),
            (tr("Model card"), "card", self._on_card),
        )
        row = make_flow(self.buttons.values())
        self.panels = name_widget(SqueezableTabs(), "evaluation_rooms", tr("Parts of the evaluation"))
        for panel, title in (
            (self.operating, tr("Operating point")),
            (self.figures, tr("Figures")),
            (self.plots, tr("Curves")),
            (self.films, tr("Films")),
        ):
            self.panels.addTab(panel, title)
        layout = QVBoxLayout(self)
        layout.addWidget(self.choice)
        layout.addWidget(self.model)
        layout.addLayout(row)
        layout.addWidget(self.status)
        layout.addWidget(self.panels, 1)

    def _connect(self) -> None:
        self._work.state_changed.connect(self._update)
        self._session.dataset_changed.connect(self._update)
        self.choice.model_chosen.connect(self._on_model_chosen)
        self.operating.point_wanted.connect(self._on_point_wanted)
        self.operating.own_point_wanted.connect(partial(self._on_point_wanted, None, None))
        self.figures.films_wanted.connect(self.show_films)
        self.plots.films_wanted.connect(self.show_films)
        self.documents.written.connect(self._on_written)

    def set_colours(self, colours: Colours) -> None:
        for panel in (self.operating, self.figures, self.plots):
            panel.set_colours(colours)

    def close_viewer(self) -> None:
        """Close the windows of this tab and stop reading films in the background."""
        self.films.close_viewer()
        self.documents.card_window.close()

    def refresh(self) -> None:
        """Reload the model unless another job is running."""
        self._own.start(show_model_job(self.choice.model), self.show_model, tr(Stage.READING_MODEL))

    def show_model(self, model: ModelInUse) -> None:
        """Show the model to evaluate; clear figures of another one, and mark those of an earlier operating point."""
        if self._is_outdated:
            self._is_outdated = False
            self.refresh()
            return
        if self._evaluation is not None and model.header.key != self._evaluation.header.key:
            self._clear_evaluation()
        self._model = model
        self.status.mark_earlier_point(self._evaluation, model.header)
        mark = "✓" if model.is_accepted else "!"
        self.model.setText(f"{escape_name(model.header.name)} · {mark} {model.acceptance}")
        self.operating.show_model(model.header, model.point)
        self.status.show_sentence(tr(NOTICE))
        self._update()

    def show_evaluation(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self.status.mark_earlier_point(evaluation, evaluation.header)
        self._session.runs_changed.emit()  # a look at the test films of a run is counted in its folder
        self.figures.show_evaluation(evaluation)
        self.plots.show_evaluation(evaluation)
        self.show_films(evaluation.mistakes(), tr(MISTAKES))
        self.panels.setCurrentWidget(self.figures)
        evaluated = tr_count("{count} film evaluated.", "{count} films evaluated.", evaluation.figures.n)
        self.status.show_sentence(f"{evaluated} {tr(NOTICE)}")
        self._update()

    def show_acceptance(self, result: AcceptanceResult) -> None:
        """Show the outcome; reload the model, as its acceptance mark has changed."""
        self.show_evaluation(result.evaluation)
        self._acceptance = result
        self.refresh()

    @Slot(object)
    def _on_written(self, path: Path) -> None:
        self.status.show_sentence(tr("Written: {path}", path=escape_name(str(path))))

    @Slot(object, str)
    def show_films(self, indices: npt.NDArray[np.int64], title: str) -> None:
        """Show films of the evaluation by their indices."""
        if self._evaluation is not None:
            self.films.show_films(self._evaluation, [int(index) for index in indices[:MAX_FILMS]], title)
            self.panels.setCurrentWidget(self.films)

    def _clear_evaluation(self) -> None:
        self._evaluation = None
        self._acceptance = None
        self.status.earlier.hide()
        for panel in (self.figures, self.plots, self.films):
            panel.clear()

    def _evaluate(self, source: Path, preparation: Preparation) -> None:
        name = tr("Evaluating on {name}", name=escape_name(source.name))
        self._own.start(evaluate_job(self.choice.model, source, preparation), self.show_evaluation, name)

    @Slot()
    def _update(self) -> None:
        is_idle = self._work.state is JobState.IDLE
        if is_idle and self._own.take_end():  # however it ended; its result, if it has one, is shown next
            self.status.show_sentence(tr(NOTICE))
        for name, is_ready in (
            ("evaluate_dataset", self._session.audit is not None),
            ("evaluate_folder", True),
            ("evaluate_list", True),
            ("save_report", self._evaluation is not None),
            ("acceptance", True),
            ("save_form", self._acceptance is not None),
            ("card", self._model is not None),
        ):
            self.buttons[name].setEnabled(is_idle and is_ready)
        self.operating.set_busy(not is_idle)
        self.choice.set_busy(not is_idle)

    @Slot()
    def _on_model_chosen(self) -> None:
        self._model = None
        self._clear_evaluation()
        self.model.setText("")
        self._update()
        self._is_outdated = self._work.state is not JobState.IDLE  # the model that is being read is another one
        if self.isVisible():
            self.refresh()

    @Slot()
    def _on_dataset(self) -> None:
        if self._session.source is not None:
            self._evaluate(self._session.source, self._session.preparation)

    @Slot()
    def _on_folder(self) -> None:
        if path := messages.choose_folder(self, tr("Folder of class folders"), FolderKind.DATASET):
            self._evaluate(path, AS_IT_IS)

    @Slot()
    def _on_list(self) -> None:
        if path := messages.choose_file(self, tr("Label list"), tr(messages.LISTS), None, FolderKind.DATASET):
            self._evaluate(path, AS_IT_IS)

    @Slot()
    def _on_save(self) -> None:
        if self._evaluation is not None:
            self.documents.save_report(self._evaluation.with_prevalence(self.figures.prevalence.value() / 100))

    @Slot()
    def _on_acceptance(self) -> None:
        dialog = AcceptanceDialog(self)
        if dialog.exec() == QDialog.DialogCode.Accepted and (order := dialog.order()):
            folder = new_timestamped_path(data_folder() / "acceptances")
            job = acceptance_job(self.choice.model, order, folder)
            self._own.start(job, self.show_acceptance, tr("Acceptance test"))

    @Slot()
    def _on_form(self) -> None:
        if self._acceptance is not None:
            self.documents.save_form(self._acceptance)

    @Slot()
    def _on_card(self) -> None:
        if self._model is not None:
            self.documents.show_card(self._model.card)

    def _on_point_wanted(self, wish: Wish | None, error: float | None) -> None:
        job = choose_point_job(self.choice.model, wish, error)
        self._own.start(job, self.show_model, tr("Setting the operating point"))
