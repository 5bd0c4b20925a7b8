"""What is open now: dataset and model. Tabs talk to it, never to each other."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.events import AuditResult


class Session(QObject):
    """The open dataset and the model to classify with (None is the bundled one).

    Signals: dataset_changed(AuditResult or None), model_changed(Path or None).
    """

    dataset_changed = Signal(object)
    model_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source: Path | None = None
        self._audit: AuditResult | None = None
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

    def open_dataset(self, source: Path, audit: AuditResult) -> None:
        self._source, self._audit = source, audit
        self.dataset_changed.emit(audit)

    def use_model(self, model: Path | None) -> None:
        self._model = model
        self.model_changed.emit(model)
