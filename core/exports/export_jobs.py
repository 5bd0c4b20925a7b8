"""Export a screening as CSV, Excel or PDF, and films that a reader classified as a dataset."""

import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.exports.excel import WORKBOOK
from core.jobs.events import Progressed, Stage
from core.metrics.figure_labels import format_figure
from core.models.model_header import bundled_model_path, read_header
from core.models.site_record import apply_site_record, format_point
from core.screening.events import LedgerRow, ScreeningResult
from core.screening.outbox_log import OUTBOX_LOG
from core.screening.reader_agreement import list_opinions, measure_reader_agreement
from core.screening.reader_calls import (
    CALLS_FILE,
    EXPORT_COLUMNS,
    Call,
    calls_path,
    format_calls,
    format_labels,
)
from core.screening.results_csv import LEDGER, UNFINISHED_LEDGER, header_cells, row_cells
from core.screening.seen_films import SEEN_FILE
from core.screening.state_log import STATE_FILE, state_path
from core.system.csv_text import format_csv_line, quote_formula
from core.system.errors import JobFailed, Reason
from core.system.files import write_text_atomically
from core.system.language import marked, tr
from core.system.outputs import FOREIGN, check_output, csv_kind
from core.system.product import NOTICE

if TYPE_CHECKING:
    from core.exports.screening_summary import SummaryResult

NO_DISAGREEMENT: Final = marked("There is no disagreement yet, so there is nothing to write.")
NO_CALL: Final = marked("There is no call yet that counts as a label, so there is nothing to write.")


class Export(Enum):
    """Formats of an exported worklist; values are shown translated."""

    CSV = marked("CSV…")
    EXCEL = marked("Excel…")
    SUMMARY = marked("Summary as PDF…")
    CALLS = marked("Reader's calls…")


READER_COLUMNS: Final = ("reader", "stance", "note")  # of an exported worklist, behind those of the ledger
KINDS: Final = {  # the summary asks itself
    Export.CSV: csv_kind(lambda cells: tuple(cells[-len(READER_COLUMNS) :]) == READER_COLUMNS),
    Export.EXCEL: WORKBOOK,
    Export.CALLS: csv_kind(lambda cells: tuple(cells[-len(EXPORT_COLUMNS) :]) == EXPORT_COLUMNS),
}


KEPT: Final = (
    LEDGER,
    UNFINISHED_LEDGER,
    CALLS_FILE,
    STATE_FILE,
    SEEN_FILE,
    OUTBOX_LOG,
)  # of any screening: no export replaces them


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What to write where: a screening with the reader's calls.

    folder: the screened one, None where it is not at hand; a summary needs it. classes: negative first.
    overwrite: also replace a file of the same format by somebody else; a dialog has asked.
    """

    kind: Export
    path: Path
    result: ScreeningResult
    folder: Path | None
    calls: tuple[Call, ...]
    classes: tuple[str, ...]
    overwrite: bool = True


def export_results(
    order: ExportOrder, model: Path | None, cancel: threading.Event
) -> Generator[object, None, Path | None]:
    """Write a screening in the requested format; returns the path, or None if cancelled.

    No film, and no ledger or calls of a screening, is ever replaced. model: the one that screened;
    None is the bundled one. Raises JobFailed if the file cannot be written, or for a summary by another
    model; ValueError for a summary without a folder.
    """
    ledger = order.result.output
    inputs = [order.folder, ledger, calls_path(ledger), state_path(ledger), model]
    if order.kind in KINDS:
        overwrite = None if any(kind.is_own(order.path) for kind in KEPT) else order.overwrite
        check_output(order.path, KINDS[order.kind], overwrite, inputs)
    yield Progressed(Stage.WRITING, 0, None)
    match order.kind:
        case Export.CSV:
            write_text_atomically(order.path, _format_worklist(order))
        case Export.CALLS:
            write_text_atomically(order.path, format_calls(order.calls, order.result.rows))
        case Export.EXCEL:
            _write_excel(order, model)
        case Export.SUMMARY:
            if not (yield from _write_summary(order, model, cancel)).completed:
                return None
    return order.path


def _write_summary(
    order: ExportOrder, model: Path | None, cancel: threading.Event
) -> Generator[object, None, "SummaryResult"]:
    from core.exports.screening_summary import write_summary

    if order.folder is None:
        raise ValueError("a summary needs the folder of its films")
    return (
        yield from write_summary(
            order.result,
            order.folder,
            model,
            order.path,
            cancel,
            agreement=list_agreement(order),
            opinions=list_opinions(order.result.rows, order.calls),
            overwrite=order.overwrite,
        )
    )


def _list_reader_columns(order: ExportOrder) -> dict[str, list[str]]:
    """Return the reader's columns of an export, each with one text a row."""
    rows = order.result.rows
    opinions = list_opinions(rows, order.calls)
    calls = {call.file: call for call in order.calls}
    names = [calls[row.file].reader if row.file in calls else "" for row in rows]
    stances = [opinions[row.file].stance if row.file in opinions else "" for row in rows]
    notes = [calls[row.file].note if row.file in calls else "" for row in rows]
    return dict(zip(READER_COLUMNS, (names, stances, notes), strict=True))


def _format_worklist(order: ExportOrder) -> str:
    """Return the rows of the ledger with the reader's columns, as CSV."""
    header, columns = header_cells(order.classes), _list_reader_columns(order)
    lines = [format_csv_line([*header, *columns])]
    for row, reader in zip(order.result.rows, zip(*columns.values(), strict=True), strict=True):
        cells = row_cells(row)
        missing = [""] * (len(header) - len(cells))  # probabilities of classes, without a score
        lines.append(format_csv_line([*cells, *missing, *map(quote_formula, reader)]))
    return "".join(lines)


def _write_excel(order: ExportOrder, model: Path | None) -> None:
    """Write the workbook; the operating point only where `model` at its present one gave the answers."""
    from core.exports.excel import write_excel

    header = apply_site_record(read_header(model or bundled_model_path()))
    names = sorted({row.model for row in order.result.rows})
    about = [(tr("Model"), ", ".join(names))]
    if names == [header.name]:
        about.append((tr("Operating point"), format_point(header)))
    about += _list_counts(order)
    write_excel(order.path, order.result.rows, order.classes, about, _list_reader_columns(order))


def write_called_films(
    path: Path, folder: Path, calls: Sequence[Call], rows: Sequence[LedgerRow], only_disagreements: bool
) -> None:
    """Write the films that a reader classified as a label list, to be opened as a dataset.

    Raises JobFailed (dataset_invalid) where there is no such film.
    """
    text = format_labels(folder, calls, rows, only_disagreements)
    if text.count("\n") < 2:
        raise JobFailed(Reason.DATASET_INVALID, tr(NO_DISAGREEMENT if only_disagreements else NO_CALL))
    check_output(path, FOREIGN)
    write_text_atomically(path, text, private=True)


def _list_counts(order: ExportOrder) -> list[tuple[str, str]]:
    result = order.result
    return [
        (tr("found"), str(result.found)),
        (tr("scored"), str(result.scored)),
        (tr("refused"), str(result.refused)),
        (tr("failed"), str(result.failed)),
        (tr("Validation"), result.validation),
        *list_agreement(order),
        (tr("Notice"), tr(NOTICE)),
    ]


def list_agreement(order: ExportOrder) -> list[tuple[str, str]]:
    """Return the agreement with the reader as names and values; empty without calls."""
    rows = order.result.rows
    agreement = measure_reader_agreement(rows, list_opinions(rows, order.calls), order.classes)
    if not agreement.films:
        return []
    figures = (
        (tr("Agreement"), agreement.share),
        (tr("Kappa"), agreement.kappa),
        (tr("Sensitivity"), agreement.sensitivity),
        (tr("Specificity"), agreement.specificity),
    )
    return [
        (tr("Films classified by the reader"), str(agreement.films)),
        *((name, format_figure(figure)) for name, figure in figures if figure),
    ]
