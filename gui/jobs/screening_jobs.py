"""Build jobs on unlabelled films: reading, screening, watching a folder, exports."""

import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.exports.export_jobs import ExportOrder, export_results, write_called_films
from core.jobs.events import Progressed, Stage
from core.screening.events import LedgerRow
from core.screening.reader_calls import Call, Opinion
from gui.jobs.worker import Job


def screen_job(folder: Path, output: Path, model: Path | None, retry_failed: bool = False, resume: bool = False) -> Job:
    """Screen a folder and write RESULTS.csv to `output`; returns a ScreeningResult.

    model: None for the bundled one, here and in the other jobs of this module. retry_failed: screen
    only the films that failed before. resume: only the files that have no row yet.
    """

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.screening.screening import screen

        return (yield from screen(folder, output, model, cancel, None, resume, retry_failed))

    return job


def watch_job(folder: Path, output: Path, model: Path | None) -> Job:
    """Screen a folder and films that arrive in it until cancelled; returns a ScreeningResult."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.screening.watch_folder import watch

        return (yield from watch(folder, output, model, cancel))

    return job


@dataclass(frozen=True, slots=True)
class ExportResult:
    """Where a screening, or part of one, was written."""

    path: Path


def export_job(order: ExportOrder, model: Path | None) -> Job:
    """Write an export; returns an ExportResult, or None if cancelled."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        path = yield from export_results(order, model, cancel)
        return None if path is None else ExportResult(path)

    return job


def export_dicom_job(
    folder: Path, row: LedgerRow, model: Path | None, target: Path, keeps_identity: bool, opinion: Opinion | None
) -> Job:
    """Write the answer of a row with its heat map and report as DICOM into `target`; returns an ExportResult.

    folder: that of the films. opinion: a reader's on this film. Raises JobFailed unless film and
    model are those that gave the answer.
    """

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.exports.film_export import export_film

        capture = yield from export_film(folder, row, model, target, cancel, keeps_identity, opinion)
        return ExportResult(capture)

    return job


@dataclass(frozen=True, slots=True)
class LabelListResult:
    """A label list written from the reader's calls, to be opened as a dataset."""

    path: Path


def called_films_job(
    path: Path, folder: Path, calls: Sequence[Call], rows: Sequence[LedgerRow], only_disagreements: bool
) -> Job:
    """Write the reader's calls as a label list; returns a LabelListResult.

    Raises JobFailed if there is no such call.
    """

    def job(_cancel: threading.Event) -> Generator[object, None, object]:
        yield Progressed(Stage.WRITING, 0, None)
        write_called_films(path, folder, calls, rows, only_disagreements)
        return LabelListResult(path)

    return job
