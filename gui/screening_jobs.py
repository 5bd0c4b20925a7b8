"""Starters of jobs about unlabelled films: reading, screening, watching, exports."""

import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from core.agreement import Agreement
from core.errors import JobFailed, Reason
from core.events import FilmReading, LedgerRow, Progressed, ScreeningResult, Stage
from core.files import write_text_atomically
from core.language import marked, tr
from core.ledger import UNFINISHED, text_of
from core.metrics import told
from core.model_header import bundled_model, read_header
from core.notice import NOTICE
from core.reader import Call, calls_path, calls_text, labels_text, read_calls
from core.site import in_use, point_in_words
from gui.jobs import freeze_heavy
from gui.worker import Job

NO_DISAGREEMENT: Final = marked("There is no disagreement yet, so there is nothing to open.")
NO_CALL: Final = marked("There is no film that the reader gave a class yet, so there is nothing to open.")


def screening(folder: Path, output: Path, model: Path | None, retry_failed: bool = False) -> Job:
    """Screen a folder, or only what failed of it; returns a ScreeningResult."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.screening import screen

        freeze_heavy()
        return (yield from screen(folder, output, model, cancel, retry_failed=retry_failed))

    return job


def watching(folder: Path, output: Path, model: Path | None) -> Job:
    """Screen a folder and what comes into it until it is cancelled; returns a ScreeningResult."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.watching import watch

        freeze_heavy()
        return (yield from watch(folder, output, model, cancel))

    return job


def reading(path: Path, model: Path | None) -> Job:
    """Classify one film; returns a FilmReading."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        from core.explain import read_one

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
        from core.screening import screen

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
        from core.overriding import override

        freeze_heavy()
        return Overridden(*(yield from override(result, folder, row, model, cancel)))

    return job


@dataclass(frozen=True, slots=True)
class Exported:
    """A screening, or a part of it, was written there."""

    path: Path


class Export(Enum):
    """What a worklist can be written as; the value is shown to people, translated."""

    CSV = marked("CSV…")
    EXCEL = marked("Excel…")
    SUMMARY = marked("Summary as PDF…")
    CALLS = marked("Reader's calls…")


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What to write where: the screening of `folder`, with the reader's calls and how they agree."""

    kind: Export
    path: Path
    result: ScreeningResult
    folder: Path
    calls: tuple[Call, ...]
    agreement: Agreement


def exporting(order: ExportOrder, model: Path | None) -> Job:
    """Write an export; returns Exported, None where it was cancelled."""

    def job(cancel: threading.Event) -> Generator[object, None, object]:
        yield Progressed(Stage.WRITING, 0, None)
        header = in_use(read_header(model or bundled_model()))
        rows = order.result.rows
        match order.kind:
            case Export.CSV:
                write_text_atomically(order.path, text_of(rows, header.classes))
            case Export.CALLS:
                write_text_atomically(order.path, calls_text(order.calls, rows))
            case Export.EXCEL:
                from core.excel_out import write_excel

                calls = {call.file: call for call in order.calls}
                extra = {
                    name: [getattr(calls[row.file], name) if row.file in calls else "" for row in rows]
                    for name in ("reader", "note")
                }
                point = (tr("Operating point"), point_in_words(header))
                about = [(tr("Model"), header.name), point, *_counts(order)]
                write_excel(order.path, rows, header.classes, about, extra)
            case Export.SUMMARY:
                from core.screening_summary import summarised

                freeze_heavy()
                job = summarised(
                    order.result, order.folder, model, order.path, cancel, agreement=agreement_lines(order.agreement)
                )
                if not (yield from job).completed:
                    return None
        return Exported(order.path)

    return job


def _counts(order: ExportOrder) -> list[tuple[str, str]]:
    result = order.result
    return [
        (tr("found"), str(result.found)),
        (tr("scored"), str(result.scored)),
        (tr("refused"), str(result.refused)),
        (tr("failed"), str(result.failed)),
        (tr("Validation"), result.validation),
        *agreement_lines(order.agreement),
        (tr("Notice"), tr(NOTICE)),
    ]


def agreement_lines(seen: Agreement) -> list[tuple[str, str]]:
    """How the reader agrees, as names and values; none without calls."""
    if not seen.films:
        return []
    figures = (
        (tr("Agreement"), seen.share),
        (tr("Kappa"), seen.kappa),
        (tr("Sensitivity"), seen.sensitivity),
        (tr("Specificity"), seen.specificity),
    )
    return [(tr("Films called by the reader"), str(seen.films)), *((name, told(one)) for name, one in figures if one)]


def exporting_dicom(film: FilmReading, model: Path | None, folder: Path, keeps_identity: bool) -> Job:
    """Write a film's heat map and report as DICOM; returns Exported."""

    def job(_cancel: threading.Event) -> Generator[object, None, object]:
        from core.dicom_out import write_dicom

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
        text = labels_text(folder, calls, rows, only_disagreements)
        if text.count("\n") < 2:
            raise JobFailed(Reason.DATASET_INVALID, tr(NO_DISAGREEMENT if only_disagreements else NO_CALL))
        write_text_atomically(path, text)
        return LabelsMade(path)

    return job
