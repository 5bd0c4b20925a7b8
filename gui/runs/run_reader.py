"""Read the list of runs beside whatever other job runs."""

from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from gui.jobs.jobs import Jobs, JobState
from gui.jobs.run_jobs import RunListing, list_runs_job
from gui.jobs.worker import JobError

STOP_MILLISECONDS: Final = 2000


class RunReader(QObject):
    """Has a worker of its own. Signals: read(RunListing); failed(JobError)."""

    read = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_closed = False
        self._is_outdated = False  # the runs have changed since they began to be read
        self._work = Jobs(self)
        self._work.succeeded.connect(self._on_succeeded)
        self._work.failed.connect(self._on_failed)

    @Slot()
    def refresh(self) -> None:
        """Read the list, once more if it is being read."""
        if not self._is_closed:
            self._is_outdated = self._work.state is not JobState.IDLE
            self._work.start(list_runs_job(), self._show_event)

    def close(self) -> None:
        """Stop reading, for good."""
        self._is_closed, self._is_outdated = True, False
        self._work.stop_now(STOP_MILLISECONDS)

    def _show_event(self, _event: object) -> None:
        """Show nothing: reading the list takes too little time for progress."""

    @Slot(object)
    def _on_succeeded(self, listing: RunListing) -> None:
        if self._is_outdated:
            self.refresh()
        else:
            self.read.emit(listing)

    @Slot(object)
    def _on_failed(self, error: JobError) -> None:
        self.failed.emit(error)
