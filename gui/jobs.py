"""At most one job at a time, and a starter for each. Heavy core is imported here, on the worker, and nowhere else."""

import gc
import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

from PySide6.QtCore import QFile, QObject, Signal, Slot

from core.errors import JobFailed, Reason
from core.events import Progressed, Stage
from core.files import write_atomically
from core.language import tr
from core.preparation import AS_IT_IS, Preparation, kept_preparation, save_preparation, sidecar_of
from core.recipe import Augmentation, Recipe
from core.run_folder import MODEL
from core.runs import Run, compare, described, read_runs, runs_folder
from core.searches import latest_search
from gui.worker import Job, JobError, Worker


class JobState(Enum):
    """What the one worker is doing."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"


class Jobs(QObject):
    """Owner of the one worker.

    Signals: state_changed(JobState); succeeded(result) or failed(JobError) after the state is IDLE again, so that a
    slot may start the next job.
    """

    state_changed = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker: Worker | None = None
        self.state = JobState.IDLE

    def start(self, job: Job, show_event: Callable[[object], None]) -> None:
        """Run `job`; each of its events goes to `show_event`, a method of a widget.

        Raises RuntimeError while another job runs: buttons are disabled then.
        """
        if self._worker is not None:
            raise RuntimeError("a job is running already")
        self._worker = Worker(job, self)
        self._worker.event_arrived.connect(show_event)
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
        """Last resort when the system ends the program: cancel and wait so long at most."""
        if self._worker is not None:
            self._worker.cancel()
            self._worker.wait(milliseconds)

    def _set_state(self, state: JobState) -> None:
        self.state = state
        self.state_changed.emit(state)

    def _ended(self) -> None:
        if self._worker is not None:
            self._worker.deleteLater()
        self._worker = None
        self._set_state(JobState.IDLE)

    @Slot(object)
    def _on_succeeded(self, result: object) -> None:
        self._ended()
        self.succeeded.emit(result)

    @Slot(object)
    def _on_failed(self, error: JobError) -> None:
        self._ended()
        self.failed.emit(error)


def auditing(source: Path, preparation: Preparation | None) -> Job:
    """Read and check a dataset and keep how it was read; None takes what was kept. Returns an AuditResult."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.audit import audit

        chosen = kept_preparation(source) if preparation is None else preparation
        result = yield from audit(source, cancel, chosen)
        if result.completed and preparation is not None:
            save_preparation(preparation, sidecar_of(source))
        return result

    return job


def looking(source: Path, preparation: Preparation) -> Job:
    """See how a dataset could be read; returns an IntakeLook."""

    def job(_cancel: threading.Event) -> Generator[object, None, object]:
        from core.dataset import look

        yield Progressed(Stage.READING_DATASET, 0, None)
        return look(source, preparation)

    return job


def demonstrating(folder: Path) -> Job:
    """Make the synthetic phantoms, then check them like any dataset; None where it was cancelled before."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.audit import audit
        from core.demo import make_demo

        dataset = yield from make_demo(folder, cancel)
        return None if cancel.is_set() else (yield from audit(dataset, cancel))

    return job


def testing_model() -> Job:
    """Score the known films with the bundled model; the result is a SelfTestResult."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.evaluation import self_test

        return (yield from self_test(cancel))

    return job


@cache
def freeze_heavy() -> None:
    """Take torch's many objects out of the cycle collector, whose full pass would hold the window for 250 ms.

    Once only: what a job before left in cycles, such as its network, would be kept for ever with them.
    """
    import torch  # noqa: F401

    gc.freeze()


def training(source: Path, recipe: Recipe, run_dir: Path, resume: bool, preparation: Preparation = AS_IT_IS) -> Job:
    """Train; returns a TrainingResult."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.training import train

        freeze_heavy()
        return (yield from train(source, recipe, run_dir, cancel, resume, preparation))

    return job


def finding_rate(source: Path, recipe: Recipe, preparation: Preparation) -> Job:
    """Look for a learning rate; returns a RateCurve, None where it was cancelled."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.rate_finder import find_rate

        freeze_heavy()
        return (yield from find_rate(source, recipe, cancel, preparation))

    return job


def searching(source: Path, recipe: Recipe, folder: Path, seconds: float, preparation: Preparation) -> Job:
    """Try recipes for so long; returns a SearchResult."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.search import search

        freeze_heavy()
        return (yield from search(source, recipe, folder, cancel, seconds, preparation=preparation))

    return job


def continuing_search(source: Path, seconds: float, preparation: Preparation) -> Job:
    """Go on for so long with the newest search on this dataset; returns a SearchResult."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        found = latest_search(runs_folder(), source)
        return (yield from searching(source, found.recipe, found.folder, seconds, preparation)(cancel))

    return job


def previewing(path: Path, augmentation: Augmentation, size_px: int, count: int, seed: int) -> Job:
    """Change a film as a training would; returns a Preview."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.preview import preview

        freeze_heavy()
        return (yield from preview(path, augmentation, size_px, count, seed, cancel))

    return job


@dataclass(frozen=True, slots=True)
class RunsListed:
    """The trainings that the app keeps, the newest first, and the folders of those that cannot be read."""

    runs: tuple[Run, ...]
    unreadable: tuple[Path, ...] = ()


def listing_runs(folder: Path | None = None) -> Job:
    """Read the app's trainings, or those in `folder`; returns RunsListed."""

    def job(_cancel: threading.Event) -> Generator[object, None, object]:
        yield Progressed(Stage.READING_RUNS, 0, None)
        return RunsListed(*read_runs(folder or runs_folder()))

    return job


def describing_run(run: Run, name: str, note: str) -> Job:
    """Name and annotate a run; returns RunsListed."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        described(run, name, note)
        return (yield from listing_runs()(cancel))

    return job


def deleting_run(run: Run) -> Job:
    """Move a run to the system's trash; returns RunsListed."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        if not QFile(str(run.folder)).moveToTrash():
            sentence = tr("{folder} could not be moved to the trash. Nothing was deleted.", folder=run.folder)
            raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence)
        return (yield from listing_runs()(cancel))

    return job


def comparing(runs: Sequence[Run]) -> Job:
    """Compare finished runs; returns a Comparison."""

    def job(_cancel: threading.Event) -> Generator[object, None, object]:
        yield Progressed(Stage.READING_RUNS, 0, None)
        return compare(*runs)

    return job


def exporting_model(run: Run, path: Path) -> Job:
    """Copy a run's model to `path`; returns the path."""

    def job(_cancel: threading.Event) -> Generator[object, None, object]:
        yield Progressed(Stage.READING_RUNS, 0, None)
        data = (run.folder / MODEL).read_bytes()
        write_atomically(path, lambda stream: stream.write(data))
        return path

    return job
