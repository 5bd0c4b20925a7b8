"""Build jobs on unlabelled films: reading, screening, watching a folder, exports.

model: None for the bundled one.
"""

import threading
from collections.abc import Sequence
from pathlib import Path

from core.exports.export_jobs import ExportOrder, export_results, write_called_films
from core.jobs.events import Progressed, Stage
from core.screening.events import LedgerRow, ScreeningResult
from core.screening.reader_calls import Call, Opinion
from gui.jobs.worker import Steps, as_job


@as_job
def screen_job(
    cancel: threading.Event,
    folder: Path,
    output: Path,
    model: Path | None,
    retry_failed: bool = False,
    resume: bool = False,
) -> Steps[ScreeningResult]:
    """Screen a folder and write RESULTS.csv to `output`.

    retry_failed: screen only the films that failed before. resume: only the files that have no row yet.
    """
    from core.screening.screening import screen

    return (yield from screen(folder, output, model, cancel, None, resume, retry_failed))


@as_job
def watch_job(cancel: threading.Event, folder: Path, output: Path, model: Path | None) -> Steps[ScreeningResult]:
    """Screen a folder and films that arrive in it until cancelled."""
    from core.screening.watch_folder import watch

    return (yield from watch(folder, output, model, cancel))


@as_job
def export_job(cancel: threading.Event, order: ExportOrder, model: Path | None) -> Steps[Path | None]:
    """Write an export; returns its file, or None if cancelled."""
    return (yield from export_results(order, model, cancel))


@as_job
def export_dicom_job(
    cancel: threading.Event,
    folder: Path,
    row: LedgerRow,
    model: Path | None,
    target: Path,
    keeps_identity: bool,
    opinion: Opinion | None,
) -> Steps[Path]:
    """Write the answer of a row with its heat map and report as DICOM into `target`; returns the heat map's file.

    folder: that of the films. opinion: a reader's on this film. Raises JobFailed unless film and
    model are those that gave the answer.
    """
    from core.exports.film_export import export_film

    return (yield from export_film(folder, row, model, target, cancel, keeps_identity, opinion))


@as_job
def called_films_job(
    _cancel: threading.Event,
    path: Path,
    folder: Path,
    calls: Sequence[Call],
    rows: Sequence[LedgerRow],
    only_disagreements: bool,
) -> Steps[Path]:
    """Write the reader's calls as a label list, which can be opened as a dataset; returns `path`.

    Raises JobFailed if there is no such call.
    """
    yield Progressed(Stage.WRITING, 0, None)
    write_called_films(path, folder, calls, rows, only_disagreements)
    return path
