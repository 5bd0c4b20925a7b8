"""Build jobs on unlabelled films: reading, screening, watching a folder, exports."""

import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.exports.export_jobs import ExportOrder, export_results, write_called_films
from core.jobs.events import Progressed, Stage
from core.models.model_header import bundled_model_path, read_header
from core.models.site_record import apply_site_record
from core.screening.events import FilmReading, LedgerRow, ScreeningResult
from core.screening.reader_calls import Call, Opinion, calls_path, read_calls
from core.screening.results_csv import UNFINISHED
from gui.jobs.worker import Job


def screen_job(
    folder: Path, output: Path, model: Path | None, retry_failed: bool = False, resume: bool = False
) -> Job:
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


def read_film_job(path: Path, model: Path | None, ignore_gate: bool = False) -> Job:
    """Classify one film; returns a FilmReading, or a FilmRefusal unless `ignore_gate`."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.screening.single_film import read_single_film

        return (yield from read_single_film(path, model, cancel, ignore_gate))

    return job


@dataclass(frozen=True, slots=True)
class WorklistResult:
    """An earlier screening with its folder, its classes and the reader's calls on it."""

    folder: Path
    result: ScreeningResult
    calls: tuple[Call, ...]
    classes: tuple[str, ...]


def open_worklist_job(ledger: Path, folder: Path, model: Path | None) -> Job:
    """Open an earlier screening by the same model, completing it if it was interrupted.

    Returns a WorklistResult.
    """

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.screening.screening import screen

        output = final_ledger_path(ledger)
        header = apply_site_record(read_header(model or bundled_model_path()))
        result = yield from screen(folder, output, model, cancel, resume=True)
        path = calls_path(output)
        calls = tuple(read_calls(path)) if path.exists() else ()
        return WorklistResult(folder, result, calls, header.classes)

    return job


def final_ledger_path(ledger: Path) -> Path:
    """Return the path that a ledger, possibly unfinished, has once it is complete."""
    return ledger.with_name(ledger.name.removesuffix(UNFINISHED))


@dataclass(frozen=True, slots=True)
class OverrideResult:
    """A refused film scored on request: its row, its reading, and the updated screening."""

    row: LedgerRow
    reading: FilmReading
    result: ScreeningResult


def score_anyway_job(result: ScreeningResult, folder: Path, row: LedgerRow, model: Path | None) -> Job:
    """Score a film that the input gate refused; returns an OverrideResult."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.screening.single_film import score_anyway

        return OverrideResult(*(yield from score_anyway(result, folder, row, model, cancel)))

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
