"""Start the jobs of one tab."""

from collections.abc import Callable
from typing import TypeVar

from gui.jobs.jobs import Jobs, JobState, ignore
from gui.jobs.worker import Job, JobError

R = TypeVar("R")


class OwnJobs:
    """Starts jobs for one tab. is_running: the job that runs was started here."""

    def __init__(
        self, work: Jobs, show_event: Callable[[object], None], show_failure: Callable[[JobError], None] = ignore
    ) -> None:
        self._work, self._show_event, self._show_failure = work, show_event, show_failure
        self.is_running = False

    def start(self, job: Job[R | None], show_result: Callable[[R], None], name: str) -> None:
        """Start a job unless another one runs. name: what it does."""
        if self._work.state is JobState.IDLE:
            self.is_running = True
            self._work.start(job, show_result, name, self._show_event, self._show_failure)

    def take_end(self) -> bool:
        """Return once whether a job that was started here has ended, however that was. No job runs now."""
        had_run, self.is_running = self.is_running, False
        return had_run
