"""The findings of an audit, with buttons that resolve them."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.datasets.events import Finding, FindingKind
from core.datasets.preparation import Step
from core.jobs.events import Severity
from core.system.language import marked, tr
from gui.widgets.named_widgets import make_button, make_paragraph, name_widget

MARKS = {Severity.BLOCKING: "✖", Severity.WARNING: "▲", Severity.INFORMATION: "●"}
ACCEPT = marked("Train anyway")
WARNING = marked("The test figures will be too optimistic. Your choice is recorded in the model and in every report.")
NOTHING = marked("The audit found no obstacle to training on these films.")


class FindingsPanel(QWidget):
    """Lists the findings and shows one in detail; changes nothing itself.

    Signals: step_wanted(Step) for a fix; films_wanted(Finding) to show its films; accepted(bool)
    when the user accepts, or no longer accepts, to train despite blocking findings.
    """

    step_wanted = Signal(object)
    films_wanted = Signal(object)
    accepted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._findings: Sequence[Finding] = ()
        self.list = name_widget(QListWidget(), "findings", tr("Findings"))
        self.list.setWordWrap(True)
        self.list.setSpacing(2)
        self.list.currentRowChanged.connect(self._on_row_changed)
        self.details = make_paragraph("", "finding_details", tr("Finding details"))
        self._buttons = QHBoxLayout()
        self._fixes: list[QPushButton] = []
        self.show_films = make_button(tr("Show its films"), "show_finding_films", self._on_show_films)
        self.accept = name_widget(QCheckBox(tr(ACCEPT)), "accept_leaks", tr(ACCEPT))
        self.accept.toggled.connect(self.accepted)
        self._warning = QLabel(tr(WARNING), textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self._warning.setStyleSheet("font-weight: bold")
        self._buttons.addWidget(self.show_films)
        self._buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.details)
        layout.addLayout(self._buttons)
        layout.addWidget(self.accept)
        layout.addWidget(self._warning)
        self.show_findings(())
        self.details.clear()

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Show other findings; none of them is accepted yet."""
        self._findings = findings
        self.list.clear()
        for finding in findings:
            title, severity = tr(finding.kind), tr(finding.severity)
            item = QListWidgetItem(f"{MARKS[finding.severity]}  {title}: {finding.sentence}")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{severity}: {title}. {finding.sentence}")
            self.list.addItem(item)
        # without a finding there is nothing to accept
        kinds = {finding.kind for finding in findings if finding.severity is Severity.BLOCKING}
        is_blocked = bool(kinds - {FindingKind.FINDING_UNKNOWN})
        self.accept.setChecked(False)
        self.accept.setVisible(is_blocked)
        self._warning.setVisible(is_blocked)
        self.list.setCurrentRow(0 if findings else -1)
        self._on_row_changed(self.list.currentRow())

    @Slot(int)
    def _on_row_changed(self, row: int) -> None:
        for fix_button in self._fixes:
            self._buttons.removeWidget(fix_button)
            fix_button.deleteLater()
        self._fixes = []
        if not 0 <= row < len(self._findings):
            self.details.setText(tr(NOTHING) if not self._findings else "")
            self.show_films.hide()
            return
        finding = self._findings[row]
        self.details.setText(f"{tr(finding.severity).capitalize()}. {finding.advice}")
        self.show_films.setVisible(bool(finding.files))
        for number, fix in enumerate(finding.fixes):
            fix_button = make_button(fix.label.replace("&", "&&"), f"fix_{number}", partial(self._on_fix, fix))
            self._buttons.insertWidget(number, fix_button)
            self._fixes.append(fix_button)

    def _on_fix(self, fix: Step) -> None:
        self.step_wanted.emit(fix)

    @Slot()
    def _on_show_films(self) -> None:
        self.films_wanted.emit(self._findings[self.list.currentRow()])
