"""How a dataset is read: columns of a label list, the folder of its films, and patients in file names."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from core.datasets.intake import IntakePreview
from core.datasets.label_list import Columns
from core.datasets.patient_ids import example_patients, extract_patients, propose_pattern
from core.datasets.preparation import Preparation
from core.system.errors import JobFailed
from core.system.language import marked, tr
from core.system.safe_text import escape_name
from gui.widgets import messages
from gui.widgets.named_widgets import button, named, paragraph

NONE: Final = marked("(none)")
COLUMN_OF: Final = {
    "file": marked("Column of the file"),
    "label": marked("Column of the label"),
    "patient": marked("Column of the patient"),
    "split": marked("Column of the split"),
}
TRIED: Final = 5000  # names that a pattern is tried on while a person types


class IntakeDialog(QDialog):
    """Widgets for a Preparation's intake; `preparation()` gives it back as corrected."""

    def __init__(self, seen: IntakePreview, before: Preparation, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("intake_dialog")
        self.setWindowTitle(tr("How this dataset is read"))
        self.setMinimumWidth(620)
        self._seen, self._before = seen, before
        self._root = before.root
        self._names = [escape_name(name) for name in seen.names[:TRIED]]
        form = QFormLayout(rowWrapPolicy=QFormLayout.RowWrapPolicy.WrapLongRows)
        self._columns: dict[str, QComboBox] = {}
        if seen.header:
            self._add_list_fields(form)
        pattern = before.patient_pattern or propose_pattern(self._names)
        self.pattern = named(QLineEdit(pattern), "patient_pattern", tr("Patient pattern"))
        self.pattern.textChanged.connect(self._on_pattern_changed)
        row = QHBoxLayout()
        row.addWidget(self.pattern, 1)
        row.addWidget(button(tr("Propose"), "propose", self._on_propose))
        form.addRow(tr("Patient in file names"), row)
        self.examples = paragraph("", "examples", tr("Examples"))
        self.answer = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.answer.accepted.connect(self.accept)
        self.answer.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.examples)
        layout.addWidget(self.answer)
        self._on_pattern_changed()

    def _add_list_fields(self, form: QFormLayout) -> None:
        guess = self._before.columns or self._seen.columns or Columns("", "")
        for field, given, is_needed in (
            ("file", guess.file, True),
            ("label", guess.label, True),
            ("patient", guess.patient, False),
            ("split", guess.split, False),
        ):
            box = named(QComboBox(), f"column_{field}", tr(COLUMN_OF[field]))
            box.addItems([*([] if is_needed else [tr(NONE)]), *self._seen.header])
            box.setCurrentText(given or tr(NONE))
            self._columns[field] = box
            form.addRow(tr(COLUMN_OF[field]), box)
        self.root = named(QLabel(textFormat=Qt.TextFormat.PlainText), "root", tr("Root"))
        row = QHBoxLayout()
        row.addWidget(self.root, 1)
        row.addWidget(button(tr("Choose…"), "choose_root", self._on_choose_root))
        form.addRow(tr("Files are relative to"), row)
        self._show_root()

    def preparation(self) -> Preparation:
        """The preparation with what is chosen here."""
        columns = self._before.columns
        if self._columns:
            texts = {field: box.currentText() for field, box in self._columns.items()}
            chosen = {field: None if text == tr(NONE) else text for field, text in texts.items()}
            columns = Columns(chosen["file"] or "", chosen["label"] or "", chosen["patient"], chosen["split"])
        pattern = self.pattern.text().strip()
        proposed = not pattern or pattern == propose_pattern(self._names)
        return replace(self._before, columns=columns, root=self._root, patient_pattern=None if proposed else pattern)

    @Slot()
    def _on_pattern_changed(self) -> None:
        """Show what the pattern makes of the names at hand."""
        ok = self.answer.button(QDialogButtonBox.StandardButton.Ok)
        try:
            patients = len(set(extract_patients(self._names, self.pattern.text())))
            shown = [f"{name}  →  {patient}" for name, patient in example_patients(self._names, self.pattern.text())]
        except JobFailed as error:
            self.examples.setText(error.sentence)
            ok.setEnabled(False)
            return
        ok.setEnabled(True)
        first = tr("{names} names, {patients} patients. For example:", names=len(self._names), patients=patients)
        self.examples.setText("\n".join([first, *shown]))

    @Slot()
    def _on_propose(self) -> None:
        self.pattern.setText(propose_pattern(self._names))

    @Slot()
    def _on_choose_root(self) -> None:
        if folder := messages.choose_folder(self, tr("Folder that the files of the list are relative to")):
            self._root = folder
            self._show_root()

    def _show_root(self) -> None:
        folder: Path = self._root or self._seen.source.parent
        self.root.setText(escape_name(str(folder)))
