"""A screening as an Excel workbook: the worklist, and what it was made with. Scores nothing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from core.screening.events import LedgerRow
from core.screening.results_csv import COLUMNS
from core.system.csv_text import FORMULA_STARTS
from core.system.errors import JobFailed, Reason
from core.system.files import escape_undecodable, write_atomically
from core.system.language import tr

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

PROGRAM: Final = "PneumoScreen"
MOST_ROWS: Final = 1_048_576  # of a sheet, its header among them: Excel's own limit
MOST_LETTERS: Final = 32_767  # of a cell: the same
NARROWEST, WIDEST = 10, 60  # columns, in letters
# what XML 1.0 cannot hold (section 2.2), and carriage returns, which would come back as line ends
FORBIDDEN: Final = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
# Excel reads "_x0041_" in a cell as "A" (ECMA-376 Part 1, 22.9.2.19), so the letters themselves are escaped
CODED: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

Cell = str | float | None


def write_excel(
    path: Path,
    rows: Sequence[LedgerRow],
    classes: tuple[str, ...],
    about: Sequence[tuple[str, str]],
    extra: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Write a workbook with a sheet "Worklist", the ledger's columns, and a sheet "About" of names and values.

    extra: more columns at the right, each with one text a row. Every text is written as text, never as a formula;
    probabilities are numbers. Rows go to the disk as they come, so that memory does not grow with them.
    Raises JobFailed, also for more rows than a sheet holds; ValueError for a column of another length.
    """
    more = extra or {}
    if any(len(column) != len(rows) for column in more.values()):
        raise ValueError("an extra column needs one text for every row")
    if len(rows) >= MOST_ROWS:
        sentence = tr(
            "An Excel sheet holds {most:,} rows, and these are {count:,}. Export them as CSV.",
            most=MOST_ROWS - 1,
            count=len(rows),
        )
        raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence)
    several = classes if len(classes) > 2 else ()
    header = [*COLUMNS, *(f"p_{name}" for name in several), *more]
    with _open_book() as book:

        def fill(stream: BinaryIO) -> None:
            _add_sheet(book, "Worklist", header, _cells(rows, len(several), more))
            _add_sheet(book, "About", ["What", "Value"], (list(line) for line in about))
            book.save(stream)

        write_atomically(path, fill)


@contextmanager
def _open_book() -> Iterator["Workbook"]:
    """A workbook that is written as it is filled; whatever goes wrong, its sheets leave no open or temporary file."""
    from openpyxl.workbook.workbook import Workbook

    book = Workbook(write_only=True)
    book.properties.creator = PROGRAM
    try:
        yield book
    except BaseException:
        for sheet in book.worksheets:
            with suppress(Exception):
                sheet.close()
            if sheet._writer is not None:
                Path(sheet._writer.out).unlink(missing_ok=True)
        raise


def _cells(rows: Sequence[LedgerRow], several: int, more: Mapping[str, Sequence[str]]) -> Iterator[list[Cell]]:
    """The lines under the header; a film without a score keeps the columns of its classes empty."""
    for number, row in enumerate(rows):
        plain: list[Cell] = [row.file, row.status, row.reason, row.label, row.probability, row.decision, row.model]
        each = row.class_probabilities or (None,) * several
        yield [*plain, *each, *(column[number] for column in more.values())]


def _add_sheet(book: "Workbook", title: str, header: Sequence[str], lines: Iterator[list[Cell]]) -> None:
    """A sheet with a bold, frozen header that filters, columns as wide as the widest of their first cells."""
    from openpyxl.cell.cell import WriteOnlyCell
    from openpyxl.styles.fonts import Font
    from openpyxl.utils.cell import get_column_letter

    sheet = book.create_sheet(title)
    shown = [line for _, line in zip(range(1000), lines, strict=False)]
    for number, name in enumerate(header):
        widest = max([len(name) + 3, *(len(str(line[number] or "")) + 2 for line in shown if _is_text(line[number]))])
        sheet.column_dimensions[get_column_letter(number + 1)].width = min(WIDEST, max(NARROWEST, widest))
    sheet.freeze_panes = "A2"
    head = [WriteOnlyCell(sheet, _literal(name)) for name in header]
    for cell in head:
        cell.font, cell.data_type = Font(bold=True), "s"
    sheet.append(head)
    count = 1
    for several in (shown, lines):
        for line in several:
            sheet.append([_cell(sheet, value) for value in line])
            count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(header))}{count}"


def _is_text(value: Cell) -> bool:
    return isinstance(value, str)


def _cell(sheet: Any, value: Cell) -> Any:
    """A value as openpyxl writes it: a number with three decimals, or a text that no spreadsheet runs.

    A text that begins like a formula is given the number format Text besides, so that editing it starts nothing.
    """
    from openpyxl.cell.cell import WriteOnlyCell

    if value is None or value == "":
        return None
    if isinstance(value, float):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = "0.000"
        return cell
    text = _literal(str(value))
    if not text.startswith((*FORMULA_STARTS, "#")):
        return text  # openpyxl takes it for what it is
    cell = WriteOnlyCell(sheet, text)
    cell.data_type, cell.number_format = "s", "@"
    return cell


def _literal(text: str) -> str:
    """`text` so that Excel shows it as it is; what a workbook cannot hold as \\xNN."""
    shown = FORBIDDEN.sub(lambda found: f"\\x{ord(found.group()):02x}", escape_undecodable(text))
    return CODED.sub("_x005F_", shown)[:MOST_LETTERS]
