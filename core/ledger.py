"""RESULTS.csv: one row for every file, on disk as it comes, resumable. Scores nothing."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, TextIO

from core.errors import JobFailed, Reason
from core.events import Decision, LedgerRow, Status
from core.files import (
    csv_line,
    csv_rows,
    explained_write,
    readable_name,
    spreadsheet_cell,
    whole_csv,
    without_quote,
    write_text_atomically,
)
from core.language import tr
from core.locks import is_own

UNFINISHED: Final = ".partial"
CODED: Final = re.compile(r"\\(?=x[0-9a-f]{2})")
CODED_BYTE: Final = re.compile(rb"\\x([0-9a-f]{2})")
COLUMNS: Final = ("file", "status", "reason", "label", "probability", "decision", "model")


def unfinished(output: Path) -> Path:
    """Where the rows of a screening stand until it is complete."""
    return output.with_name(output.name + UNFINISHED)


def header_of(classes: tuple[str, ...]) -> list[str]:
    """The first line; with more than two classes one column of probabilities each."""
    extra = [spreadsheet_cell(f"p_{name}") for name in classes] if len(classes) > 2 else []
    return [*COLUMNS, *extra]


def cells_of(row: LedgerRow) -> list[str]:
    """One row as cells that no spreadsheet runs."""
    probability = "" if row.probability is None else f"{row.probability:.6f}"
    plain = [row.file, row.status, row.reason, row.label or "", probability, row.decision or "", row.model]
    return [spreadsheet_cell(cell) for cell in plain] + [f"{value:.6f}" for value in row.class_probabilities]


def row_of(cells: list[str]) -> LedgerRow:
    """A row read back. Raises ValueError for a torn or foreign one."""
    file, status, reason, label, probability, decision, model = cells[:7]
    return LedgerRow(
        file=without_quote(file),
        status=Status(status),
        reason=reason,
        label=without_quote(label) or None,
        probability=float(probability) if probability else None,
        decision=Decision(decision) if decision else None,
        model=without_quote(model),
        class_probabilities=tuple(float(cell) for cell in cells[7:]),
    )


def read_rows(path: Path, classes: tuple[str, ...], model: str) -> list[LedgerRow]:
    """Whole rows of an earlier screening by the same model; a torn last row is left out.

    Raises JobFailed where the file is no such ledger, or is of another model.
    """
    try:
        content = path.read_bytes()
        lines = csv_rows(whole_csv(content))
    except (OSError, ValueError) as error:
        raise _not_resumable(path, tr("it cannot be read")) from error
    expected = header_of(classes)
    if not lines or lines[0] != expected:
        if not lines and text_of([], classes).encode("utf-8").startswith(content):
            return []  # torn in its first line
        raise _not_resumable(path, tr("its columns are not those of this model's screenings"))
    rows = {}
    for cells in lines[1:]:
        try:
            row = row_of(cells)
        except ValueError as error:
            raise _not_resumable(path, tr("one of its rows was changed")) from error
        if row.model != model:
            raise _not_resumable(path, tr("it was made by {other}, not by {model}", other=row.model, model=model))
        rows[row.file] = row
    return list(rows.values())


def _not_resumable(path: Path, why: str) -> JobFailed:
    sentence = tr(
        "{path} cannot be continued: {why}. Screen again without resuming, or choose another output.",
        path=path,
        why=why,
    )
    return JobFailed(Reason.NOTHING_TO_RESUME, sentence)


def text_of(rows: Iterable[LedgerRow], classes: tuple[str, ...]) -> str:
    """The whole CSV of these rows."""
    return "".join(csv_line(cells) for cells in (header_of(classes), *(cells_of(row) for row in rows)))


def write_final(output: Path, rows: Iterable[LedgerRow], classes: tuple[str, ...]) -> None:
    """Write the complete ledger under its final name and drop the unfinished one."""
    write_text_atomically(output, text_of(rows, classes))
    unfinished(output).unlink(missing_ok=True)


class Journal:
    """The unfinished ledger, open for appending; every row reaches the operating system as it is added."""

    def __init__(self, output: Path, classes: tuple[str, ...], rows: Iterable[LedgerRow]) -> None:
        self._path = unfinished(output)
        write_text_atomically(self._path, text_of(rows, classes))
        with explained_write(self._path):
            self._stream: TextIO = self._path.open("a", encoding="utf-8", newline="")

    def add(self, row: LedgerRow) -> None:
        with explained_write(self._path):
            self._stream.write(csv_line(cells_of(row)))
            self._stream.flush()

    def close(self) -> None:
        with explained_write(self._path):
            self._stream.close()


def regular_files(folder: Path, left_out: Iterable[Path]) -> Iterator[tuple[Path, OSError | None]]:
    """Every regular file below `folder`, with its error where it may not be looked at, or a folder not be listed.

    Links to folders are not followed. left_out: our own outputs, which are no input, nor is what a crash left of them.
    """
    ours = {path.absolute() for path in left_out}
    beside = {path.parent for path in ours}
    problems: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=problems.append):
        folders[:] = sorted((name for name in folders if Path(parent, name).absolute() not in ours), key=os.fsencode)
        for name in names:
            path, problem = Path(parent, name), None
            try:
                if not path.is_file():
                    continue
            except OSError as error:  # the share went away, or the folder may be listed only
                problem = error
            absolute = path.absolute()
            if absolute in ours or (absolute.parent in beside and any(is_own(absolute, one) for one in ours)):
                continue
            yield path, problem
    for closed in problems:
        yield Path(os.fsdecode(closed.filename)), closed


def relative_name(path: Path, folder: Path) -> str:
    """The file's name in the ledger: relative to the folder, with "/", always valid UTF-8.

    A byte that is not UTF-8 becomes \\xNN, and where a name itself holds such letters, its backslash becomes \\x5c, so
    that no two files have one name, and `file_of` finds each again.
    """
    return readable_name(CODED.sub(r"\\x5c", path.relative_to(folder).as_posix()))


def file_of(folder: Path, name: str) -> Path:
    """The file behind a name in the ledger: undoes `relative_name`."""
    if not CODED.search(name):
        return folder / name
    content = CODED_BYTE.sub(lambda found: bytes([int(found[1], 16)]), name.encode())
    return folder / os.fsdecode(content)


def unlisted(folder: Path, error: OSError) -> JobFailed:
    """The error where the folder itself cannot be listed."""
    sentence = tr("{folder} cannot be opened ({why}).", folder=folder, why=error.strerror or error)
    return JobFailed(Reason.DATASET_INVALID, sentence)
