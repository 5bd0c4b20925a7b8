"""Export the open list, the film on the screen, or the reader's labels."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from core.exports.export_jobs import Export, ExportOrder
from core.system.app_folders import data_folder, new_timestamped_path
from core.system.language import tr
from gui.classify.reading_room import ReadingRoom
from gui.jobs.jobs import Jobs
from gui.jobs.screening_jobs import called_films_job, export_dicom_job, export_job
from gui.jobs.worker import Job
from gui.reading.call_progress import measure_list_agreement


class Exporter(QObject):
    """Starts the jobs that export what is in the reading room. show_event: receives their events."""

    def __init__(
        self, work: Jobs, room: ReadingRoom, show_event: Callable[[object], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._work, self._room, self._show_event = work, room, show_event

    @Slot(object, object)
    def export(self, kind: Export, path: Path) -> None:
        """Write the list with its calls."""
        opened = self._room.opened
        if opened is not None and opened.result is not None:
            agreement = measure_list_agreement(opened)
            order = ExportOrder(kind, path, opened.result, opened.folder, opened.book.calls(), agreement)
            self._start(export_job(order, opened.model))

    @Slot(object, bool)
    def export_film(self, folder: Path, keeps_identity: bool) -> None:
        """Write the film on the screen, with its answer, as DICOM."""
        opened, desk = self._room.opened, self._room.desk
        row = desk.shown.row
        if opened is not None and row is not None and desk.is_answer_visible:
            self._start(export_dicom_job(opened.folder, row, opened.model, folder, keeps_identity, opened.opinion(row)))

    @Slot(bool)
    def export_labels(self, only_disagreements: bool) -> None:
        """Write the reader's labels as a list, which the Dataset tab opens."""
        opened = self._room.opened
        if opened is not None and opened.result is not None:
            path = new_timestamped_path(data_folder() / "labels", "-labels.csv")
            calls, rows = opened.book.calls(), opened.result.rows
            self._start(called_films_job(path, opened.folder, calls, rows, only_disagreements))

    def _start(self, job: Job) -> None:
        self._work.start(job, self._show_event, tr("Exporting"))
