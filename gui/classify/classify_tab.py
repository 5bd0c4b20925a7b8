"""The Classify tab: screen a folder, watch one, or read one film; worklist, heat map, exports."""

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QApplication, QSplitter, QVBoxLayout, QWidget

from core.exports.export_jobs import Export, ExportOrder
from core.models.decision import Decision
from core.models.events import OnnxExport
from core.screening.events import (
    FilmAnswered,
    FilmReading,
    FilmRefusal,
    LedgerRow,
    RowSuperseded,
    ScreeningResult,
    ScreeningStarted,
    Status,
)
from core.screening.folder_listing import relative_name
from core.system.app_folders import data_folder, new_timestamped_path
from core.system.language import tr
from core.system.safe_text import escape_name
from gui.classify.call_writer import CallWriter
from gui.classify.model_bar import ModelBar
from gui.classify.reading_panel import ReadingPanel
from gui.classify.screening_controls import ScreeningControls
from gui.classify.screening_status import ScreeningStatus
from gui.classify.selected_film import SelectedFilm
from gui.classify.worklist import Worklist, find_opinion
from gui.jobs.jobs import Jobs, JobState
from gui.jobs.screening_jobs import (
    ExportResult,
    OverrideResult,
    WorklistResult,
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


class ClassifyTab(QWidget):
    """Starts screenings and readings with the session's model.

    result: the finished screening on the tab, None before there is one.
    Signal: likely_found(str file) for each likely finding in a watched folder.
    """

    likely_found = Signal(str)

    def __init__(self, session: Session, work: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._work = session, work
        self._folder: Path | None = None
        self.result: ScreeningResult | None = None
        self._is_watching = False
        self._call_writer = CallWriter(self)
        self._build()
        self._connect()
        self._on_state_changed(work.state)

    def _build(self) -> None:
        self.controls = ScreeningControls()
        self.model = ModelBar(self._session)
        self.status = ScreeningStatus()
        self.worklist = Worklist(self)
        self.reading = ReadingPanel()
        self.selected_film = SelectedFilm(self.worklist, self.reading, self._session, self._work, self.show_event, self)
        split = QSplitter()
        split.addWidget(self.worklist)
        split.addWidget(self.reading)
        split.setSizes([800, 460])
        layout = QVBoxLayout(self)
        layout.addWidget(self.controls)
        layout.addWidget(self.model)
        layout.addWidget(self.status)
        layout.addWidget(split, 1)

    def _connect(self) -> None:
        controls, work = self.controls, self._work
        controls.path_opened.connect(self.open)
        controls.watch_wanted.connect(self.watch)
        controls.worklist_wanted.connect(self._on_worklist_wanted)
        controls.retry_wanted.connect(self._on_retry)
        controls.override_wanted.connect(self._on_override)
        controls.cancel_wanted.connect(work.cancel)
        controls.export.export_wanted.connect(self._on_export)
        controls.export.dicom_wanted.connect(self._on_dicom)
        controls.export.labels_wanted.connect(self._on_labels)
        self._call_writer.failed.connect(self._on_call_lost)
        self.worklist.row_chosen.connect(self._on_row_chosen)
        self.selected_film.shown.connect(self.status.show_idle)
        work.state_changed.connect(self._on_state_changed)
        work.failed.connect(self.status.show_idle)

    @Slot(object)
    def open(self, path: Path) -> None:
        """Read one film, or screen a folder."""
        if self._work.state is not JobState.IDLE:
            return
        if path.is_dir():
            self._work.start(screen_job(path, self._begin(path), self._session.model), self.show_event)
        else:
            self._work.start(read_film_job(path, self._session.model), self.show_event)

    @Slot(object)
    def watch(self, folder: Path) -> None:
        """Screen a folder, and films that arrive in it until Cancel."""
        if self._work.state is JobState.IDLE:
            output = self._begin(folder)
            self._is_watching = True
            self._work.start(watch_job(folder, output, self._session.model), self.show_event)

    def _begin(self, folder: Path) -> Path:
        """Begin an empty worklist; returns the path for its ledger."""
        self._folder, self.result, self._is_watching = folder, None, False
        self.status.reset()
        self.selected_film.clear()
        output = new_timestamped_path(data_folder() / "screenings", "-screening.csv")
        self.worklist.show_folder(folder, (), self._call_writer.open_book(output, ()))
        return output

    def stop_background_work(self) -> None:
        """Finish reading films and writing calls in the background."""
        self.worklist.close_thumbnails()
        self.reading.close_films()
        self._call_writer.close()

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
            case RowSuperseded(row):
                self.selected_film.withdraw(row)

    def _announce(self, row: LedgerRow) -> None:
        """Flash the window's entry in the task bar and emit likely_found."""
        QApplication.alert(self.window(), 0)
        self.likely_found.emit(row.file)

    def show_screening(self, result: ScreeningResult) -> None:
        self.result = result
        self._is_watching = False
        self.status.show_screening(result)
        self._on_state_changed(self._work.state)

    def show_opened(self, opened: WorklistResult) -> None:
        """Show an earlier screening with the reader's calls on it."""
        self._folder = opened.folder
        self.selected_film.clear()
        self.worklist.show_classes(opened.classes)
        book = self._call_writer.open_book(opened.result.output, opened.calls)
        self.worklist.show_folder(opened.folder, opened.result.rows, book)
        self.show_screening(opened.result)

    def show_reading(self, film: FilmReading) -> None:
        """Show a film with the model's answer, hidden if the reader has to call the film first."""
        self.selected_film.show_reading(film)
        self._on_state_changed(self._work.state)

    def show_refusal(self, film: FilmRefusal) -> None:
        """Show a film that the model's gate refused; it can be scored anyway."""
        self.selected_film.show_refusal(film)
        self._on_state_changed(self._work.state)

    def show_overridden(self, overridden: OverrideResult) -> None:
        """Show the answer on a film that was scored although the input gate had refused it."""
        self.worklist.add(overridden.row)
        self.result = overridden.result
        self.show_reading(overridden.reading)

    def show_exported(self, exported: ExportResult | OnnxExport) -> None:
        self.status.sentence.setText(tr("Written: {path}", path=escape_name(str(exported.path))))
        self._on_state_changed(self._work.state)

    @Slot(object)
    def _on_row_chosen(self, row: LedgerRow) -> None:
        self.selected_film.show_row(row)
        self._on_state_changed(self._work.state)

    @Slot(object, object)
    def _on_worklist_wanted(self, ledger: Path, films: Path) -> None:
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
        row, refusal = self.worklist.selected_row(), self.selected_film.refusal
        if refusal is not None:
            self._work.start(read_film_job(refusal.path, self._session.model, ignore_gate=True), self.show_event)
        elif row is not None and self._folder is not None and self.result is not None:
            self._work.start(score_anyway_job(self.result, self._folder, row, self._session.model), self.show_event)

    @Slot(object, object)
    def _on_export(self, kind: Export, path: Path) -> None:
        if self.result is not None and self._folder is not None:
            calls, agreement = self.worklist.book.calls(), self.worklist.measure_agreement()
            order = ExportOrder(kind, path, self.result, self._folder, calls, agreement)
            self._work.start(export_job(order, self._session.model), self.show_event)

    @Slot(object, bool)
    def _on_dicom(self, folder: Path, keeps_identity: bool) -> None:
        if (film := self.selected_film.reading) is not None:
            row, opinion = _build_row(film), find_opinion(self.worklist, film)
            job = export_dicom_job(film.path.parent, row, self._session.model, folder, keeps_identity, opinion)
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
        message = tr("Your last call was not saved. {sentence}", sentence=sentence)
        messages.show_error(self, JobError(message))

    @Slot(object)
    def _on_state_changed(self, state: JobState) -> None:
        row, refusal = self.worklist.selected_row(), self.selected_film.refusal
        self.controls.update_enabled(state, self.result, row, refusal)
        self.model.set_busy(state is not JobState.IDLE)
        self.status.progress.setVisible(state is not JobState.IDLE)


def _build_row(film: FilmReading) -> LedgerRow:
    """Return the row that a film alone in its folder has."""
    name, label, probability = relative_name(film.path, film.path.parent), film.label, film.probability
    return LedgerRow(name, Status.SCORED, film.reason, label, probability, film.decision, film.model, film=film.film)
