"""What an acceptance test is done with: films, targets, and who signs. Tests nothing itself."""

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from core.system.language import marked, tr
from core.system.safe_text import escape_name
from gui.jobs.evaluation_jobs import AcceptanceOrder
from gui.widgets import messages
from gui.widgets.drop_area import DropArea
from gui.widgets.named_widgets import button, named, paragraph

EXPLANATION = marked(
    "Take 100 to 200 films that were reported at this place, with and without the finding, as two class folders or a "
    "label list. Films that the model was made with do not count. It is a go only where the 95 % intervals of "
    "sensitivity and specificity lie at or above what is asked for. Columns age, sex, view and device, or DICOM tags, "
    "give a table of groups."
)


class AcceptanceDialog(QDialog):
    """Asks for the films and the targets; `order()` is what was chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("acceptance_dialog")
        self.setWindowTitle(tr("Acceptance test"))
        self._source: Path | None = None
        self.drop_area = DropArea(tr("Drop a folder of class folders, or a label list"))
        self.drop_area.dropped.connect(self.set_source)
        choose = QHBoxLayout()
        choose.addWidget(button(tr("Choose folder…"), "choose_folder", self._on_folder))
        choose.addWidget(button(tr("Choose list…"), "choose_list", self._on_list))
        choose.addStretch()
        self.chosen = paragraph(tr("No films are chosen."), "chosen", tr("Chosen"))
        self.sensitivity, self.specificity = (
            named(QDoubleSpinBox(minimum=0.5, maximum=0.99, singleStep=0.01, decimals=2, value=value), name, title)
            for name, title, value in (
                ("sensitivity", tr("Sensitivity"), 0.85),
                ("specificity", tr("Specificity"), 0.75),
            )
        )
        self.signed_by = named(QLineEdit(), "signed_by", tr("Printed name on the form"))
        form = QFormLayout()
        form.addRow(tr("Sensitivity at least"), self.sensitivity)
        form.addRow(tr("Specificity at least"), self.specificity)
        form.addRow(tr("Signed by"), self.signed_by)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.start = self.buttons.addButton(tr("Start the test"), QDialogButtonBox.ButtonRole.AcceptRole)
        named(self.start, "start", tr("Start"))
        self.start.setEnabled(False)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(QLabel(tr(EXPLANATION), textFormat=Qt.TextFormat.PlainText, wordWrap=True))
        layout.addWidget(self.drop_area)
        layout.addLayout(choose)
        layout.addWidget(self.chosen)
        layout.addLayout(form)
        layout.addWidget(self.buttons)
        self.resize(620, 520)

    @Slot(object)
    def set_source(self, source: Path) -> None:
        self._source = source
        self.chosen.setText(escape_name(str(source)))
        self.start.setEnabled(True)

    def order(self) -> AcceptanceOrder | None:
        """What was chosen; None without films."""
        if self._source is None:
            return None
        name = self.signed_by.text().strip()
        return AcceptanceOrder(self._source, self.sensitivity.value(), self.specificity.value(), name)

    @Slot()
    def _on_folder(self) -> None:
        if path := messages.choose_folder(self, tr("Films reported here")):
            self.set_source(path)

    @Slot()
    def _on_list(self) -> None:
        if path := messages.choose_file(self, tr("Label list"), tr(messages.LISTS)):
            self.set_source(path)
