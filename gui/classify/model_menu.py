"""The button of the model in use, with the menu that chooses another and exports it."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QMenu, QWidget

from core.models.model_header import bundled_model_path
from core.models.model_summary import ModelSummary, summarize_model
from core.runs.run_folder import MODEL
from core.runs.run_list import list_runs, runs_folder
from core.system.language import tr
from core.system.safe_text import escape_name
from gui.classify.bar_button import BarButton, format_menu_name
from gui.jobs.background import Background
from gui.jobs.worker import JobError
from gui.state.session import Session
from gui.widgets import messages
from gui.widgets.named_widgets import format_tip, name_widget

MOST_TRAININGS: Final = 10  # in the menu; all are on the Runs tab
NAME_PX: Final = 320  # width of a name in the menu


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """The model of a finished training on this computer, with the name of the training."""

    name: str
    path: Path


def list_trained_models() -> list[TrainedModel]:
    """Read the trainings that the window started and that have finished with a model, the last first."""
    runs = [run for run in list_runs(runs_folder()) if run.metrics is not None]
    return [TrainedModel(run.card.name, run.model) for run in runs[:MOST_TRAININGS] if run.model is not None]


class ModelButton(BarButton):
    """Names the file of the session's model; its menu sets the session's model.

    Headers are read on a thread; `summary` is the last one that was read, None before.
    Signals: model_read(ModelSummary) whenever the model or its operating point may have changed;
    onnx_wanted(Path), a file to write the model to for other programs.
    """

    model_read = Signal(object)
    onnx_wanted = Signal(object)
    fewest_letters = 18  # of the bundled model's name, and enough to tell most others apart

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("", "model", tr("Model"), parent)
        self._session = session
        self.summary: ModelSummary | None = None
        self._reader, self._chooser, self._lister = (Background("model", self, only_last=True) for _ in range(3))
        menu = name_widget(QMenu(self), "model_menu", tr("Model"))
        menu.setToolTipsVisible(True)
        self.bundled = menu.addAction(tr("Bundled model"), partial(session.use_model, None))
        self.bundled.setCheckable(True)
        self.bundled.setToolTip(format_tip(tr("The model that comes with the program.")))
        self._section = menu.addSeparator()  # trainings stand before it
        self._trained: list[QAction] = []
        self.choose = menu.addAction(tr("Choose model file…"), self._on_choose)
        self.export = menu.addAction(tr("Export as ONNX…"), self._on_export)
        self.setMenu(menu)
        menu.aboutToShow.connect(self.refresh)
        session.model_changed.connect(self.refresh)

    def set_busy(self, busy: bool) -> None:
        """Disable the choices while a job uses the model."""
        for action in self.menu().actions():
            action.setEnabled(not busy)

    @Slot()
    def refresh(self) -> None:
        """Read the model's header again, and the list of trainings."""
        self._reader.run(partial(summarize_model, self._session.model), self._show_model)
        self._lister.run(list_trained_models, self._show_trained)

    def showEvent(self, event: QShowEvent) -> None:
        """Read again: a new operating point, set on the Evaluate tab, changes the name."""
        self.refresh()
        super().showEvent(event)

    def _show_model(self, summary: ModelSummary) -> None:
        self.summary = summary
        path = summary.path or bundled_model_path()
        name = summary.name or path.name
        of_run = path.parent.name if path.name == MODEL else path.stem
        self.show_words(escape_name(of_run if summary.name else path.name))
        place = tr("The model that comes with the program.") if summary.path is None else escape_name(str(path))
        self.setToolTip(format_tip(f"{escape_name(name)}\n{place}"))
        self._check_used()
        self.model_read.emit(summary)

    def _show_trained(self, models: list[TrainedModel]) -> None:
        if [action.data() for action in self._trained] != models:
            self._replace_trained(models)
        self._check_used()

    def _replace_trained(self, models: list[TrainedModel]) -> None:
        """Replace the entries of trainings."""
        menu, is_enabled = self.menu(), self.choose.isEnabled()
        for action in self._trained:
            menu.removeAction(action)
            action.deleteLater()
        self._trained = []
        for model in models:
            action = QAction(format_menu_name(model.name, menu, NAME_PX), self)
            action.setCheckable(True)
            action.setData(model)
            action.setEnabled(is_enabled)
            action.setToolTip(format_tip(escape_name(str(model.path))))
            action.triggered.connect(partial(self._session.use_model, model.path))
            menu.insertAction(self._section, action)
            self._trained.append(action)

    def _check_used(self) -> None:
        """Check the entry of the session's model."""
        self.bundled.setChecked(self._session.model is None)
        for action in self._trained:
            action.setChecked(action.data().path == self._session.model)

    @Slot()
    def _on_choose(self) -> None:
        folder = self._session.model.parent if self._session.model else None
        if path := messages.choose_file(self, tr("Model"), tr("Models (*.safetensors)"), folder):
            self._chooser.run(partial(summarize_model, path), self._use)

    def _use(self, summary: ModelSummary) -> None:
        if summary.name:
            self._session.use_model(summary.path)
        else:
            messages.show_error(self, JobError(summary.full))

    @Slot()
    def _on_export(self) -> None:
        if path := messages.choose_onnx_file(self, self._session.model or bundled_model_path()):
            self.onnx_wanted.emit(path)
