"""The room of evaluation: how good the model is on films it was not made with, and where its threshold lies."""

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QProgressBar, QTabWidget, QVBoxLayout, QWidget

from core.datasets.events import FilmLeftOut
from core.datasets.preparation import AS_IT_IS, Preparation
from core.documents.document import Document
from core.evaluation.evaluation import AcceptanceResult, Evaluation
from core.jobs.events import Noted, Progressed
from core.models.operating_point import Wish
from core.system.app_folders import data_folder, new_timestamped_path
from core.system.language import marked, tr, tr_count
from core.system.product import NOTICE
from core.system.safe_text import escape_name
from core.training.time_estimate import format_duration
from gui.evaluate.acceptance_dialog import AcceptanceDialog
from gui.evaluate.evaluation_panels import FiguresPanel, JudgedFilms, PlotsPanel
from gui.evaluate.operating_panel import OperatingPanel
from gui.jobs.evaluation_jobs import (
    ModelShown,
    Saved,
    acceptance_job,
    choose_point_job,
    evaluate_job,
    save_document_job,
    save_evaluation_job,
    show_model_job,
)
from gui.jobs.jobs import Jobs, JobState
from gui.state.session import Session
from gui.widgets import messages
from gui.widgets.document_window import DocumentWindow
from gui.widgets.named_widgets import buttons, named, paragraph, row_of
from gui.widgets.theme import Colours

WRONG: Final = marked("Wrongly called, the most confident mistakes first")
MOST_FILMS: Final = 20_000


class EvaluateTab(QWidget):
    """Starts evaluations, acceptance tests and choices of the operating point with the session's model."""

    def __init__(self, session: Session, work: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._work = session, work
        self._shown: ModelShown | None = None
        self._evaluation: Evaluation | None = None
        self._acceptance: AcceptanceResult | None = None
        self.operating, self.figures, self.plots, self.films = (
            OperatingPanel(), FiguresPanel(), PlotsPanel(), JudgedFilms(),
        )  # fmt: skip
        self.card_window = DocumentWindow(self)
        self._build()
        self._connect()
        self._update()

    def _build(self) -> None:
        self.model = paragraph("", "evaluated_model", tr("Evaluated model"))
        self.buttons = buttons(
            (tr("Evaluate open dataset"), "evaluate_dataset", self._on_dataset),
            (tr("Evaluate folder…"), "evaluate_folder", self._on_folder),
            (tr("Evaluate list…"), "evaluate_list", self._on_list),
            (tr("Save report…"), "save_report", self._on_save),
            (tr("Acceptance test…"), "acceptance", self._on_acceptance),
            (tr("Save form…"), "save_form", self._on_form),
            (tr("Model card"), "card", self._on_card),
            (tr("Cancel"), "cancel_evaluation", self._work.cancel),
        )
        row = row_of(self.buttons.values())
        self.progress = named(QProgressBar(), "evaluation_progress", tr("Progress of the evaluation"))
        self.status = paragraph(tr(NOTICE), "evaluation_status", tr("Evaluation status"))
        self.rooms = named(QTabWidget(documentMode=True), "evaluation_rooms", tr("Parts of the evaluation"))
        for panel, name in (
            (self.operating, tr("Operating point")),
            (self.figures, tr("Figures")),
            (self.plots, tr("Curves")),
            (self.films, tr("Films")),
        ):
            self.rooms.addTab(panel, name)
        layout = QVBoxLayout(self)
        layout.addWidget(self.model)
        layout.addLayout(row)
        layout.addWidget(self.progress)
        layout.addWidget(self.status)
        layout.addWidget(self.rooms, 1)

    def _connect(self) -> None:
        self._work.state_changed.connect(self._update)
        self._session.dataset_changed.connect(self._update)
        self._session.model_changed.connect(self._on_model_changed)
        self.operating.point_wanted.connect(self._on_point_wanted)
        self.operating.own_point_wanted.connect(self._on_own_point_wanted)
        self.figures.films_wanted.connect(self.show_films)
        self.plots.films_wanted.connect(self.show_films)
        self.card_window.saving_wanted.connect(self._on_save_card)

    def set_colours(self, colours: Colours) -> None:
        for panel in (self.operating, self.figures, self.plots):
            panel.set_colours(colours)

    def close_viewer(self) -> None:
        """Close the windows of this tab and end reading in the background."""
        self.films.close_viewer()
        self.card_window.close()

    def refresh(self) -> None:
        """Read the model again, where no other work is going on."""
        if self._work.state is JobState.IDLE:
            self._work.start(show_model_job(self._session.model), self.show_event)

    def show_event(self, event: object) -> None:
        """Show one event of an evaluation."""
        match event:
            case Progressed(stage, done, total, seconds_left):
                left = [tr("{time} left", time=format_duration(seconds_left))] if seconds_left else []
                self.status.setText(" · ".join([f"{tr(stage)}…", *left, tr(NOTICE)]))
                self.progress.setRange(0, total or 0)
                self.progress.setValue(done)
            case Noted(sentence):
                self.status.setText(sentence)
            case FilmLeftOut(path, _, sentence):
                name = escape_name(path.name)
                self.status.setText(tr("Left out: {name}. {sentence}", name=name, sentence=sentence))

    def show_model(self, shown: ModelShown) -> None:
        """Show the model in use; figures at another operating point are no longer those of this one."""
        if self._shown is None or shown.header.name != self._shown.header.name:
            self._forget_evaluation()
        self._shown = shown
        mark = "✓" if shown.is_accepted else "!"
        self.model.setText(f"{escape_name(shown.header.name)} · {mark} {shown.acceptance}")
        self.operating.show_model(shown.header, shown.point)
        self.status.setText(tr(NOTICE))
        self._update()

    def show_evaluation(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self.figures.show_evaluation(evaluation)
        self.plots.show_evaluation(evaluation)
        self.show_films(evaluation.mistakes(), tr(WRONG))
        self.rooms.setCurrentWidget(self.figures)
        evaluated = tr_count("{count} film evaluated.", "{count} films evaluated.", evaluation.figures.n)
        self.status.setText(f"{evaluated} {tr(NOTICE)}")
        self._update()

    def show_acceptance(self, result: AcceptanceResult) -> None:
        """Show the outcome; the model is read again, for its mark has changed."""
        self.show_evaluation(result.evaluation)
        self._acceptance = result
        self.refresh()

    def show_saved(self, saved: Saved) -> None:
        self.status.setText(tr("Written: {path}", path=escape_name(str(saved.path))))

    @Slot(object, str)
    def show_films(self, indices: npt.NDArray[np.int64], title: str) -> None:
        """Show films of the evaluation by their indices."""
        if self._evaluation is not None:
            self.films.show_films(self._evaluation, [int(index) for index in indices[:MOST_FILMS]], title)
            self.rooms.setCurrentWidget(self.films)

    def _forget_evaluation(self) -> None:
        self._evaluation = self._acceptance = None
        for panel in (self.figures, self.plots, self.films):
            panel.clear()

    def _evaluate(self, source: Path, preparation: Preparation) -> None:
        if self._work.state is JobState.IDLE:
            self._work.start(evaluate_job(self._session.model, source, preparation), self.show_event)

    @Slot()
    def _update(self) -> None:
        idle = self._work.state is JobState.IDLE
        for name, is_ready in (
            ("evaluate_dataset", self._session.audit is not None),
            ("evaluate_folder", True),
            ("evaluate_list", True),
            ("save_report", self._evaluation is not None),
            ("acceptance", True),
            ("save_form", self._acceptance is not None),
            ("card", self._shown is not None),
        ):
            self.buttons[name].setEnabled(idle and is_ready)
        self.buttons["cancel_evaluation"].setEnabled(self._work.state in {JobState.RUNNING, JobState.PAUSED})
        self.operating.set_busy(not idle)
        self.progress.setVisible(not idle)

    @Slot(object)
    def _on_model_changed(self, _model: Path | None) -> None:
        self._shown = None
        self._forget_evaluation()
        self.model.setText("")
        self._update()

    @Slot()
    def _on_dataset(self) -> None:
        if self._session.source is not None:
            self._evaluate(self._session.source, self._session.preparation)

    @Slot()
    def _on_folder(self) -> None:
        if path := messages.choose_folder(self, tr("Folder of class folders")):
            self._evaluate(path, AS_IT_IS)

    @Slot()
    def _on_list(self) -> None:
        if path := messages.choose_file(self, tr("Label list"), tr(messages.LISTS)):
            self._evaluate(path, AS_IT_IS)

    @Slot()
    def _on_save(self) -> None:
        if self._evaluation is not None and (folder := messages.choose_folder(self, tr("Folder for the report"))):
            stated = self._evaluation.at(self.figures.prevalence.value() / 100)
            self._work.start(save_evaluation_job(stated, folder), self.show_event)

    @Slot()
    def _on_acceptance(self) -> None:
        dialog = AcceptanceDialog(self)
        if dialog.exec() == QDialog.DialogCode.Accepted and (order := dialog.order()):
            folder = new_timestamped_path(data_folder() / "acceptances")
            self._work.start(acceptance_job(self._session.model, order, folder), self.show_event)

    @Slot()
    def _on_form(self) -> None:
        if self._acceptance is not None:
            self._save_as_pdf(self._acceptance.document, "acceptance.pdf", one_page=True)

    @Slot()
    def _on_card(self) -> None:
        if self._shown is not None:
            self.card_window.show_document(self._shown.card)

    @Slot(object)
    def _on_save_card(self, document: Document) -> None:
        self._save_as_pdf(document, "model-card.pdf", one_page=False)

    def _save_as_pdf(self, document: Document, name: str, one_page: bool) -> None:
        path = messages.choose_new_file(self, tr("Save as PDF"), name, "PDF (*.pdf)")
        if path and self._work.state is JobState.IDLE:
            self._work.start(save_document_job(document, path, one_page), self.show_event)

    @Slot(object, float)
    def _on_point_wanted(self, wish: Wish, error: float) -> None:
        self._work.start(choose_point_job(self._session.model, wish, error), self.show_event)

    @Slot()
    def _on_own_point_wanted(self) -> None:
        self._work.start(choose_point_job(self._session.model, None, None), self.show_event)
