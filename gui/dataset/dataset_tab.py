"""The Dataset tab: open a dataset, see what an audit finds in it, and correct it."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLayout, QProgressBar, QSplitter, QVBoxLayout, QWidget

from core.datasets.events import AuditResult, Finding, FindingKind
from core.datasets.intake import IntakePreview
from core.datasets.preparation import AS_IT_IS, Preparation, Step, make_finding_step, save_corrections
from core.jobs.events import Progressed
from core.system.errors import JobFailed
from core.system.language import marked, tr
from gui.dataset.audit_panel import AuditPanel
from gui.dataset.dataset_summary import format_progress, format_summary
from gui.dataset.demo_folder import DemoFolder
from gui.dataset.film_browser import FilmBrowser
from gui.dataset.finding_choice import FindingChoice
from gui.dataset.intake_dialog import IntakeDialog
from gui.jobs.dataset_jobs import audit_job, demo_job, inspect_job, label_errors_job, open_job
from gui.jobs.jobs import Jobs, JobState
from gui.jobs.worker import JobError
from gui.state.session import Session
from gui.state.settings import FolderKind
from gui.widgets import messages
from gui.widgets.drop_area import DropArea
from gui.widgets.named_widgets import make_button, make_flow, make_paragraph, name_widget

EMPTY = marked("Drop a folder with one subfolder per class, or a label list (CSV, TSV, Excel) with files and labels")
LOADED_DROP_AREA_PX = 44  # the drop area shrinks once a dataset is open


class DatasetTab(QWidget):
    """Starts audits; a finished audit becomes the session's dataset."""

    def __init__(self, session: Session, work: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._work = session, work
        self._source: Path | None = None
        self._session_summary = tr("No dataset is open.")
        self.demo = DemoFolder()
        self._build()
        work.state_changed.connect(self._on_state_changed)
        work.failed.connect(self._show_present)
        self._on_state_changed(work.state)

    def _build(self) -> None:
        self.drop_area = DropArea(tr(EMPTY))
        self.drop_area.dropped.connect(self.open)
        self.summary = make_paragraph(self._session_summary, "summary", tr("Summary"))
        self.finding = FindingChoice()
        self.finding.finding_named.connect(self._on_finding_named)
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
        layout.addWidget(self.summary)
        layout.addWidget(self.finding)
        layout.addWidget(self.progress)
        layout.addWidget(body, 1)

    def _make_buttons(self) -> QLayout:
        self.open_folder = make_button(tr("Open folder…"), "open_folder", self._on_open_folder)
        self.open_list = make_button(tr("Open label list…"), "open_list", self._on_open_list)
        self.try_demo = make_button(tr("Try the demo (synthetic films)"), "try_demo", self.start_demo)
        self.intake = make_button(tr("Import settings…"), "intake", self._on_intake)
        self.doubts = make_button(tr("Find doubtful labels"), "doubts", self._on_doubts)
        self.cancel = make_button(tr("Cancel"), "cancel", self._work.cancel)
        return make_flow((self.open_folder, self.open_list, self.try_demo, self.intake, self.doubts, self.cancel))

    @Slot(object)
    def open(self, source: Path) -> None:
        """Open a dataset with the corrections kept for it; a new list shows its columns first."""
        if self._work.state is JobState.IDLE:
            self._source = source
            self._work.start(open_job(source), self.show_event)

    def open_own_list(self, source: Path) -> None:
        """Read and audit a label list that this program wrote."""
        self._begin(source, None)

    def _begin(self, source: Path, preparation: Preparation | None) -> None:
        if self._work.state is JobState.IDLE:
            self._source = source
            self._work.start(audit_job(source, preparation), self.show_event)

    @Slot(object)
    def apply_step(self, step: Step) -> None:
        """Add a step of corrections and audit the dataset again."""
        if self._session.source is not None and self._session.audit is not None:
            self._begin(self._session.source, self._session.audit.preparation.with_step(step))

    @Slot(str)
    def _on_finding_named(self, name: str) -> None:
        self.apply_step(make_finding_step(name))

    @Slot()
    def start_demo(self) -> None:
        """Create synthetic films in a temporary folder and open them as a dataset."""
        if self._work.state is JobState.IDLE:
            folder = self.demo.make()
            self._source = folder / "phantoms"
            self._work.start(demo_job(folder), self.show_event)

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

    def show_audit(self, result: AuditResult) -> None:
        """Show a finished audit and make it the session's dataset."""
        if not result.completed or self._source is None:
            self.summary.setText(tr("Reading was stopped. Films already read will not be read again next time."))
            return
        is_demo = self.demo.holds(result.dataset.root)
        self._session_summary = format_summary(self._source, result, is_demo)
        self.summary.setText(self._session_summary)
        self.audit_panel.show_audit(result)
        self.finding.show_dataset(result.dataset)
        self.drop_area.setMinimumHeight(LOADED_DROP_AREA_PX)
        self.browser.show_audit(result)
        self._session.open_dataset(self._source, result)
        self._on_state_changed(self._work.state)

    def show_label_errors(self, doubtful: Finding) -> None:
        """Show the finding of doubtful labels above the others, and its films."""
        audit = self._session.audit
        if audit is None or not self._is_open():
            return
        others = tuple(finding for finding in audit.findings if finding.kind is not doubtful.kind)
        self.show_audit(replace(audit, findings=(doubtful, *others)))
        self.summary.setText(doubtful.sentence)
        self.browser.show_finding(doubtful)

    def show_intake_preview(self, preview: IntakePreview) -> None:
        """Let the user correct how the dataset is read, then read it again."""
        dialog = IntakeDialog(preview, self._present_preparation(), self)
        dialog.accepted.connect(lambda: self._begin(preview.source, dialog.preparation()))
        dialog.rejected.connect(self._show_present)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    @Slot()
    def _show_present(self) -> None:
        """Return to the dataset that was open before."""
        self._source = self._session.source or self._source
        self.summary.setText(self._session_summary)

    def _present_preparation(self) -> Preparation:
        """Return how the dataset on the tab was read; the default one before it was read."""
        return self._session.audit.preparation if self._is_open() and self._session.audit else AS_IT_IS

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
            self._work.start(inspect_job(self._source, self._present_preparation()), self.show_event)

    @Slot()
    def _on_undo(self) -> None:
        if self._session.source is not None and self._session.audit and self._session.audit.preparation.steps:
            self._begin(self._session.source, self._session.audit.preparation.without_last_step())

    @Slot()
    def _on_export(self) -> None:
        path = messages.choose_new_file(self, tr("Export corrections"), "corrections.csv", "CSV (*.csv)")
        if path and self._session.audit:
            try:
                save_corrections(self._session.audit.preparation, path, [self._session.source])
            except JobFailed as error:
                messages.show_error(self, JobError(error.sentence))

    @Slot(object)
    def _on_films_wanted(self, finding: Finding) -> None:
        if finding.kind in {FindingKind.UNREADABLE, FindingKind.UNLABELLED}:
            self.audit_panel.show_unreadable()  # there is no film to show, only a reason
        else:
            self.browser.show_finding(finding)

    @Slot()
    def _on_open_folder(self) -> None:
        if folder := messages.choose_folder(self, tr("Folder with one subfolder per class"), FolderKind.DATASET):
            self.open(folder)

    @Slot()
    def _on_open_list(self) -> None:
        if file := messages.choose_file(self, tr("Label list"), tr(messages.LISTS), None, FolderKind.DATASET):
            self.open(file)

    @Slot(object)
    def _on_state_changed(self, state: JobState) -> None:
        is_idle = state is JobState.IDLE
        for widget in (self.open_folder, self.open_list, self.try_demo, self.drop_area):
            widget.setEnabled(is_idle)
        self.intake.setEnabled(is_idle and self._source is not None)
        self.doubts.setEnabled(is_idle and self._is_open())
        has_steps = self._session.audit is not None and bool(self._session.audit.preparation.steps)
        self.audit_panel.update_enabled(is_idle, has_steps)
        self.cancel.setEnabled(state in {JobState.RUNNING, JobState.PAUSED})
        self.browser.set_busy(not is_idle)
        self.progress.setVisible(not is_idle)
