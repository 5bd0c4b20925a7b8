"""Export the open list, the film on the screen, the reader's labels, or the model in use."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from core.exports.export_jobs import Export, ExportOrder
from core.system.app_folders import data_folder, new_timestamped_path
from core.system.language import tr
from core.system.safe_text import escape_name
from gui.classify.export_menu import ExportButton
from gui.classify.reading_room import ReadingRoom
from gui.jobs.evaluation_jobs import export_onnx_job
from gui.jobs.jobs import Jobs
from gui.jobs.screening_jobs import called_films_job, export_dicom_job, export_job
from gui.state.session import Session


class Exporter(QObject):
    """Starts the jobs that export what is in the reading room.

    What is exported is what was there when it was chosen, whatever is opened while a dialog asks where to.
    Signal: written(Path).
    """

    written = Signal(object)

    def __init__(
        self, session: Session, work: Jobs, room: ReadingRoom, button: ExportButton, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._work, self._room, self._button = session, work, room, button
        button.export_wanted.connect(self.export)
        button.dicom_wanted.connect(self.export_film)
        button.labels_wanted.connect(self.export_labels)

    @Slot(object)
    def export(self, kind: Export) -> None:
        """Ask where to write the list with its calls, and write it."""
        opened = self._room.opened
        if opened is None or (result := opened.result) is None:
            return
        calls, classes = opened.book.calls(), opened.classes
        if path := self._button.ask_file(kind):
            order = ExportOrder(kind, path, result, opened.folder, calls, classes)
            self._work.start(export_job(order, opened.model), self.written.emit, tr("Exporting"))

    @Slot(bool)
    def export_film(self, keeps_identity: bool) -> None:
        """Ask where to write the film on the screen with its answer, as DICOM, and write it."""
        opened, desk = self._room.opened, self._room.desk
        row = desk.shown.row
        if opened is None or row is None or not desk.is_answer_visible:
            return
        opinion = opened.book.opinion(row)
        if folder := self._button.ask_folder():
            job = export_dicom_job(opened.folder, row, opened.model, folder, keeps_identity, opinion)
            self._work.start(job, self.written.emit, tr("Exporting"))

    @Slot(bool)
    def export_labels(self, only_disagreements: bool) -> None:
        """Write the reader's labels as a list, which the Dataset tab opens."""
        opened = self._room.opened
        if opened is not None and opened.result is not None:
            path = new_timestamped_path(data_folder() / "labels", "-labels.csv")
            calls, rows = opened.book.calls(), opened.result.rows
            job = called_films_job(path, opened.folder, calls, rows, only_disagreements)
            self._work.start(job, self._session.open_list, tr("Exporting"))

    @Slot(object)
    def export_onnx(self, path: Path) -> None:
        """Write the model in use to `path`, for other programs."""
        name = tr("Exporting {name}", name=escape_name(path.name))
        self._work.start(export_onnx_job(self._session.model, path), self.written.emit, name)
