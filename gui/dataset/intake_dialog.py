"""A dialog on how a dataset is read: columns of a label list, root folder, patient pattern."""

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
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.datasets.intake import IntakePreview
from core.datasets.label_list import Columns
from core.datasets.patient_ids import example_patients, extract_patients, propose_pattern
from core.datasets.preparation import Preparation
from core.system.errors import JobFailed
from core.system.language import format_number, marked, tr
from core.system.safe_text import escape_name
from gui.widgets import messages
from gui.widgets.named_widgets import make_button, make_paragraph, name_widget
from gui.widgets.tables import RowsTable, make_table_view

NONE: Final = marked("(none)")
COLUMN_OF: Final = {
    "file": marked("Column of the file"),
    "label": marked("Column of the label"),
    "patient": marked("Column of the patient"),
    "split": marked("Column of the split"),
}
SAMPLES_PX: Final = 150  # minimum height of the table of samples
MAX_LABELS: Final = 8  # shown
MAX_NAMES: Final = 5000  # file names that a pattern is tested on at each keystroke


class IntakeDialog(QDialog):
    """Edits how a dataset is read; `preparation()` returns the edited Preparation.

    preview: names and columns of the dataset. before: how it was read so far.
    """

    def __init__(self, preview: IntakePreview, before: Preparation, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("intake_dialog")
        self.setWindowTitle(tr("Import settings of this dataset"))
        self.setMinimumWidth(620)
        self._preview, self._before = preview, before
        self._root = before.root
        self._names = [escape_name(name) for name in preview.names[:MAX_NAMES]]
        form = QFormLayout(rowWrapPolicy=QFormLayout.RowWrapPolicy.WrapLongRows)
        self._columns: dict[str, QComboBox] = {}
        self.contains: QComboBox | None = None
        if preview.header:
            self._add_list_fields(form)
        pattern = before.patient_pattern or propose_pattern(self._names)
        self.pattern = name_widget(QLineEdit(pattern), "patient_pattern", tr("Patient pattern"))
        self.pattern.textChanged.connect(self._on_pattern_changed)
        row = QHBoxLayout()
        row.addWidget(self.pattern, 1)
        row.addWidget(make_button(tr("Propose"), "propose", self._on_propose))
        form.addRow(tr("Patient in file names"), row)
        self.examples = make_paragraph("", "examples", tr("Examples"))
        self.button_box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.button_box.accepted.connect(self.accept)
        self.button_box.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        if preview.header:
            layout.addWidget(make_paragraph(tr("The first rows of the list:"), "samples_title", tr("Samples")))
            layout.addWidget(self._make_samples())
        layout.addLayout(form)
        layout.addWidget(self.examples)
        layout.addWidget(self.button_box)
        self._on_pattern_changed()

    def _add_list_fields(self, form: QFormLayout) -> None:
        columns = self._before.columns or self._preview.columns or Columns("", "")
        for field, column, is_required in (
            ("file", columns.file, True),
            ("label", columns.label, True),
            ("patient", columns.patient, False),
            ("split", columns.split, False),
        ):
            box = name_widget(QComboBox(), f"column_{field}", tr(COLUMN_OF[field]))
            if not is_required:
                box.addItem(tr(NONE))
            box.addItems(self._preview.header)
            box.setCurrentText(column or tr(NONE))
            self._columns[field] = box
            form.addRow(tr(COLUMN_OF[field]), box)
        self._add_label_fields(form)
        self.root = name_widget(QLabel(textFormat=Qt.TextFormat.PlainText), "root", tr("Root"))
        row = QHBoxLayout()
        row.addWidget(self.root, 1)
        row.addWidget(make_button(tr("Choose…"), "choose_root", self._on_choose_root))
        form.addRow(tr("Files are relative to"), row)
        self._show_root()

    def _make_samples(self) -> QTableView:
        """Make a table with the first rows of all columns."""
        header = [escape_name(name) for name in self._preview.header]
        samples = RowsTable(header)
        samples.set_rows([tuple(escape_name(cell) for cell in cells) for cells in self._preview.samples])
        view = make_table_view(samples, "samples", tr("First rows of the list"))
        view.setMinimumHeight(SAMPLES_PX)
        return view

    def _add_label_fields(self, form: QFormLayout) -> None:
        """Show the labels of the list, and let the user choose one of the findings that they combine."""
        if not self._preview.labels:
            return
        shown = [
            f"{escape_name(name) or tr('(empty)')}: {format_number(count, ',')}"
            for name, count in self._preview.labels[:MAX_LABELS]
        ]
        rest = "" if len(self._preview.labels) <= MAX_LABELS else ", …"
        self.labels = make_paragraph(", ".join(shown) + rest, "labels", tr("Labels of the list"))
        form.addRow(tr("Labels"), self.labels)
        if self._preview.contained:
            self.contains = name_widget(QComboBox(), "contains", tr("The finding that a label contains"))
            self.contains.addItem(tr("(the whole label is the class)"), None)
            for name, count in self._preview.contained:
                self.contains.addItem(f"{escape_name(name)} ({format_number(count, ',')})", name)
            columns = self._before.columns or self._preview.columns
            chosen = self.contains.findData(columns.contains if columns else None)
            self.contains.setCurrentIndex(max(0, chosen))
            form.addRow(tr("Films whose label contains"), self.contains)

    def preparation(self) -> Preparation:
        """Return the preparation as edited."""
        columns = self._before.columns
        if self._columns:
            texts = {field: box.currentText() for field, box in self._columns.items()}
            chosen = {field: None if text == tr(NONE) else text for field, text in texts.items()}
            contains = self.contains.currentData() if self.contains is not None else None
            columns = Columns(chosen["file"] or "", chosen["label"] or "", chosen["patient"], chosen["split"], contains)
        pattern: str | None = self.pattern.text().strip()
        if not pattern or pattern == propose_pattern(self._names):
            pattern = None  # the default pattern
        return replace(self._before, columns=columns, root=self._root, patient_pattern=pattern)

    @Slot()
    def _on_pattern_changed(self) -> None:
        """Show which patients the pattern extracts from the file names."""
        ok = self.button_box.button(QDialogButtonBox.StandardButton.Ok)
        try:
            patients = len(set(extract_patients(self._names, self.pattern.text())))
            examples = [f"{name}  →  {patient}" for name, patient in example_patients(self._names, self.pattern.text())]
        except JobFailed as error:
            self.examples.setText(error.sentence)
            ok.setEnabled(False)
            return
        ok.setEnabled(True)
        heading = tr("{names} names, {patients} patients. For example:", names=len(self._names), patients=patients)
        self.examples.setText("\n".join([heading, *examples]))

    @Slot()
    def _on_propose(self) -> None:
        self.pattern.setText(propose_pattern(self._names))

    @Slot()
    def _on_choose_root(self) -> None:
        if folder := messages.choose_folder(self, tr("Folder that the file paths in the list are relative to")):
            self._root = folder
            self._show_root()

    def _show_root(self) -> None:
        folder: Path = self._root or self._preview.source.parent
        self.root.setText(escape_name(str(folder)))
