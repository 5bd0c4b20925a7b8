"""The first room: choose a dataset, see what it holds and what is wrong with it, correct it."""

import tempfile
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core.audit import count_rows
from core.errors import JobFailed
from core.events import AuditResult, Finding, FindingKind, IntakeLook, Progressed, Shortcut
from core.files import write_text_atomically
from core.preparation import AS_IT_IS, Preparation, Step, corrections_csv
from core.visible import visible_name
from gui import jobs, messages
from gui.drop_area import DropArea
from gui.evaluation_jobs import doubting
from gui.film_browser import FilmBrowser
from gui.findings_panel import FindingsPanel
from gui.intake_dialog import IntakeDialog
from gui.naming import button, named
from gui.session import Session
from gui.tables import RowsTable, quiet_view
from gui.worker import JobError

EMPTY = "Drop a folder with a folder for each class, or a label list (CSV, TSV, Excel) with files and labels"
UNREADABLE_PAGE, CORRECTIONS_PAGE = 2, 3
NO_PROBE = "The probe needs films of at least ten patients of each class."


class DatasetTab(QWidget):
    """Starts audits; the result goes into the session."""

    def __init__(self, session: Session, work: jobs.Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._work = session, work
        self._source: Path | None = None
        self._demo: tempfile.TemporaryDirectory[str] | None = None
        self._build()
        work.state_changed.connect(self._on_state_changed)
        self._on_state_changed(work.state)

    def _build(self) -> None:
        self.drop_area = DropArea(EMPTY)
        self.drop_area.dropped.connect(self.open)
        self.summary = named(
            QLabel("No dataset is open.", textFormat=Qt.TextFormat.PlainText, wordWrap=True), "summary"
        )
        self.progress = named(QProgressBar(), "audit_progress", "Progress of reading")
        self.progress.hide()
        body = QSplitter()
        body.addWidget(self._left_side())
        self.browser = FilmBrowser()
        self.browser.step_wanted.connect(self.take_step)
        body.addWidget(self.browser)
        body.setSizes([520, 740])
        layout = QVBoxLayout(self)
        layout.addWidget(self.drop_area)
        layout.addLayout(self._top_buttons())
        layout.addWidget(self.summary)
        layout.addWidget(self.progress)
        layout.addWidget(body, 1)

    def _top_buttons(self) -> QHBoxLayout:
        self.open_folder = button("Open folder…", "open_folder", self._on_open_folder)
        self.open_list = button("Open label list…", "open_list", self._on_open_list)
        self.try_demo = button("Try the demo (synthetic films)", "try_demo", self.start_demo)
        self.intake = button("How it is read…", "intake", self._on_intake)
        self.doubts = button("Find doubtful labels", "doubts", self._on_doubts)
        self.cancel = button("Cancel", "cancel", self._work.cancel)
        row = QHBoxLayout()
        for widget in (self.open_folder, self.open_list, self.try_demo, self.intake, self.doubts, self.cancel):
            row.addWidget(widget)
        row.addStretch()
        return row

    def _left_side(self) -> QWidget:
        self._counts = RowsTable(["Class", "Split", "Films", "Patients"])
        self._shortcuts = RowsTable(["Without the picture", "AUC", "95 % from", "to"])
        self._left_out = RowsTable(["Unreadable file", "Reason", "Why"])
        self._steps = RowsTable(["Correction", "Films"])
        self.findings = FindingsPanel()
        self.findings.step_wanted.connect(self.take_step)
        self.findings.films_wanted.connect(self._on_films_wanted)
        self.findings.accepted.connect(self._session.accept_leaks)
        self.words = named(QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True), "shortcut_words")
        self.undo = button("Undo", "undo", self._on_undo)
        self.export = button("Export as CSV…", "export_corrections", self._on_export)
        QShortcut(QKeySequence.StandardKey.Undo, self).activated.connect(self._on_undo)
        buttons = QHBoxLayout()
        buttons.addWidget(self.undo)
        buttons.addWidget(self.export)
        buttons.addStretch()
        self.pages = QTabWidget()
        self.pages.addTab(self.findings, "Findings")
        self.pages.addTab(_page(self.words, quiet_view(self._shortcuts, "shortcuts")), "Shortcuts")
        self.pages.addTab(_page(quiet_view(self._left_out, "left_out")), "Unreadable")
        self.pages.addTab(_page(quiet_view(self._steps, "corrections"), buttons), "Corrections")
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(quiet_view(self._counts, "counts"), 2)
        column.addWidget(self.pages, 5)
        return side

    @Slot(object)
    def open(self, source: Path) -> None:
        """Read and check the dataset at `source`, with what was decided about it earlier."""
        self._begin(source, None)

    def _begin(self, source: Path, preparation: Preparation | None) -> None:
        if self._work.state is jobs.JobState.IDLE:
            self._source = source
            self._work.start(jobs.auditing(source, preparation), self.show_event)

    @Slot(object)
    def take_step(self, step: Step) -> None:
        """Add one decision and check the dataset again."""
        if self._session.source is not None and self._session.audit is not None:
            self._begin(self._session.source, self._session.audit.preparation.with_step(step))

    @Slot()
    def start_demo(self) -> None:
        """Make synthetic films in a temporary folder and open them."""
        if self._work.state is jobs.JobState.IDLE:
            self._demo = tempfile.TemporaryDirectory(prefix="pneumoscreen-demo-")
            self._source = Path(self._demo.name) / "phantoms"
            self._work.start(jobs.demonstrating(Path(self._demo.name)), self.show_event)

    @property
    def demo_worklist(self) -> Path | None:
        """The demo's folder of unlabelled films, if the demo was made."""
        return Path(self._demo.name) / "worklist" if self._demo else None

    def close_thumbnails(self) -> None:
        self.browser.close_viewer()

    def show_event(self, event: object) -> None:
        """Show how far reading and checking are."""
        if isinstance(event, Progressed):
            left = f", {event.seconds_left:.0f} s left" if event.seconds_left and event.total else ""
            done = f" {event.done} of {event.total}{left}" if event.total else ""
            self.summary.setText(f"{event.stage}…{done}")
            self.progress.setRange(0, event.total or 0)
            self.progress.setValue(event.done)

    def show_audit(self, result: AuditResult) -> None:
        """Show a finished audit and make it the session's dataset."""
        if not result.completed or self._source is None:
            self.summary.setText("Reading was stopped. What was read is known the next time.")
            return
        self._show_summary(result)
        self._counts.set_rows(count_rows(result.planned or result.dataset))
        self.findings.show_findings(result.findings)
        self._show_shortcuts(result.shortcuts)
        self._left_out.set_rows(
            [(visible_name(film.path.name), film.reason, film.sentence) for film in result.left_out]
        )
        steps = result.preparation.steps
        self._steps.set_rows([(step.label, len(step.corrections)) for step in steps])
        counted = {0: ("Findings", len(result.findings)), UNREADABLE_PAGE: ("Unreadable", len(result.left_out)),
                   CORRECTIONS_PAGE: ("Corrections", len(steps))}  # fmt: skip
        for page, (name, count) in counted.items():
            self.pages.setTabText(page, f"{name} ({count})" if count else name)
        self.drop_area.setMinimumHeight(44)
        self.browser.show_audit(result)
        self._session.open_dataset(self._source, result)
        self._on_state_changed(self._work.state)

    def _show_summary(self, result: AuditResult) -> None:
        dataset = result.dataset
        is_demo = self._demo is not None and dataset.root.is_relative_to(self._demo.name)
        made = (
            " Splits that are not given are made by patient." if any(not film.split for film in dataset.films) else ""
        )
        self.summary.setText(
            f"{'Synthetic films, not patients. ' if is_demo else ''}{visible_name(str(self._source))}: "
            f"{len(dataset.films)} films of {dataset.patients()} patients, {len(result.left_out)} unreadable.{made}"
        )

    def _show_shortcuts(self, shortcuts: tuple[Shortcut, ...]) -> None:
        self.words.setText(shortcuts[0].sentence if shortcuts else NO_PROBE)
        self._shortcuts.set_rows([(one.what, one.auc.value, one.auc.low, one.auc.high) for one in shortcuts])

    def show_doubts(self, found: Finding) -> None:
        """Put the finding on top of the others and show its films."""
        audit = self._session.audit
        if audit is None or not self._is_open():
            return
        others = tuple(finding for finding in audit.findings if finding.kind is not found.kind)
        self.show_audit(replace(audit, findings=(found, *others)))
        self.summary.setText(found.sentence)
        self.browser.show_finding(found)

    def show_look(self, seen: IntakeLook) -> None:
        """Let the person correct how the dataset is read, and read it so."""
        before = self._session.audit.preparation if self._is_open() and self._session.audit else AS_IT_IS
        dialog = IntakeDialog(seen, before, self)
        dialog.accepted.connect(lambda: self._begin(seen.source, dialog.preparation()))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _is_open(self) -> bool:
        return self._source is not None and self._source == self._session.source

    @Slot()
    def _on_doubts(self) -> None:
        if self._session.source is not None and self._work.state is jobs.JobState.IDLE:
            job = doubting(self._session.source, self._session.model, self._session.preparation)
            self._work.start(job, self.show_event)

    @Slot()
    def _on_intake(self) -> None:
        if self._source is not None and self._work.state is jobs.JobState.IDLE:
            before = self._session.audit.preparation if self._is_open() and self._session.audit else AS_IT_IS
            self._work.start(jobs.looking(self._source, before), self.show_event)

    @Slot()
    def _on_undo(self) -> None:
        if self._session.source is not None and self._session.audit and self._session.audit.preparation.steps:
            self._begin(self._session.source, self._session.audit.preparation.without_last_step())

    @Slot()
    def _on_export(self) -> None:
        path = messages.choose_new_file(self, "Export corrections", "corrections.csv", "CSV (*.csv)")
        if path and self._session.audit:
            try:
                write_text_atomically(path, corrections_csv(self._session.audit.preparation))
            except JobFailed as error:
                messages.show_error(self, JobError(error.sentence, ""))

    @Slot(object)
    def _on_films_wanted(self, finding: Finding) -> None:
        if finding.kind is FindingKind.UNREADABLE:
            self.pages.setCurrentIndex(UNREADABLE_PAGE)  # there is nothing to see of them but the reason
        else:
            self.browser.show_finding(finding)

    @Slot()
    def _on_open_folder(self) -> None:
        if folder := messages.choose_folder(self, "Folder with a folder for each class"):
            self.open(folder)

    @Slot()
    def _on_open_list(self) -> None:
        if file := messages.choose_file(self, "Label list", messages.LISTS):
            self.open(file)

    @Slot(object)
    def _on_state_changed(self, state: jobs.JobState) -> None:
        idle = state is jobs.JobState.IDLE
        for widget in (self.open_folder, self.open_list, self.try_demo, self.drop_area, self.findings):
            widget.setEnabled(idle)
        self.intake.setEnabled(idle and self._source is not None)
        self.doubts.setEnabled(idle and self._is_open())
        has_steps = self._session.audit is not None and bool(self._session.audit.preparation.steps)
        self.undo.setEnabled(idle and has_steps)
        self.export.setEnabled(has_steps)
        self.cancel.setEnabled(state in {jobs.JobState.RUNNING, jobs.JobState.PAUSED})
        self.browser.set_busy(not idle)
        self.progress.setVisible(not idle)


def _page(*parts: QWidget | QHBoxLayout) -> QWidget:
    """Widgets and rows of widgets below one another."""
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 6, 0, 0)
    for part in parts:
        if isinstance(part, QWidget):
            column.addWidget(part)
        else:
            column.addLayout(part)
    return page
