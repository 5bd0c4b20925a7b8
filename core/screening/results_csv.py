"""Read and write RESULTS.csv, the ledger of a screening: one row per file, written at once."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, TextIO

from core.models.decision import Decision
from core.screening.events import LedgerRow, Status
from core.system.csv_text import drop_torn_line, format_csv_line, parse_csv, quote_formula, unquote_formula
from core.system.errors import JobFailed, Reason
from core.system.files import explain_write_errors, is_open_at, write_text_atomically
from core.system.language import tr
from core.system.outputs import OutputKind, check_output, csv_kind, read_start

UNFINISHED: Final = ".partial"
MOST_TORN_BYTES: Final = 200  # that are compared with the first line
COLUMNS: Final = ("file", "status", "reason", "label", "probability", "decision", "model")


def _is_header(cells: list[str]) -> bool:
    """Return True for the columns of a ledger of any classes, without the reader's in exports."""
    return tuple(cells[: len(COLUMNS)]) == COLUMNS and all(cell.startswith("p_") for cell in cells[len(COLUMNS) :])


LEDGER: Final = csv_kind(_is_header)


def _is_unfinished(path: Path) -> bool:
    """Return True for a ledger, also if it is torn in its first line."""
    return LEDGER.is_own(path) or format_csv_line(COLUMNS).encode().startswith(read_start(path, MOST_TORN_BYTES))


UNFINISHED_LEDGER: Final = OutputKind(_is_unfinished)


def partial_path(output: Path) -> Path:
    """Return the file that holds the rows until the screening is complete."""
    return output.with_name(output.name + UNFINISHED)


def header_cells(classes: tuple[str, ...]) -> list[str]:
    """Return the header row; with more than two classes, each has a column of probabilities."""
    probability_columns = [quote_formula(f"p_{name}") for name in classes] if len(classes) > 2 else []
    return [*COLUMNS, *probability_columns]


def row_cells(row: LedgerRow) -> list[str]:
    """Return a row as cells that no spreadsheet runs as formulas."""
    probability = "" if row.probability is None else f"{row.probability:.6f}"
    plain = [row.file, row.status, row.reason, row.label or "", probability, row.decision or "", row.model]
    return [quote_formula(cell) for cell in plain] + [f"{value:.6f}" for value in row.class_probabilities]


def parse_row(cells: list[str]) -> LedgerRow:
    """Return the row in `cells`. Raises ValueError if it is incomplete or invalid."""
    file, status, reason, label, probability, decision, model = cells[:7]
    return LedgerRow(
        file=unquote_formula(file),
        status=Status(status),
        reason=reason,
        label=unquote_formula(label) or None,
        probability=float(probability) if probability else None,
        decision=Decision(decision) if decision else None,
        model=unquote_formula(model),
        class_probabilities=tuple(float(cell) for cell in cells[7:]),
    )


def read_rows(path: Path, classes: tuple[str, ...], model: str) -> list[LedgerRow]:
    """Return the rows of an earlier screening by the same model, without a torn last row.

    Raises JobFailed if the file is no such ledger, or belongs to another model.
    """
    try:
        content = path.read_bytes()
        lines = parse_csv(drop_torn_line(content))
    except (OSError, ValueError) as error:
        raise _not_resumable(path, tr("it cannot be read")) from error
    expected = header_cells(classes)
    if not lines or lines[0] != expected:
        if not lines and format_csv([], classes).encode("utf-8").startswith(content):
            return []  # torn in its first line
        raise _not_resumable(path, tr("its columns do not match this model"))
    try:
        rows = _parse_rows(lines[1:])
    except ValueError as error:
        raise _not_resumable(path, tr("one of its rows is invalid")) from error
    for row in rows:
        if row.model != model:
            raise _not_resumable(
                path, tr("it was written with {other}, not with {model}", other=row.model, model=model)
            )
    return rows


def read_ledger(path: Path) -> tuple[list[LedgerRow], tuple[str, ...]]:
    """Return the rows of a ledger of any model, without a torn last row, and its classes.

    The classes are () where the ledger does not name them: with two of them it has no columns for
    their probabilities. Raises JobFailed if the file is no ledger, or if it is damaged.
    """
    unreadable = tr("{path} cannot be opened as a list of screened films.", path=path)
    try:
        lines = parse_csv(drop_torn_line(path.read_bytes()))
        if not lines or not _is_header(lines[0]):
            raise JobFailed(Reason.NOTHING_TO_RESUME, unreadable)
        rows = _parse_rows(lines[1:])
    except (OSError, ValueError) as error:
        raise JobFailed(Reason.NOTHING_TO_RESUME, unreadable) from error
    return rows, tuple(unquote_formula(cell).removeprefix("p_") for cell in lines[0][len(COLUMNS) :])


def _parse_rows(lines: Iterable[list[str]]) -> list[LedgerRow]:
    """Return one row for each file, its last one. Raises ValueError if one is invalid."""
    rows = {row.file: row for row in map(parse_row, lines)}
    return list(rows.values())


def _not_resumable(path: Path, why: str) -> JobFailed:
    sentence = tr(
        "{path} cannot be continued: {why}. Screen again without resuming, or choose another output.",
        path=path,
        why=why,
    )
    return JobFailed(Reason.NOTHING_TO_RESUME, sentence)


def format_csv(rows: Iterable[LedgerRow], classes: tuple[str, ...]) -> str:
    """Return the whole ledger as CSV."""
    lines = [header_cells(classes), *(row_cells(row) for row in rows)]
    return "".join(format_csv_line(cells) for cells in lines)


def write_final(output: Path, rows: Iterable[LedgerRow], classes: tuple[str, ...]) -> None:
    """Write the complete ledger under its final name and delete the unfinished one. Raises JobFailed."""
    check_output(output, LEDGER)
    write_text_atomically(output, format_csv(rows, classes), private=True)
    partial_path(output).unlink(missing_ok=True)


class Journal:
    """The unfinished ledger, open for appending; every row is flushed to the operating system.

    rows: all rows by file, as the owner keeps them; they are written anew if somebody removes or
    replaces the file meanwhile.
    """

    def __init__(self, output: Path, classes: tuple[str, ...], rows: Mapping[str, LedgerRow]) -> None:
        self._path = partial_path(output)
        self._classes = classes
        self._rows = rows
        self._stream = self._write_all()

    def add(self, rows: Iterable[LedgerRow]) -> None:
        """Append rows, which are in `rows` already."""
        if not is_open_at(self._stream.fileno(), self._path):
            self._stream.close()
            self._stream = self._write_all()
            return
        with explain_write_errors(self._path):
            self._stream.write("".join(format_csv_line(row_cells(row)) for row in rows))
            self._stream.flush()

    def sync(self) -> None:
        """Wait until all rows are on the disk."""
        with explain_write_errors(self._path):
            os.fsync(self._stream.fileno())

    def close(self) -> None:
        with explain_write_errors(self._path):
            self._stream.close()

    def _write_all(self) -> TextIO:
        """Write all rows, and return the file opened for more. Raises JobFailed."""
        check_output(self._path, UNFINISHED_LEDGER)
        write_text_atomically(self._path, format_csv(self._rows.values(), self._classes), private=True)
        with explain_write_errors(self._path):
            return self._path.open("a", encoding="utf-8", newline="")
