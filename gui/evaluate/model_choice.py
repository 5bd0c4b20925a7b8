"""Choose which model is evaluated: the one that films are read with, or another."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QWidget

from core.runs.run_folder import MODEL
from core.system.language import tr
from core.system.safe_text import escape_name
from gui.state.session import Session
from gui.widgets import messages
from gui.widgets.named_widgets import make_button, name_widget

IN_USE, BUNDLED = 0, 1  # the first two rows; then follow models that were chosen, and last the way to another
NAME_CHARACTERS: Final = 24  # the box is at least as wide as that many


class ModelChoice(QWidget):
    """Holds the model to evaluate. Signal: model_chosen(), when it has become another one.

    The model of the session, which films are read with, changes only by the button.
    """

    model_chosen = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._others: list[Path] = []
        self._chosen = IN_USE
        self._evaluated = session.model  # the model at the last signal
        self.box = name_widget(QComboBox(), "model_choice", tr("Model to evaluate"))
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(NAME_CHARACTERS)
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.box.activated.connect(self._on_activated)
        self.use = make_button(tr("Use it for films"), "use_evaluated", self._on_use)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(QLabel(tr("Model")))
        row.addWidget(self.box, 1)
        row.addWidget(self.use)
        session.model_changed.connect(self._on_model_changed)
        session.evaluation_wanted.connect(self.choose)
        self._show_rows()

    @property
    def model(self) -> Path | None:
        """The model to evaluate; None for the bundled one."""
        if self._chosen == IN_USE:
            return self._session.model
        return None if self._chosen == BUNDLED else self._others[self._chosen - BUNDLED - 1]

    def set_busy(self, is_busy: bool) -> None:
        """Keep the choice while a job runs."""
        self.box.setEnabled(not is_busy)
        self.use.setEnabled(not is_busy and self.model != self._session.model)

    @Slot(object)
    def choose(self, model: Path) -> None:
        """Evaluate this model."""
        if model not in self._others:
            self._others.append(model)
        self._choose_row(BUNDLED + 1 + self._others.index(model))

    def _choose_row(self, row: int) -> None:
        self._chosen = row
        self._show_rows()
        self._announce()

    def _announce(self) -> None:
        """Emit the signal if another model is to be evaluated than before."""
        if self.model != self._evaluated:
            self._evaluated = self.model
            self.model_chosen.emit()

    def _show_rows(self) -> None:
        """Show all models that were chosen so far."""
        with QSignalBlocker(self.box):
            self.box.clear()
            self.box.addItem(tr("Used for films: {model}", model=_name_model(self._session.model)))
            self.box.addItem(_name_model(None))
            self.box.addItems([_name_model(model) for model in self._others])
            self.box.addItem(tr("Another model file…"))
            self.box.setCurrentIndex(self._chosen)
        self.use.setEnabled(self.model != self._session.model)

    @Slot(int)
    def _on_activated(self, row: int) -> None:
        if row < self.box.count() - 1:
            self._choose_row(row)
            return
        path = messages.choose_file(self, tr("Model"), tr("Models (*.safetensors)"))
        if path is None:
            self._show_rows()
        else:
            self.choose(path)

    @Slot()
    def _on_use(self) -> None:
        model, self._chosen = self.model, IN_USE
        self._session.use_model(model)

    @Slot(object)
    def _on_model_changed(self, _model: Path | None) -> None:
        self._show_rows()
        self._announce()


def _name_model(model: Path | None) -> str:
    """Return a short name of a model: of its run, or of its file."""
    if model is None:
        return tr("Bundled model")
    return escape_name(model.parent.name if model.name == MODEL else model.name)
