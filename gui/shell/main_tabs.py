"""The tabs of the main window, and which of them shows the result of a job."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QTabWidget, QWidget

from core.datasets.events import AuditResult, Finding
from core.datasets.intake import IntakePreview
from core.evaluation.evaluation import AcceptanceResult, Evaluation
from core.models.events import OnnxExport
from core.runs.run_comparison import Comparison
from core.screening.events import FilmReading, FilmRefusal, ScreeningResult
from core.system.language import tr
from core.training.events import RateCurve, SearchResult, TrainingResult
from gui.classify.classify_tab import ClassifyTab
from gui.dataset.dataset_tab import DatasetTab
from gui.evaluate.evaluate_tab import EvaluateTab
from gui.jobs.evaluation_jobs import ModelSummary, SaveResult
from gui.jobs.jobs import Jobs
from gui.jobs.model_jobs import export_onnx_job
from gui.jobs.run_jobs import RunListing
from gui.jobs.screening_jobs import ExportResult, LabelListResult, OverrideResult, WorklistResult
from gui.jobs.training_jobs import LostDataset
from gui.runs.runs_tab import RunsTab
from gui.state.session import Room, Session
from gui.training.training_tab import TrainingTab
from gui.widgets.theme import Colours


class MainTabs(QTabWidget):
    """The Dataset, Training, Runs, Evaluate and Classify tabs."""

    def __init__(self, session: Session, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent, documentMode=True)
        self._session, self._jobs = session, jobs
        self.dataset = DatasetTab(session, jobs)
        self.training = TrainingTab(session, jobs)
        self.classify = ClassifyTab(session, jobs)
        self.runs = RunsTab(session, jobs)
        self.evaluate = EvaluateTab(session, jobs)
        self._displays = self._map_results()
        for tab, title in (
            (self.dataset, tr("Dataset")),
            (self.training, tr("Training")),
            (self.runs, tr("Runs")),
            (self.evaluate, tr("Evaluate")),
            (self.classify, tr("Classify")),
        ):
            self.addTab(tab, title)
        self.currentChanged.connect(self._on_current_changed)
        session.continuation_wanted.connect(self._on_continuation_wanted)
        session.room_wanted.connect(self._on_room_wanted)
        self.runs.listed.connect(self.training.show_runs)
        QTimer.singleShot(0, self.runs.reader, self.runs.reader.refresh)  # once the window is there
        self.classify.model.onnx_wanted.connect(self._on_onnx_wanted)

    def _map_results(self) -> dict[type, Callable[[Any], None]]:
        """Map each type of result to the method that displays it."""
        return {
            AuditResult: self.dataset.show_audit,
            Finding: self.dataset.show_label_errors,
            IntakePreview: self.dataset.show_intake_preview,
            LabelListResult: self._open_label_list,
            RateCurve: self.training.tools.show_rate_curve,
            SearchResult: self.training.show_search,
            TrainingResult: self.training.show_result,
            LostDataset: self.training.ask_for_dataset,
            RunListing: self.runs.show_runs,
            Comparison: self.runs.show_comparison,
            ModelSummary: self.evaluate.show_model,
            AcceptanceResult: self.evaluate.show_acceptance,
            Evaluation: self.evaluate.show_evaluation,
            SaveResult: self.evaluate.show_saved,
            ScreeningResult: self.classify.show_screening,
            WorklistResult: self.classify.show_opened,
            OverrideResult: self.classify.show_overridden,
            ExportResult: self.classify.show_exported,
            OnnxExport: self._show_onnx,
            FilmReading: self.classify.show_reading,
            FilmRefusal: self.classify.show_refusal,
        }

    def show_result(self, result: object) -> None:
        """Display the result of a job in its tab; ignore results that no tab displays."""
        display = self._displays.get(type(result))
        if display is not None:
            display(result)

    def set_colours(self, colours: Colours) -> None:
        for part in (self.training.view.plots, self.runs.plots, self.evaluate, self.classify.worklist.table):
            part.set_colours(colours)

    def close_viewers(self) -> None:
        """Close the windows of the tabs and stop reading films in the background."""
        self.dataset.stop_background_work()
        self.runs.reader.close()
        self.classify.stop_background_work()
        self.evaluate.close_viewer()
        self.training.tools.preview_window.close()

    @Slot(object)
    def _on_onnx_wanted(self, path: Path) -> None:
        job = export_onnx_job(self._session.model, path)
        self._jobs.start(job, self.classify.show_event, tr("Exporting a model"))

    def _show_onnx(self, exported: OnnxExport) -> None:
        self.runs.show_exported(exported)
        self.classify.show_exported(exported)

    def _open_label_list(self, result: LabelListResult) -> None:
        self.setCurrentWidget(self.dataset)
        self.dataset.open_own_list(result.path)

    @Slot(int)
    def _on_current_changed(self, _index: int) -> None:
        tab = self.currentWidget()
        if tab is self.runs:
            self.runs.reader.refresh()
        elif tab is self.evaluate:
            self.evaluate.refresh()

    @Slot(object)
    def _on_room_wanted(self, room: Room) -> None:
        rooms = {
            Room.DATASET: self.dataset,
            Room.TRAINING: self.training,
            Room.RUNS: self.runs,
            Room.EVALUATE: self.evaluate,
            Room.CLASSIFY: self.classify,
        }
        self.setCurrentWidget(rooms[room])

    @Slot(object)
    def _on_continuation_wanted(self, _run: object) -> None:
        self.setCurrentWidget(self.training)
