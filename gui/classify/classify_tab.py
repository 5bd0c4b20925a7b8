"""The room of screening: one film, a folder, or a folder that is watched; worklist, film, heat map, exports."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QApplication, QSplitter, QVBoxLayout, QWidget

from core.exports.export_jobs import Export, ExportOrder
from core.models.decision import Decision
from core.models.model_header import format_other_model
from core.screening.events import FilmAnswered, FilmReading, LedgerRow, ScreeningResult, ScreeningStarted, Status
from core.system.app_folders import data_folder, new_timestamped_path
from core.system.errors import REFUSALS
from core.system.language import marked, tr
from core.system.safe_text import escape_name
from gui.classify.call_writer import CallWriter
from gui.classify.export_menu import ExportButton
from gui.classify.model_bar import ModelBar
from gui.classify.reading_panel import ReadingPanel
from gui.classify.screening_status import ScreeningStatus
from gui.classify.worklist import Worklist
from gui.jobs.jobs import Jobs, JobState
from gui.jobs.screening_jobs import (
    Exported,
    Overridden,
    WorklistOpened,
    called_films_job,
    export_dicom_job,
    export_job,
    final_ledger_path,
    open_worklist_job,
    read_film_job,
    score_anyway_job,
    screen_job,
    watch_job,
)
from gui.jobs.worker import JobError
from gui.state.session import Session
from gui.widgets import messages
from gui.widgets.drop_area import DropArea
from gui.widgets.named_widgets import buttons, row_of

FILMS = marked("Films (*.jpg *.jpeg *.png *.tif *.tiff *.bmp *.dcm);;All files (*)")
LEDGERS = marked("Screenings (*.csv *.csv.partial)")


class ClassifyTab(QWidget):
    """Starts screenings and readings with the session's model. Signal: likely_found(str) while a folder is watched."""

    likely_found = Signal(str)

    def __init__(self, session: Session, work: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._work = session, work
        self._folder: Path | None = None
        self.result: ScreeningResult | None = None
        self._reading: FilmReading | None = None
        self._wanted: LedgerRow | None = None  # chosen while a job was running
        self._is_watching = False
        self._keeper = CallWriter(self)
        self._keeper.failed.connect(self._on_call_lost)
        self._build()
        work.state_changed.connect(self._on_state_changed)
        work.failed.connect(self.status.rest)
        self._on_state_changed(work.state)

    def _build(self) -> None:
        self.drop_area = DropArea(tr("Drop a film or a folder of films"))
        self.drop_area.setMinimumHeight(44)
        self.drop_area.dropped.connect(self.open)
        self.buttons = buttons(
            (tr("Open film…"), "open_film", self._on_open_film),
            (tr("Screen folder…"), "open_folder", self.choose_folder),
            (tr("Watch folder…"), "watch_folder", self._on_watch_folder),
            (tr("Open worklist…"), "open_worklist", self._on_open_worklist),
            (tr("Retry failed"), "retry_failed", self._on_retry),
            (tr("Score anyway"), "override", self._on_override),
            (tr("Cancel"), "cancel", self._work.cancel),
        )
        self.export = ExportButton()
        self.export.export_wanted.connect(self._on_export)
        self.export.dicom_wanted.connect(self._on_dicom)
        self.export.labels_wanted.connect(self._on_labels)
        self.model = ModelBar(self._session)
        self.status = ScreeningStatus()
        self.worklist = Worklist(self)
        self.worklist.row_chosen.connect(self._on_row_chosen)
        split = QSplitter()
        split.addWidget(self.worklist)
        self.reading = ReadingPanel()
        split.addWidget(self.reading)
        split.setSizes([800, 460])
        layout = QVBoxLayout(self)
        layout.addWidget(self.drop_area)
        layout.addLayout(row_of((*self.buttons.values(), self.export)))
        layout.addWidget(self.model)
        layout.addWidget(self.status)
        layout.addWidget(split, 1)

    @Slot(object)
    def open(self, path: Path) -> None:
        """Read one film, or screen a folder."""
        if self._work.state is not JobState.IDLE:
            return
        if not path.is_dir():
            self._work.start(read_film_job(path, self._session.model), self.show_event)
            return
        self._work.start(screen_job(path, self._begin(path), self._session.model), self.show_event)

    def watch(self, folder: Path) -> None:
        """Screen a folder and what comes into it until Cancel."""
        if self._work.state is JobState.IDLE:
            output = self._begin(folder)
            self._is_watching = True
            self._work.start(watch_job(folder, output, self._session.model), self.show_event)

    def _begin(self, folder: Path) -> Path:
        """Begin a new worklist; returns where its ledger will stand."""
        self._folder, self.result, self._is_watching = folder, None, False
        self.status.begin()
        output = new_timestamped_path(data_folder() / "screenings", "-screening.csv")
        self.worklist.show_folder(folder, (), self._keeper.book(output, ()))
        return output

    def close_thumbnails(self) -> None:
        """End reading and writing in the background."""
        self.worklist.close_thumbnails()
        self.reading.close_films()
        self._keeper.close()

    def show_event(self, event: object) -> None:
        """Show one event of a screening or reading."""
        self.status.show_event(event, self._folder)
        match event:
            case ScreeningStarted(_, resumed, classes):
                self.worklist.show_classes(classes)
                for row in resumed:
                    self.worklist.add(row)
            case FilmAnswered(row):
                self.worklist.add(row)
                if self._is_watching and row.decision is Decision.LIKELY:
                    self._announce(row)

    def _announce(self, row: LedgerRow) -> None:
        """Say quietly that a likely finding came: mark the window's entry in the task bar, and tell who listens."""
        QApplication.alert(self.window(), 0)
        self.likely_found.emit(row.file)

    def show_screening(self, result: ScreeningResult) -> None:
        self.result = result
        self._is_watching = False
        self.status.show_screening(result)
        self._on_state_changed(self._work.state)

    def show_opened(self, opened: WorklistOpened) -> None:
        """Show an earlier screening with the calls on it."""
        self._folder = opened.folder
        self.worklist.show_classes(opened.classes)
        self.worklist.show_folder(
            opened.folder, opened.result.rows, self._keeper.book(opened.result.output, opened.calls)
        )
        self.show_screening(opened.result)

    def show_reading(self, film: FilmReading) -> None:
        """Show a film's answer, unless the reader has to call it first."""
        self._reading = film
        row = self.worklist.chosen()
        if row is None or film.path != self.worklist.table.path_of(row):
            self.reading.show_answer(film)
        elif not self.worklist.may_see(row):
            self.reading.show_hidden(film)
        else:
            others = (format_other_model(row.model, film.model),) if row.model != film.model else ()
            self.reading.show_answer(replace(film, cautions=(*others, *film.cautions)))
        self.status.rest()

    def show_overridden(self, overridden: Overridden) -> None:
        """Show the answer on a film that was scored although the gate had refused it."""
        self.worklist.add(overridden.row)
        self.result = overridden.result
        self.show_reading(overridden.reading)
        self._on_state_changed(self._work.state)

    def show_exported(self, exported: Exported) -> None:
        self.status.sentence.setText(tr("Written: {path}", path=escape_name(str(exported.path))))
        self._on_state_changed(self._work.state)

    def go_on(self) -> None:
        """Read the film that was chosen while a job was running."""
        if self._wanted is not None and self._work.state is JobState.IDLE:
            row, self._wanted = self._wanted, None
            self._on_row_chosen(row)

    @Slot(object)
    def _on_row_chosen(self, row: LedgerRow) -> None:
        self._on_state_changed(self._work.state)
        path = self.worklist.table.path_of(row)
        if row.status is not Status.SCORED:
            self._wanted = None
            self.reading.show_without_answer(row, path)
            return
        if self._reading is not None and self._reading.path == path:
            self.show_reading(self._reading)
        elif self._work.state is JobState.IDLE:
            self._work.start(read_film_job(path, self._session.model), self.show_event)
        else:
            self._wanted = row

    @Slot()
    def _on_open_film(self) -> None:
        if path := messages.choose_file(self, tr("Film"), tr(FILMS)):
            self.open(path)

    @Slot()
    def choose_folder(self) -> None:
        """Ask for a folder and screen it."""
        if path := messages.choose_folder(self, tr("Folder of films")):
            self.open(path)

    @Slot()
    def _on_watch_folder(self) -> None:
        if path := messages.choose_folder(self, tr("Folder to watch")):
            self.watch(path)

    @Slot()
    def _on_open_worklist(self) -> None:
        folder = data_folder() / "screenings"
        ledger = messages.choose_file(self, tr("Earlier screening"), tr(LEDGERS), folder)
        if ledger and (films := messages.choose_folder(self, tr("The folder that was screened"))):
            self._work.start(open_worklist_job(ledger, films, self._session.model), self.show_event)

    @Slot()
    def _on_retry(self) -> None:
        if self._folder is not None and self.result is not None:
            job = screen_job(
                self._folder, final_ledger_path(self.result.output), self._session.model, retry_failed=True
            )
            self._work.start(job, self.show_event)

    @Slot()
    def _on_override(self) -> None:
        row = self.worklist.chosen()
        if row is not None and self._folder is not None and self.result is not None:
            self._work.start(score_anyway_job(self.result, self._folder, row, self._session.model), self.show_event)

    @Slot(object, object)
    def _on_export(self, kind: Export, path: Path) -> None:
        if self.result is not None and self._folder is not None:
            calls = self.worklist.book.calls()
            seen = self.worklist.measured_agreement()
            order = ExportOrder(kind, path, self.result, self._folder, calls, seen)
            self._work.start(export_job(order, self._session.model), self.show_event)

    @Slot(object, bool)
    def _on_dicom(self, folder: Path, keeps_identity: bool) -> None:
        if self._reading is not None:
            job = export_dicom_job(self._reading, self._session.model, folder, keeps_identity)
            self._work.start(job, self.show_event)

    @Slot(bool)
    def _on_labels(self, only_disagreements: bool) -> None:
        if self.result is not None and self._folder is not None:
            path = new_timestamped_path(data_folder() / "labels", "-labels.csv")
            calls = self.worklist.book.calls()
            job = called_films_job(path, self._folder, calls, self.result.rows, only_disagreements)
            self._work.start(job, self.show_event)

    @Slot(str)
    def _on_call_lost(self, sentence: str) -> None:
        said = tr("Your last call is not on the disk. {sentence}", sentence=sentence)
        messages.show_error(self, JobError(said))

    @Slot(object)
    def _on_state_changed(self, state: JobState) -> None:
        idle, result, chosen = state is JobState.IDLE, self.result, self.worklist.chosen()
        refused = chosen is not None and chosen.status is Status.REFUSED and chosen.reason in REFUSALS
        for name, made in self.buttons.items():
            made.setEnabled(idle)
            if name == "retry_failed":
                made.setEnabled(idle and result is not None and result.failed > 0)
            elif name == "override":
                made.setEnabled(idle and result is not None and refused)
            elif name == "cancel":
                made.setEnabled(state in {JobState.RUNNING, JobState.PAUSED})
        self.model.set_busy(not idle)
        self.drop_area.setEnabled(idle)
        self.export.setEnabled(idle and result is not None)
        self.status.progress.setVisible(not idle)
