"""The first room: choose a dataset, see what it holds and what is wrong with it, correct it."""

import tempfile
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core.datasets.audit import count_rows
from core.datasets.events import AuditResult, Finding, FindingKind, Shortcut
from core.datasets.intake import IntakePreview
from core.datasets.preparation import AS_IT_IS, Preparation, Step, format_corrections
from core.jobs.events import Progressed
from core.system.errors import JobFailed, format_reason
from core.system.files import write_text_atomically
from core.system.language import marked, tr
from core.system.safe_text import escape_name
from gui.dataset.film_browser import FilmBrowser
from gui.dataset.findings_panel import FindingsPanel
from gui.dataset.intake_dialog import IntakeDialog
from gui.jobs.dataset_jobs import audit_job, demo_job, inspect_job, label_errors_job
from gui.jobs.jobs import Jobs, JobState
from gui.jobs.worker import JobError
from gui.state.session import Session
from gui.widgets import messages
from gui.widgets.drop_area import DropArea
from gui.widgets.named_widgets import button, named, paragraph, row_of
from gui.widgets.tables import RowsTable, configure_view

EMPTY = marked("Drop a folder with a folder for each class, or a label list (CSV, TSV, Excel) with files and labels")
UNREADABLE_PAGE, CORRECTIONS_PAGE = 2, 3
NO_PROBE = marked("The probe needs films of at least ten patients of each class.")


class DatasetTab(QWidget):
    """Starts audits; the result goes into the session."""

    def __init__(self, session: Session, work: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._work = session, work
        self._source: Path | None = None
        self._demo: tempfile.TemporaryDirectory[str] | None = None
        self._build()
        work.state_changed.connect(self._on_state_changed)
        self._on_state_changed(work.state)

    def _build(self) -> None:
        self.drop_area = DropArea(tr(EMPTY))
        self.drop_area.dropped.connect(self.open)
        self.summary = paragraph(tr("No dataset is open."), "summary", tr("Summary"))
        self.progress = named(QProgressBar(), "audit_progress", tr("Progress of reading"))
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
        self.open_folder = button(tr("Open folder…"), "open_folder", self._on_open_folder)
        self.open_list = button(tr("Open label list…"), "open_list", self._on_open_list)
        self.try_demo = button(tr("Try the demo (synthetic films)"), "try_demo", self.start_demo)
        self.intake = button(tr("How it is read…"), "intake", self._on_intake)
        self.doubts = button(tr("Find doubtful labels"), "doubts", self._on_doubts)
        self.cancel = button(tr("Cancel"), "cancel", self._work.cancel)
        return row_of((self.open_folder, self.open_list, self.try_demo, self.intake, self.doubts, self.cancel))

    def _left_side(self) -> QWidget:
        self._counts = RowsTable([tr("Class"), tr("Split"), tr("Films"), tr("Patients")])
        self._shortcuts = RowsTable([tr("Without the picture"), "AUC", tr("95 % from"), tr("to")])
        self._left_out = RowsTable([tr("Unreadable file"), tr("Reason"), tr("Why")])
        self._steps = RowsTable([tr("Correction"), tr("Films")])
        self.findings = FindingsPanel()
        self.findings.step_wanted.connect(self.take_step)
        self.findings.films_wanted.connect(self._on_films_wanted)
        self.findings.accepted.connect(self._session.accept_leaks)
        self.words = paragraph("", "shortcut_words", tr("Shortcut words"))
        self.undo = button(tr("Undo"), "undo", self._on_undo)
        self.export = button(tr("Export as CSV…"), "export_corrections", self._on_export)
        QShortcut(QKeySequence.StandardKey.Undo, self).activated.connect(self._on_undo)
        self.pages = self._made_pages()
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(configure_view(self._counts, "counts", tr("Counts")), 2)
        column.addWidget(self.pages, 5)
        return side

    def _made_pages(self) -> QTabWidget:
        buttons = QHBoxLayout()
        buttons.addWidget(self.undo)
        buttons.addWidget(self.export)
        buttons.addStretch()
        shortcuts = configure_view(self._shortcuts, "shortcuts", tr("Shortcuts"))
        left_out = configure_view(self._left_out, "left_out", tr("Left out"))
        corrections = configure_view(self._steps, "corrections", tr("Corrections"))
        pages = QTabWidget()
        pages.addTab(self.findings, tr("Findings"))
        pages.addTab(_page(self.words, shortcuts), tr("Shortcuts"))
        pages.addTab(_page(left_out), tr("Unreadable"))
        pages.addTab(_page(corrections, buttons), tr("Corrections"))
        return pages

    @Slot(object)
    def open(self, source: Path) -> None:
        """Read and check the dataset at `source`, with what was decided about it earlier."""
        self._begin(source, None)

    def _begin(self, source: Path, preparation: Preparation | None) -> None:
        if self._work.state is JobState.IDLE:
            self._source = source
            self._work.start(audit_job(source, preparation), self.show_event)

    @Slot(object)
    def take_step(self, step: Step) -> None:
        """Add one decision and check the dataset again."""
        if self._session.source is not None and self._session.audit is not None:
            self._begin(self._session.source, self._session.audit.preparation.with_step(step))

    @Slot()
    def start_demo(self) -> None:
        """Make synthetic films in a temporary folder and open them."""
        if self._work.state is JobState.IDLE:
            self._demo = tempfile.TemporaryDirectory(prefix="pneumoscreen-demo-")
            self._source = Path(self._demo.name) / "phantoms"
            self._work.start(demo_job(Path(self._demo.name)), self.show_event)

    @property
    def demo_worklist(self) -> Path | None:
        """The demo's folder of unlabelled films, if the demo was made."""
        return Path(self._demo.name) / "worklist" if self._demo else None

    def close_thumbnails(self) -> None:
        self.browser.close_viewer()

    def show_event(self, event: object) -> None:
        """Show how far reading and checking are."""
        if isinstance(event, Progressed):
            self.summary.setText(_progress_in_words(event))
            self.progress.setRange(0, event.total or 0)
            self.progress.setValue(event.done)

    def show_audit(self, result: AuditResult) -> None:
        """Show a finished audit and make it the session's dataset."""
        if not result.completed or self._source is None:
            self.summary.setText(tr("Reading was stopped. What was read is known the next time."))
            return
        self._show_summary(result)
        counts = count_rows(result.planned or result.dataset)
        self._counts.set_rows([(name, tr(split), films, patients) for name, split, films, patients in counts])
        self.findings.show_findings(result.findings)
        self._show_shortcuts(result.shortcuts)
        self._left_out.set_rows(
            [(escape_name(film.path.name), format_reason(film.reason), film.sentence) for film in result.left_out]
        )
        steps = result.preparation.steps
        self._steps.set_rows([(step.label, len(step.corrections)) for step in steps])
        counted = {
            0: (tr("Findings"), len(result.findings)),
            UNREADABLE_PAGE: (tr("Unreadable"), len(result.left_out)),
            CORRECTIONS_PAGE: (tr("Corrections"), len(steps)),
        }
        for page, (name, count) in counted.items():
            self.pages.setTabText(page, f"{name} ({count})" if count else name)
        self.drop_area.setMinimumHeight(44)
        self.browser.show_audit(result)
        self._session.open_dataset(self._source, result)
        self._on_state_changed(self._work.state)

    def _show_summary(self, result: AuditResult) -> None:
        dataset = result.dataset
        is_demo = self._demo is not None and dataset.root.is_relative_to(self._demo.name)
        held = tr(
            "{source}: {films} films of {patients} patients, {unreadable} unreadable.",
            source=escape_name(str(self._source)),
            films=len(dataset.films),
            patients=dataset.patients(),
            unreadable=len(result.left_out),
        )
        sentences = [tr("Synthetic films, not patients."), held] if is_demo else [held]
        if any(not film.split for film in dataset.films):
            sentences.append(tr("Splits that are not given are made by patient."))
        self.summary.setText(" ".join(sentences))

    def _show_shortcuts(self, shortcuts: tuple[Shortcut, ...]) -> None:
        self.words.setText(shortcuts[0].sentence if shortcuts else tr(NO_PROBE))
        self._shortcuts.set_rows([(tr(one.what), one.auc.value, one.auc.low, one.auc.high) for one in shortcuts])

    def show_doubts(self, found: Finding) -> None:
        """Put the finding on top of the others and show its films."""
        audit = self._session.audit
        if audit is None or not self._is_open():
            return
        others = tuple(finding for finding in audit.findings if finding.kind is not found.kind)
        self.show_audit(replace(audit, findings=(found, *others)))
        self.summary.setText(found.sentence)
        self.browser.show_finding(found)

    def show_look(self, seen: IntakePreview) -> None:
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
        if self._session.source is not None and self._work.state is JobState.IDLE:
            job = label_errors_job(self._session.source, self._session.model, self._session.preparation)
            self._work.start(job, self.show_event)

    @Slot()
    def _on_intake(self) -> None:
        if self._source is not None and self._work.state is JobState.IDLE:
            before = self._session.audit.preparation if self._is_open() and self._session.audit else AS_IT_IS
            self._work.start(inspect_job(self._source, before), self.show_event)

    @Slot()
    def _on_undo(self) -> None:
        if self._session.source is not None and self._session.audit and self._session.audit.preparation.steps:
            self._begin(self._session.source, self._session.audit.preparation.without_last_step())

    @Slot()
    def _on_export(self) -> None:
        path = messages.choose_new_file(self, tr("Export corrections"), "corrections.csv", "CSV (*.csv)")
        if path and self._session.audit:
            try:
                write_text_atomically(path, format_corrections(self._session.audit.preparation))
            except JobFailed as error:
                messages.show_error(self, JobError(error.sentence))

    @Slot(object)
    def _on_films_wanted(self, finding: Finding) -> None:
        if finding.kind is FindingKind.UNREADABLE:
            self.pages.setCurrentIndex(UNREADABLE_PAGE)  # there is nothing to see of them but the reason
        else:
            self.browser.show_finding(finding)

    @Slot()
    def _on_open_folder(self) -> None:
        if folder := messages.choose_folder(self, tr("Folder with a folder for each class")):
            self.open(folder)

    @Slot()
    def _on_open_list(self) -> None:
        if file := messages.choose_file(self, tr("Label list"), tr(messages.LISTS)):
            self.open(file)

    @Slot(object)
    def _on_state_changed(self, state: JobState) -> None:
        idle = state is JobState.IDLE
        for widget in (self.open_folder, self.open_list, self.try_demo, self.drop_area, self.findings):
            widget.setEnabled(idle)
        self.intake.setEnabled(idle and self._source is not None)
        self.doubts.setEnabled(idle and self._is_open())
        has_steps = self._session.audit is not None and bool(self._session.audit.preparation.steps)
        self.undo.setEnabled(idle and has_steps)
        self.export.setEnabled(has_steps)
        self.cancel.setEnabled(state in {JobState.RUNNING, JobState.PAUSED})
        self.browser.set_busy(not idle)
        self.progress.setVisible(not idle)


def _progress_in_words(event: Progressed) -> str:
    stage = tr(event.stage)
    if not event.total:
        return tr("{stage}…", stage=stage)
    if not event.seconds_left:
        return tr("{stage}… {done} of {total}", stage=stage, done=event.done, total=event.total)
    return tr(
        "{stage}… {done} of {total}, {seconds:.0f} s left",
        stage=stage,
        done=event.done,
        total=event.total,
        seconds=event.seconds_left,
    )


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
