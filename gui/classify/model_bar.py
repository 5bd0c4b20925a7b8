"""A line with the name of the model in use, and buttons to choose another and to export it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from core.models.model_header import bundled_model_path, read_header
from core.models.site_record import apply_site_record
from core.system.errors import JobFailed
from core.system.language import tr
from core.system.safe_text import escape_name, escape_unprintable
from gui.jobs.worker import JobError
from gui.state.session import Session
from gui.widgets import messages
from gui.widgets.named_widgets import make_button, make_paragraph, make_row


class ModelBar(QWidget):
    """Sets the session's model; names it as ledgers and answers do, with its operating point.

    Signals: onnx_wanted(Path), a file to write the model to for other programs.
    """

    onnx_wanted = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.model = make_paragraph("", "model", tr("Model"))
        self.choices = (
            make_button(tr("Choose model…"), "choose_model", self._on_choose),
            make_button(tr("Bundled model"), "bundled", self._on_bundled),
            make_button(tr("Export as ONNX…"), "export_onnx", self._on_export),
        )
        row = make_row(self.choices)
        row.setContentsMargins(0, 0, 0, 0)
        row.insertWidget(row.count(), self.model, 1)
        self.setLayout(row)
        session.model_changed.connect(self._show_model)

    def set_busy(self, busy: bool) -> None:
        """Disable the buttons while a job runs."""
        for choice in self.choices:
            choice.setEnabled(not busy)

    def showEvent(self, event: QShowEvent) -> None:
        """Update the name: a new operating point, set on the Evaluate tab, changes it."""
        self._show_model()
        super().showEvent(event)

    @Slot()
    def _show_model(self) -> None:
        path = self._session.model
        try:
            name = escape_name(apply_site_record(read_header(path or bundled_model_path())).name)
        except JobFailed as failure:
            self.model.setText(escape_unprintable(failure.sentence))
            return
        if path is None:
            self.model.setText(tr("Model: {name}, bundled", name=name))
        else:
            self.model.setText(tr("Model: {name}, in {folder}", name=name, folder=escape_name(path.parent.name)))

    @Slot()
    def _on_choose(self) -> None:
        if path := messages.choose_file(self, tr("Model"), tr("Models (*.safetensors)")):
            try:
                read_header(path)
            except JobFailed as failure:
                messages.show_error(self, JobError(failure.sentence))
            else:
                self._session.use_model(path)

    @Slot()
    def _on_bundled(self) -> None:
        self._session.use_model(None)

    @Slot()
    def _on_export(self) -> None:
        if path := messages.choose_onnx_file(self, self._session.model or bundled_model_path()):
            self.onnx_wanted.emit(path)
