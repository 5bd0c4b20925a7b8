"""Starters of jobs about unlabelled films: reading, screening, watching, exports."""

import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.exports.export_jobs import Export, ExportOrder, export, write_called_films
from core.jobs.events import Progressed, Stage
from core.models.model_header import bundled_model, read_header
from core.models.site_record import in_use
from core.screening.events import FilmReading, LedgerRow, ScreeningResult
from core.screening.reader_calls import Call, calls_path, read_calls
from core.screening.results_csv import UNFINISHED
from core.system.errors import JobFailed, Reason
from core.system.language import tr
from gui.jobs.jobs import freeze_heavy
from gui.jobs.worker import Job


def screening(folder: Path, output: Path, model: Path | None, retry_failed: bool = False) -> Job:
    """Screen a folder, or only what failed of it; returns a ScreeningResult."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.screening.screening import screen

        freeze_heavy()
        return (yield from screen(folder, output, model, cancel, retry_failed=retry_failed))

    return job


def watching(folder: Path, output: Path, model: Path | None) -> Job:
    """Screen a folder and what comes into it until it is cancelled; returns a ScreeningResult."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.screening.watch_folder import watch

        freeze_heavy()
        return (yield from watch(folder, output, model, cancel))

    return job


def reading(path: Path, model: Path | None) -> Job:
    """Classify one film; returns a FilmReading."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.screening.single_film import read_one

        freeze_heavy()
        return (yield from read_one(path, model, cancel))

    return job


@dataclass(frozen=True, slots=True)
class WorklistOpened:
    """An earlier screening, the calls on it, and the folder and classes it is about."""

    folder: Path
    result: ScreeningResult
    calls: tuple[Call, ...]
    classes: tuple[str, ...]


def opening_worklist(ledger: Path, folder: Path, model: Path | None) -> Job:
    """Open an earlier screening by the same model, and finish it where it was interrupted; returns WorklistOpened."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.screening.screening import screen

        freeze_heavy()
        output = final_path(ledger)
        header = in_use(read_header(model or bundled_model()))
        result = yield from screen(folder, output, model, cancel, resume=True)
        path = calls_path(output)
        calls = tuple(read_calls(path)) if path.exists() else ()
        return WorklistOpened(folder, result, calls, header.classes)

    return job


def final_path(ledger: Path) -> Path:
    """The final name of a ledger that may be unfinished."""
    return ledger.with_name(ledger.name.removesuffix(UNFINISHED))


@dataclass(frozen=True, slots=True)
class Overridden:
    """A refused film was scored because a person wanted it: its row, its reading, and the screening with it."""

    row: LedgerRow
    reading: FilmReading
    result: ScreeningResult


def overriding(result: ScreeningResult, folder: Path, row: LedgerRow, model: Path | None) -> Job:
    """Score a film that was refused; returns Overridden."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.screening.single_film import override

        freeze_heavy()
        return Overridden(*(yield from override(result, folder, row, model, cancel)))

    return job


@dataclass(frozen=True, slots=True)
class Exported:
    """A screening, or a part of it, was written there."""

    path: Path


def exporting(order: ExportOrder, model: Path | None) -> Job:
    """Write an export; returns Exported, None where it was cancelled."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        if order.kind is Export.SUMMARY:
            freeze_heavy()
        path = yield from export(order, model, cancel)
        return None if path is None else Exported(path)

    return job


def exporting_dicom(film: FilmReading, model: Path | None, folder: Path, keeps_identity: bool) -> Job:
    """Write a film's heat map and report as DICOM; returns Exported."""

    def job(_cancel: threading.Event) -> Generator[object, None, object]:
        from core.exports.dicom_export import write_dicom

        yield Progressed(Stage.WRITING, 0, None)
        header = in_use(read_header(model or bundled_model()))
        if header.name != film.model:
            sentence = tr("This film was read by another model. Open it again, then export it.")
            raise JobFailed(Reason.MODEL_INVALID, sentence)
        capture, _ = write_dicom(film, header, folder, keeps_identity)
        return Exported(capture)

    return job


@dataclass(frozen=True, slots=True)
class LabelsMade:
    """A label list of the reader's calls was written, to be opened as a dataset."""

    path: Path


def making_labels(
    path: Path, folder: Path, calls: Sequence[Call], rows: Sequence[LedgerRow], only_disagreements: bool
) -> Job:
    """Write the reader's calls as a label list; returns LabelsMade. Fails where there is no such call."""

    def job(_cancel: threading.Event) -> Generator[object, None, object]:
        yield Progressed(Stage.WRITING, 0, None)
        write_called_films(path, folder, calls, rows, only_disagreements)
        return LabelsMade(path)

    return job
