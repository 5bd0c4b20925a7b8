"""The Dataset tab: open a dataset, see what an audit finds in it, and correct it."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLayout, QProgressBar, QSplitter, QVBoxLayout, QWidget

from core.datasets.events import AuditResult, Finding, FindingKind
from core.datasets.intake import IntakePreview
from core.datasets.preparation import AS_IT_IS, Preparation, Step, save_corrections
from core.jobs.events import Progressed, Stage
from core.system.errors import JobFailed
from core.system.language import marked, tr
from gui.dataset.audit_panel import AuditPanel
from gui.dataset.dataset_summary import format_progress, format_summary
from gui.dataset.demo_folder import DemoFolder
from gui.dataset.film_browser import FilmBrowser
from gui.dataset.finding_choice import FindingChoice
from gui.dataset.intake_dialog import IntakeDialog
from gui.dataset.source_buttons import SourceButtons
from gui.dataset.training_door import TrainingDoor
from gui.jobs.dataset_jobs import audit_job, demo_job, inspect_job, label_errors_job, open_job
from gui.jobs.jobs import Jobs, JobState
from gui.jobs.own_jobs import OwnJobs
from gui.jobs.worker import JobError
from gui.state.session import Session
from gui.widgets import messages
from gui.widgets.drop_area import DropArea
from gui.widgets.named_widgets import make_button, make_flow, make_paragraph, name_widget

EMPTY = marked("Drop a folder with one subfolder per class, or a label list (CSV, TSV, Excel) with files and labels")
CSV = "CSV (*.csv)"
LOADED_DROP_AREA_PX = 44  # the drop area shrinks once a dataset is open


class DatasetTab(QWidget):
    """Starts audits; a finished audit becomes the session's dataset, which is shown whoever opened it."""

    def __init__(self, session: Session, work: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._work = session, work
        self._asked: Path | None = None  # the source asked for last; its import settings may make it readable
        self._shown: AuditResult | None = None
        self._own = OwnJobs(work, self.show_event, self._show_present)
        self._session_summary = tr("No dataset is open.")
        self.demo = DemoFolder()
        self._build()
        work.state_changed.connect(self._on_state_changed)
        session.dataset_changed.connect(self._on_dataset_changed)
        session.list_wanted.connect(self._on_list_wanted)
        self._on_state_changed(work.state)

    def _build(self) -> None:
        self.drop_area = DropArea(tr(EMPTY))
        self.drop_area.dropped.connect(self.open)
        self.summary = make_paragraph(self._session_summary, "summary", tr("Summary"))
        self.finding = FindingChoice()
        self.finding.step_wanted.connect(self.apply_step)
        self.progress = name_widget(QProgressBar(), "audit_progress", tr("Progress of reading"))
        self.progress.hide()
        self.audit_panel = AuditPanel()
        self.audit_panel.findings.step_wanted.connect(self.apply_step)
        self.audit_panel.findings.films_wanted.connect(self._on_films_wanted)
        self.audit_panel.findings.accepted.connect(self._session.accept_leaks)
        self.audit_panel.undo_wanted.connect(self._on_undo)
        self.audit_panel.export_wanted.connect(self._on_export)
        QShortcut(QKeySequence.StandardKey.Undo, self).activated.connect(self._on_undo)
        self.browser = FilmBrowser()
        self.browser.step_wanted.connect(self.apply_step)
        body = QSplitter()
        body.addWidget(self.audit_panel)
        body.addWidget(self.browser)
        body.setSizes([520, 740])
        layout = QVBoxLayout(self)
        layout.addWidget(self.drop_area)
        layout.addLayout(self._make_buttons())
        for widget in (self.summary, self.finding, self.progress):
            layout.addWidget(widget)
        layout.addWidget(body, 1)
        layout.addWidget(TrainingDoor(self._session))

    def _make_buttons(self) -> QLayout:
        self.sources = SourceButtons(self)
        self.sources.source_wanted.connect(self.open)
        self.sources.demo_wanted.connect(self.start_demo)
        self.intake = make_button(tr("Import settings…"), "intake", self._on_intake)
        self.doubts = make_button(tr("Find doubtful labels"), "doubts", self._on_doubts)
        return make_flow((*self.sources.buttons, self.intake, self.doubts))

    @Slot(object)
    def open(self, source: Path) -> None:
        """Open a dataset with the corrections kept for it; a new list shows its columns first."""
        if self._work.state is JobState.IDLE:
            self._asked = source
            self._own.start(open_job(source), partial(self._show_opened, source), tr(Stage.READING_DATASET))

    @Slot(object)
    def _on_list_wanted(self, path: Path) -> None:
        self._begin(path, None)

    def _begin(self, source: Path, preparation: Preparation | None) -> None:
        if self._work.state is JobState.IDLE:
            self._asked = source
            job = audit_job(source, preparation)
            self._own.start(job, partial(self.show_audit, source), tr(Stage.READING_DATASET))

    @Slot(object)
    def apply_step(self, step: Step) -> None:
        """Add a step of corrections and audit the dataset again."""
        if self._session.source is not None and self._session.audit is not None:
            self._begin(self._session.source, self._session.audit.preparation.with_step(step))

    @Slot()
    def start_demo(self) -> None:
        """Create synthetic films in a temporary folder and open them as a dataset."""
        if self._work.state is JobState.IDLE:
            folder = self.demo.make()
            self._own.start(demo_job(folder), partial(self.show_audit, folder / "phantoms"), tr("Making the demo"))

    def stop_background_work(self) -> None:
        """Stop reading films in the background, and remove the demo's films."""
        self.browser.close_viewer()
        self.demo.remove()

    def show_event(self, event: object) -> None:
        """Show the progress of reading and auditing."""
        if isinstance(event, Progressed):
            self.summary.setText(format_progress(event))
            self.progress.setRange(0, event.total or 0)
            self.progress.setValue(event.done)

    def _show_opened(self, source: Path, result: object) -> None:
        match result:
            case IntakePreview():
                self.show_intake_preview(result)
            case AuditResult():
                self.show_audit(source, result)

    def show_audit(self, source: Path, result: AuditResult) -> None:
        """Make the finished audit of `source` the session's dataset, which shows it."""
        if result.completed:
            self._session.open_dataset(source, result)
        else:
            self.summary.setText(tr("Reading was stopped. Films already read will not be read again next time."))

    @Slot(object)
    def _on_dataset_changed(self, audit: AuditResult | None) -> None:
        """Show the session's dataset, also one that another tab has opened."""
        source = self._session.source
        if audit is not None and audit is not self._shown and source is not None:
            self._shown = audit
            self._session_summary = format_summary(source, audit, self.demo.holds(audit.dataset.root))
            self.summary.setText(self._session_summary)
            self.audit_panel.show_audit(audit)
            self.finding.show_dataset(audit.dataset)
            self.drop_area.setMinimumHeight(LOADED_DROP_AREA_PX)
            self.browser.show_audit(audit)
        self._on_state_changed(self._work.state)

    def show_label_errors(self, source: Path, doubtful: Finding) -> None:
        """Show the finding of doubtful labels above the others, and its films, if `source` is still open."""
        audit = self._session.audit
        if audit is None or source != self._session.source:
            return
        others = tuple(finding for finding in audit.findings if finding.kind is not doubtful.kind)
        self.show_audit(source, replace(audit, findings=(doubtful, *others)))
        self.summary.setText(doubtful.sentence)
        self.browser.show_finding(doubtful)

    def show_intake_preview(self, preview: IntakePreview) -> None:
        """Let the user correct how the dataset is read, then read it again."""
        dialog = IntakeDialog(preview, self._preparation_of(preview.source), self)
        dialog.accepted.connect(lambda: self._begin(preview.source, dialog.preparation()))
        dialog.rejected.connect(self._show_present)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    @Slot()
    def _show_present(self, _failure: JobError | None = None) -> None:
        """Return to the dataset that was open before."""
        self.summary.setText(self._session_summary)

    def _preparation_of(self, source: Path) -> Preparation:
        """Return how the open dataset is read; the default for any other source."""
        is_open = source == self._session.source
        return self._session.audit.preparation if is_open and self._session.audit else AS_IT_IS

    @Slot()
    def _on_doubts(self) -> None:
        if (source := self._session.source) is not None:
            job = label_errors_job(source, self._session.model, self._session.preparation)
            self._own.start(job, partial(self.show_label_errors, source), tr("Finding doubtful labels"))

    @Slot()
    def _on_intake(self) -> None:
        if (source := self._session.source or self._asked) is not None:
            job = inspect_job(source, self._preparation_of(source))
            self._own.start(job, self.show_intake_preview, tr(Stage.READING_DATASET))

    @Slot()
    def _on_undo(self) -> None:
        if self._session.source is not None and self._session.audit and self._session.audit.preparation.steps:
            self._begin(self._session.source, self._session.audit.preparation.without_last_step())

    @Slot()
    def _on_export(self) -> None:
        audit, source = self._session.audit, self._session.source
        if audit and (path := messages.choose_new_file(self, tr("Export corrections"), "corrections.csv", CSV)):
            try:
                save_corrections(audit.preparation, path, [source])
            except JobFailed as error:
                messages.show_error(self, JobError(error.sentence))

    @Slot(object)
    def _on_films_wanted(self, finding: Finding) -> None:
        if finding.kind in {FindingKind.UNREADABLE, FindingKind.UNLABELLED}:
            self.audit_panel.show_unreadable()  # there is no film to show, only a reason
        else:
            self.browser.show_finding(finding)

    @Slot(object)
    def _on_state_changed(self, state: JobState) -> None:
        is_idle = state is JobState.IDLE
        if is_idle and self._own.take_end():  # however it ended; its result, if it has one, is shown next
            self.summary.setText(self._session_summary)
        self.sources.set_enabled(is_idle)
        self.drop_area.setEnabled(is_idle)
        self.intake.setEnabled(is_idle and (self._session.source or self._asked) is not None)
        self.doubts.setEnabled(is_idle and self._session.source is not None)
        has_steps = self._session.audit is not None and bool(self._session.audit.preparation.steps)
        self.audit_panel.update_enabled(is_idle, has_steps)
        self.browser.set_busy(not is_idle)
        self.progress.setVisible(self._own.is_running)
