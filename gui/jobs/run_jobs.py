"""Build jobs on trainings: list, rename, delete, compare, export."""

import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QFile

from core.jobs.events import Progressed, Stage
from core.runs.interrupted import find_interrupted, forget_run
from core.runs.run_comparison import compare_runs
from core.runs.run_folder import export_model
from core.runs.run_list import Run, read_runs, rename_run, runs_folder
from core.system.errors import JobFailed, Reason
from core.system.language import tr
from gui.jobs.worker import Job


@dataclass(frozen=True, slots=True)
class RunListing:
    """The stored trainings, newest first, and the folders of those that cannot be read.

    interrupted: the training to offer for being resumed, if any.
    """

    runs: tuple[Run, ...]
    unreadable: tuple[Path, ...] = ()
    interrupted: Run | None = None


def list_runs_job(folder: Path | None = None) -> Job:
    """Read the app's trainings, or those in `folder`; returns a RunListing."""

    def job(_cancel: threading.Event) -> Generator[object, None, object]:
        yield Progressed(Stage.READING_RUNS, 0, None)
        runs, unreadable = read_runs(folder or runs_folder())
        return RunListing(runs, unreadable, find_interrupted(runs))

    return job


def forget_run_job(run: Run) -> Job:
    """Offer an interrupted run no longer; returns a RunListing."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        forget_run(run)
        return (yield from list_runs_job()(cancel))

    return job


def rename_run_job(run: Run, name: str, note: str) -> Job:
    """Change the name and note of a run; returns a RunListing."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        rename_run(run, name, note)
        return (yield from list_runs_job()(cancel))

    return job


def delete_run_job(run: Run) -> Job:
    """Move a run to the system's trash; returns a RunListing. Raises JobFailed if it cannot."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        if not QFile(str(run.folder)).moveToTrash():
            sentence = tr("{folder} could not be moved to the trash. Nothing was deleted.", folder=run.folder)
            raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence)
        return (yield from list_runs_job()(cancel))

    return job


def compare_runs_job(runs: Sequence[Run]) -> Job:
    """Compare finished runs; returns a Comparison."""

    def job(_cancel: threading.Event) -> Generator[object, None, object]:
        yield Progressed(Stage.READING_RUNS, 0, None)
        return compare_runs(*runs)

    return job


def export_model_job(run: Run, path: Path) -> Job:
    """Copy a run's model to `path`; returns the path."""

    def job(_cancel: threading.Event) -> Generator[object, None, object]:
        yield Progressed(Stage.READING_RUNS, 0, None)
        export_model(run.folder, path)
        return path

    return job
