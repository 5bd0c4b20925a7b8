"""The results of an audit: counts, findings, shortcuts, unreadable files, corrections."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from core.datasets.audit import count_rows
from core.datasets.events import AuditResult, Shortcut
from core.system.errors import format_reason
from core.system.language import marked, tr
from core.system.safe_text import escape_name
from gui.dataset.findings_panel import FindingsPanel
from gui.widgets.named_widgets import make_button, make_paragraph
from gui.widgets.tables import RowsTable, make_table_view

FINDINGS_PAGE, UNREADABLE_PAGE, CORRECTIONS_PAGE = 0, 2, 3
NO_PROBE: Final = marked("The probe needs films of at least ten patients in each class.")


class AuditPanel(QWidget):
    """Shows an audit.

    findings: the page with the findings, which has signals of its own.
    Signals: undo_wanted() and export_wanted(), for corrections.
    """

    undo_wanted = Signal()
    export_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts = RowsTable([tr("Class"), tr("Split"), tr("Films"), tr("Patients")])
        self._shortcuts = RowsTable([tr("Without the image"), "AUC", tr("95 % from"), tr("to")])
        self._left_out = RowsTable([tr("Unreadable file"), tr("Reason"), tr("Why")])
        self._steps = RowsTable([tr("Correction"), tr("Films")])
        self.findings = FindingsPanel()
        self.shortcut_sentence = make_paragraph("", "shortcut_words", tr("Shortcut description"))
        self.undo = make_button(tr("Undo"), "undo", self.undo_wanted.emit)
        self.export = make_button(tr("Export as CSV…"), "export_corrections", self.export_wanted.emit)
        self._pages = self._make_pages()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(make_table_view(self._counts, "counts", tr("Counts")), 2)
        column.addWidget(self._pages, 5)

    def _make_pages(self) -> QTabWidget:
        buttons = QHBoxLayout()
        buttons.addWidget(self.undo)
        buttons.addWidget(self.export)
        buttons.addStretch()
        shortcuts = make_table_view(self._shortcuts, "shortcuts", tr("Shortcuts"))
        left_out = make_table_view(self._left_out, "left_out", tr("Left out"))
        corrections = make_table_view(self._steps, "corrections", tr("Corrections"))
        pages = QTabWidget()
        pages.addTab(self.findings, tr("Findings"))
        pages.addTab(_make_page(self.shortcut_sentence, shortcuts), tr("Shortcuts"))
        pages.addTab(_make_page(left_out), tr("Unreadable"))
        pages.addTab(_make_page(corrections, buttons), tr("Corrections"))
        return pages

    def show_audit(self, audit: AuditResult) -> None:
        """Show another audit on all pages."""
        counts = count_rows(audit.planned or audit.dataset)
        self._counts.set_rows([(name, tr(split), films, patients) for name, split, films, patients in counts])
        self.findings.show_findings(audit.findings)
        self._show_shortcuts(audit.shortcuts)
        self._left_out.set_rows(
            [(escape_name(film.path.name), format_reason(film.reason), film.sentence) for film in audit.left_out]
        )
        steps = audit.preparation.steps
        self._steps.set_rows([(step.label, len(step.corrections)) for step in steps])
        for page, name, count in (
            (FINDINGS_PAGE, tr("Findings"), len(audit.findings)),
            (UNREADABLE_PAGE, tr("Unreadable"), len(audit.left_out)),
            (CORRECTIONS_PAGE, tr("Corrections"), len(steps)),
        ):
            self._pages.setTabText(page, f"{name} ({count})" if count else name)

    def _show_shortcuts(self, shortcuts: Sequence[Shortcut]) -> None:
        self.shortcut_sentence.setText(shortcuts[0].sentence if shortcuts else tr(NO_PROBE))
        self._shortcuts.set_rows(
            [(tr(shortcut.what), shortcut.auc.value, shortcut.auc.low, shortcut.auc.high) for shortcut in shortcuts]
        )

    def show_unreadable(self) -> None:
        """Turn to the page of unreadable files."""
        self._pages.setCurrentIndex(UNREADABLE_PAGE)

    def update_enabled(self, is_idle: bool, has_corrections: bool) -> None:
        """Enable what can be done now; is_idle: no job runs."""
        self.findings.setEnabled(is_idle)
        self.undo.setEnabled(is_idle and has_corrections)
        self.export.setEnabled(has_corrections)


def _make_page(*parts: QWidget | QHBoxLayout) -> QWidget:
    """Make a page of widgets and rows of widgets below one another."""
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 6, 0, 0)
    for part in parts:
        if isinstance(part, QWidget):
            column.addWidget(part)
        else:
            column.addLayout(part)
    return page
