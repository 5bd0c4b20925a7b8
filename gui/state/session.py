"""Hold the open dataset and model. Tabs communicate through it, never directly."""

from dataclasses import replace
from enum import Enum, auto
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.datasets.audit import find_blocking
from core.datasets.events import AuditResult
from core.datasets.preparation import AS_IT_IS, Preparation
from core.runs.run_list import Run


class Room(Enum):
    """The tabs, as a door in one of them names another."""

    DATASET = auto()
    TRAINING = auto()
    RUNS = auto()
    EVALUATE = auto()
    CLASSIFY = auto()


class Session(QObject):
    """The open dataset and the model to classify with (None: the bundled one).

    Signals: dataset_changed(AuditResult or None), also when its faults are accepted;
    model_changed(Path or None); continuation_wanted(Run); room_wanted(Room), to show that tab;
    evaluation_wanted(Path), of a model; comparison_wanted(Path), of the run in this folder;
    runs_changed(), when the list of trainings must be read again; list_wanted(Path), of a label list that
    the program wrote, as a dataset.
    """

    dataset_changed = Signal(object)
    model_changed = Signal(object)
    continuation_wanted = Signal(object)
    room_wanted = Signal(object)
    evaluation_wanted = Signal(object)
    comparison_wanted = Signal(object)
    runs_changed = Signal()
    list_wanted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source: Path | None = None
        self._audit: AuditResult | None = None
        self._accepts_leaks = False
        self._model: Path | None = None

    @property
    def source(self) -> Path | None:
        return self._source

    @property
    def audit(self) -> AuditResult | None:
        return self._audit

    @property
    def model(self) -> Path | None:
        return self._model

    @property
    def preparation(self) -> Preparation:
        """How the open dataset is read, including whether the user accepts its leaks.

        The acceptance ends with this dataset; it is never stored.
        """
        audited = self._audit.preparation if self._audit else AS_IT_IS
        return replace(audited, accepts_leaks=self._accepts_leaks)

    @property
    def is_blocked(self) -> bool:
        """True if the finding is unknown, or blocking findings of the audit were not accepted."""
        if self._audit is None:
            return False
        return not self._audit.dataset.is_finding_certain or (
            bool(find_blocking(self._audit)) and not self._accepts_leaks
        )

    def open_dataset(self, source: Path, audit: AuditResult) -> None:
        self._source, self._audit, self._accepts_leaks = source, audit, False
        self.dataset_changed.emit(audit)

    def open_list(self, path: Path) -> None:
        """Show a label list that the program wrote as a dataset."""
        self.go_to(Room.DATASET)
        self.list_wanted.emit(path)

    def accept_leaks(self, accepted: bool) -> None:
        self._accepts_leaks = accepted
        self.dataset_changed.emit(self._audit)

    def continue_from(self, run: Run) -> None:
        """Start the next training from this run's model, with its recipe."""
        self.continuation_wanted.emit(run)

    def use_model(self, model: Path | None) -> None:
        if model != self._model:
            self._model = model
            self.model_changed.emit(model)

    def go_to(self, room: Room) -> None:
        """Show another tab."""
        self.room_wanted.emit(room)

    def evaluate_model(self, model: Path) -> None:
        """Show a model on the Evaluate tab; films are still read with the model in use."""
        self.evaluation_wanted.emit(model)
        self.go_to(Room.EVALUATE)

    def compare_run(self, folder: Path) -> None:
        """Show the training in `folder` beside earlier ones."""
        self.comparison_wanted.emit(folder)
        self.go_to(Room.RUNS)
