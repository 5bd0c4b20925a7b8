"""Export the open list, the film on the screen, or the reader's labels."""

from PySide6.QtCore import QObject, Slot

from core.exports.export_jobs import Export, ExportOrder
from core.system.app_folders import data_folder, new_timestamped_path
from core.system.language import tr
from gui.classify.export_menu import ExportButton
from gui.classify.reading_room import ReadingRoom
from gui.jobs.jobs import Jobs
from gui.jobs.screening_jobs import called_films_job, export_dicom_job, export_job
from gui.jobs.worker import Job


class Exporter(QObject):
    """Starts the jobs that export what is in the reading room.

    What is exported is what was there when it was chosen, whatever is opened while a dialog asks where to.
    """

    def __init__(self, work: Jobs, room: ReadingRoom, button: ExportButton, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work, self._room, self._button = work, room, button
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
            self._start(export_job(order, opened.model))

    @Slot(bool)
    def export_film(self, keeps_identity: bool) -> None:
        """Ask where to write the film on the screen with its answer, as DICOM, and write it."""
        opened, desk = self._room.opened, self._room.desk
        row = desk.shown.row
        if opened is None or row is None or not desk.is_answer_visible:
            return
        opinion = opened.opinion(row)
        if folder := self._button.ask_folder():
            self._start(export_dicom_job(opened.folder, row, opened.model, folder, keeps_identity, opinion))

    @Slot(bool)
    def export_labels(self, only_disagreements: bool) -> None:
        """Write the reader's labels as a list, which the Dataset tab opens."""
        opened = self._room.opened
        if opened is not None and opened.result is not None:
            path = new_timestamped_path(data_folder() / "labels", "-labels.csv")
            calls, rows = opened.book.calls(), opened.result.rows
            self._start(called_films_job(path, opened.folder, calls, rows, only_disagreements))

    def _start(self, job: Job) -> None:
        self._work.start(job, self._ignore, tr("Exporting"))

    def _ignore(self, _event: object) -> None:
        """Show nothing: the strip at the bottom of the window follows every job."""
