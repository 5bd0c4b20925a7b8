"""Run at most one job at a time.

Modules of core that import torch are imported only inside the jobs of this package, so on the
worker thread.
"""

import gc
import threading
from collections.abc import Callable, Generator
from enum import Enum
from functools import cache

from PySide6.QtCore import QObject, Signal, Slot

from gui.jobs.worker import Job, JobError, Worker


class JobState(Enum):
    """State of the one worker."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"


class Jobs(QObject):
    """Owns the one worker.

    name: what runs, as the user is told; "" while nothing does.
    Signals: state_changed(JobState); event_arrived(event) for each event of a job; succeeded(result)
    or failed(JobError) when a job has ended. The state is IDLE again by then, so a slot may start
    the next job.
    """

    state_changed = Signal(object)
    event_arrived = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker: Worker | None = None
        self.state = JobState.IDLE
        self.name = ""  # of the job that runs or ran last, for a person

    def start(self, job: Job, show_event: Callable[[object], None], name: str = "") -> None:
        """Run `job` and pass each of its events to `show_event`, a method of a widget.

        name: what the job does, translated, as in "Training resnet50-best".
        Does nothing while another job runs. Buttons are disabled then, but a job may have begun
        while the dialog of this one was open.
        """
        if self._worker is not None:
            return
        self.name = name
        self._worker = Worker(job, self)
        self._worker.event_arrived.connect(show_event)
        self._worker.event_arrived.connect(self.event_arrived)
        self._worker.succeeded.connect(self._on_succeeded)
        self._worker.failed.connect(self._on_failed)
        self._set_state(JobState.RUNNING)
        self._worker.start()

    def cancel(self) -> None:
        if self._worker is not None:
            self._set_state(JobState.STOPPING)
            self._worker.cancel()

    def set_paused(self, paused: bool) -> None:
        if self._worker is not None and self.state is not JobState.STOPPING:
            self._worker.pause(paused)
            self._set_state(JobState.PAUSED if paused else JobState.RUNNING)

    def stop_now(self, milliseconds: int) -> None:
        """Cancel and wait for at most `milliseconds`: the last resort when the program is ended."""
        if self._worker is not None:
            self._worker.cancel()
            self._worker.wait(milliseconds)

    def _set_state(self, state: JobState) -> None:
        self.state = state
        self.state_changed.emit(state)

    def _discard_worker(self) -> None:
        if self._worker is not None:
            self._worker.deleteLater()
        self._worker = None
        self._set_state(JobState.IDLE)

    @Slot(object)
    def _on_succeeded(self, result: object) -> None:
        self._discard_worker()
        self.succeeded.emit(result)

    @Slot(object)
    def _on_failed(self, error: JobError) -> None:
        self._discard_worker()
        self.failed.emit(error)


def self_test_job() -> Job:
    """Score the reference films with the bundled model; returns a SelfTestResult."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.inference.self_test import run_self_test

        return (yield from run_self_test(cancel))

    return job


@cache
def freeze_torch() -> None:
    """Import torch and exclude its objects from garbage collection.

    A full collection over them would block the window for 250 ms. Done once only: a later freeze
    would also keep for ever whatever an earlier job left in reference cycles, such as its network.
    """
    import torch  # noqa: F401

    gc.freeze()
