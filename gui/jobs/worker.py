"""Run one core job on a thread and deliver its events to the window."""

import logging
import threading
import traceback
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from PySide6.QtCore import QObject, QThread, Signal, Slot

from core.system.error_messages import format_error
from core.system.language import tr

P = ParamSpec("P")
R = TypeVar("R")
Steps = Generator[object, None, R]  # yields events, returns a result
Job = Callable[[threading.Event], Steps[R]]  # of the event that cancels it
log = logging.getLogger(__name__)


def as_job(steps: Callable[Concatenate[threading.Event, P], Steps[R]]) -> Callable[P, Job[R]]:
    """Turn a generator function, with the event that cancels it first, into a function that builds its job.

    All of its body runs on the worker, so what loads torch is imported there.
    """

    @wraps(steps)
    def build(*arguments: P.args, **options: P.kwargs) -> Job[R]:
        return lambda cancel: steps(cancel, *arguments, **options)

    return build


@dataclass(frozen=True, slots=True)
class JobError:
    """Why a job failed.

    sentence: for the user. traceback: empty unless the fault lies in the program itself.
    """

    sentence: str
    traceback: str = ""


def describe_error(error: BaseException) -> JobError:
    """Return what to show of an error, with its traceback where the program itself is at fault."""
    log.error("a job failed: %s", type(error).__name__)
    if sentence := format_error(error):
        return JobError(sentence)
    sentence = tr("An error occurred inside the program ({kind}).", kind=type(error).__name__)
    return JobError(sentence, "".join(traceback.format_exception(error)))


class Worker(QThread):
    """One job on its own thread.

    Signals, on the window's thread: event_arrived(event), in order; then, when the thread has
    ended, exactly one of succeeded(result) and failed(JobError). A cancelled job succeeds; its
    result says how far it got.
    """

    event_arrived = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)

    def __init__(self, job: Job[object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job = job
        self._cancel = threading.Event()
        self._may_continue = threading.Event()
        self._may_continue.set()
        self._result: object = None
        self._error: JobError | None = None
        self.finished.connect(self._announce)

    def cancel(self) -> None:
        """Ask the job to stop after its current batch; wakes a paused job."""
        self._cancel.set()
        self._may_continue.set()

    def pause(self, paused: bool) -> None:
        """Hold the job at its next event, or let it continue."""
        if paused and not self._cancel.is_set():
            self._may_continue.clear()
        else:
            self._may_continue.set()

    def run(self) -> None:
        try:
            self._result = self._drain()
        except BaseException as error:  # Qt only prints what leaves run()
            self._error = describe_error(error)

    def _drain(self) -> object:
        with closing(self._job(self._cancel)) as events:
            while True:
                self._may_continue.wait()
                try:
                    event = next(events)
                except StopIteration as end:
                    return end.value
                self.event_arrived.emit(event)

    @Slot()
    def _announce(self) -> None:
        if self._error is None:
            self.succeeded.emit(self._result)
        else:
            self.failed.emit(self._error)
