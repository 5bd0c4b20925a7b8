"""Ask for the films, the targets and the signature of an acceptance test."""

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from core.evaluation.evaluation import Target
from core.system.language import marked, tr
from core.system.safe_text import escape_name
from gui.jobs.evaluation_jobs import AcceptanceOrder
from gui.state.settings import FolderKind
from gui.widgets import messages
from gui.widgets.drop_area import DropArea
from gui.widgets.named_widgets import make_button, make_paragraph, name_widget
from gui.widgets.number_box import NumberBox

EXPLANATION = marked(
    "Use 100 to 200 films that were reported at this site, with and without the finding, as "
    "two class folders or a label list. Films used to build the model are excluded. The test "
    "is passed only if the 95 % intervals of sensitivity and specificity lie entirely at or "
    "above the required values. Columns named age, sex, view and device, or DICOM tags, add "
    "a table of subgroups."
)


class AcceptanceDialog(QDialog):
    """Asks for the films and the targets; `order()` returns the choice."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("acceptance_dialog")
        self.setWindowTitle(tr("Acceptance test"))
        self._source: Path | None = None
        self.drop_area = DropArea(tr("Drop a folder of class folders, or a label list"))
        self.drop_area.dropped.connect(self.set_source)
        choose = QHBoxLayout()
        choose.addWidget(make_button(tr("Choose folder…"), "choose_folder", self._on_folder))
        choose.addWidget(make_button(tr("Choose list…"), "choose_list", self._on_list))
        choose.addStretch()
        self.chosen = make_paragraph(tr("No films chosen."), "chosen", tr("Chosen"))
        self.sensitivity = name_widget(_make_target(0.85), "sensitivity", tr("Sensitivity"))
        self.specificity = name_widget(_make_target(0.75), "specificity", tr("Specificity"))
        self.signed_by = name_widget(QLineEdit(), "signed_by", tr("Printed name on the form"))
        form = QFormLayout()
        form.addRow(tr("Sensitivity at least"), self.sensitivity)
        form.addRow(tr("Specificity at least"), self.specificity)
        form.addRow(tr("Signed by"), self.signed_by)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.start = self.buttons.addButton(tr("Start the test"), QDialogButtonBox.ButtonRole.AcceptRole)
        name_widget(self.start, "start", tr("Start"))
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
        """Return the chosen films and targets; None without films."""
        if self._source is None:
            return None
        target = Target(self.sensitivity.value(), self.specificity.value())
        return AcceptanceOrder(self._source, target, self.signed_by.text().strip())

    @Slot()
    def _on_folder(self) -> None:
        if path := messages.choose_folder(self, tr("Films reported here"), FolderKind.DATASET):
            self.set_source(path)

    @Slot()
    def _on_list(self) -> None:
        if path := messages.choose_file(self, tr("Label list"), tr(messages.LISTS), None, FolderKind.DATASET):
            self.set_source(path)


def _make_target(value: float) -> NumberBox:
    return NumberBox(minimum=0.5, maximum=0.99, singleStep=0.01, decimals=2, value=value)
