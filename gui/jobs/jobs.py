"""Run at most one job at a time."""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, Protocol, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from gui.jobs.worker import Job, JobError, Worker

R = TypeVar("R")


class JobState(Enum):
    """State of the one worker."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"


class StartJob(Protocol):
    """Starts a job of this name, as a tab does for its parts, and shows its result."""

    def __call__(self, job: Job[R | None], show_result: Callable[[R], None], name: str) -> None: ...


def ignore(_: object) -> None:
    """Show nothing of a job."""


@dataclass(frozen=True, slots=True)
class _Asker:
    """The methods of who started a job."""

    show_result: Callable[[Any], None]
    show_event: Callable[[object], None]
    show_failure: Callable[[JobError], None]


class Jobs(QObject):
    """Owns the one worker.

    name: what runs, as the user sees it; "" while nothing does. is_closed: see `close`.
    Signals: state_changed(JobState); event_arrived(event) for each event of a job; ended(result or
    JobError) once who asked for the job has shown it.
    """

    state_changed = Signal(object)
    event_arrived = Signal(object)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker: Worker | None = None
        self._asker = _Asker(ignore, ignore, ignore)
        self.state = JobState.IDLE
        self.name = ""  # of the job that runs or ran last, for a person
        self.is_closed = False

    def start(
        self,
        job: Job[R | None],
        show_result: Callable[[R], None],
        name: str = "",
        show_event: Callable[[object], None] = ignore,
        show_failure: Callable[[JobError], None] = ignore,
    ) -> None:
        """Run `job`, and hand on what comes of it.

        show_result: called at the end, unless the job returns None, as one may that was cancelled; the
        state is IDLE again by then, so the next job may be started. name: what the job does,
        translated, as in "Training resnet50-best". show_event: called for each event. show_failure:
        called if the job fails; the window shows every failure, so few need this.
        Does nothing while another job runs. Buttons are disabled then, but a job may have begun
        while the dialog of this one was open.
        """
        if self._worker is not None:
            return
        self.name, self._asker = name, _Asker(show_result, show_event, show_failure)
        self._worker = Worker(job, self)
        self._worker.event_arrived.connect(self._on_event)
        self._worker.succeeded.connect(self._on_succeeded)
        self._worker.failed.connect(self._on_failed)
        self._set_state(JobState.RUNNING)
        self._worker.start()

    def cancel(self) -> None:
        if self._worker is not None:
            self._set_state(JobState.STOPPING)
            self._worker.cancel()

    def close(self) -> None:
        """Cancel what runs; its end is not shown any more, as the window is closing."""
        self.is_closed = True
        self.cancel()

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

    def _discard_worker(self) -> _Asker:
        """Be ready for the next job; return who asked for the one that ended."""
        asker, self._asker = self._asker, _Asker(ignore, ignore, ignore)
        if self._worker is not None:
            self._worker.deleteLater()
        self._worker = None
        self._set_state(JobState.IDLE)
        return asker

    @Slot(object)
    def _on_event(self, event: object) -> None:
        self._asker.show_event(event)
        self.event_arrived.emit(event)

    @Slot(object)
    def _on_succeeded(self, result: object) -> None:
        asker = self._discard_worker()
        if result is not None and not self.is_closed:
            asker.show_result(result)
        self.ended.emit(result)

    @Slot(object)
    def _on_failed(self, error: JobError) -> None:
        asker = self._discard_worker()
        if not self.is_closed:
            asker.show_failure(error)
        self.ended.emit(error)


@cache
def freeze_torch() -> None:
    """Import torch and exclude its objects from garbage collection.

    A full collection over them would block the window for 250 ms. Done once only: a later freeze
    would also keep for ever whatever an earlier job left in reference cycles, such as its network.
    """
    import torch  # noqa: F401

    gc.freeze()
