"""Build jobs on trainings: rename, delete, compare, export."""

import threading
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QFile

from core.jobs.events import Progressed, Stage
from core.runs.interrupted import forget_run
from core.runs.run_comparison import Comparison, compare_runs
from core.runs.run_folder import export_model
from core.runs.run_list import Run, rename_run, runs_folder
from core.runs.run_listing import RunListing, read_listing
from core.system.errors import JobFailed, Reason
from core.system.language import tr
from gui.jobs.worker import Steps, as_job


@as_job
def forget_run_job(_cancel: threading.Event, run: Run) -> Steps[None]:
    """Offer an interrupted run no longer."""
    yield Progressed(Stage.READING_RUNS, 0, None)
    forget_run(run)


@as_job
def rename_run_job(_cancel: threading.Event, run: Run, name: str, note: str) -> Steps[RunListing]:
    """Change the name and note of a run; returns the list of all."""
    yield Progressed(Stage.READING_RUNS, 0, None)
    rename_run(run, name, note)
    return read_listing(runs_folder())


@as_job
def delete_run_job(_cancel: threading.Event, run: Run) -> Steps[RunListing]:
    """Move a run to the system's trash; returns the list of the others. Raises JobFailed if it cannot."""
    yield Progressed(Stage.READING_RUNS, 0, None)
    if not QFile(str(run.folder)).moveToTrash():
        sentence = tr("{folder} could not be moved to the trash. Nothing was deleted.", folder=run.folder)
        raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence)
    return read_listing(runs_folder())


@as_job
def compare_runs_job(_cancel: threading.Event, runs: Sequence[Run]) -> Steps[Comparison]:
    """Compare finished runs."""
    yield Progressed(Stage.READING_RUNS, 0, None)
    return compare_runs(*runs)


@as_job
def export_model_job(_cancel: threading.Event, run: Run, path: Path) -> Steps[Path]:
    """Copy a run's model to `path`, which is returned."""
    yield Progressed(Stage.READING_RUNS, 0, None)
    export_model(run.folder, path)
    return path
