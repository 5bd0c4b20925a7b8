"""Export a screening as an Excel workbook: the worklist, and a sheet on how it was made."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final
from zipfile import BadZipFile, ZipFile

from core.screening.events import LedgerRow
from core.screening.results_csv import COLUMNS
from core.system.csv_text import FORMULA_STARTS
from core.system.errors import JobFailed, Reason
from core.system.files import escape_undecodable, write_atomically
from core.system.language import tr
from core.system.outputs import OutputKind
from core.system.product import PROGRAM

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

PROPERTIES: Final = "docProps/core.xml"  # of a workbook
MOST_PROPERTY_BYTES: Final = 100_000
MOST_ROWS: Final = 1_048_576  # of a sheet including its header: limit of Excel
MOST_LETTERS: Final = 32_767  # of a cell: limit of Excel
SAMPLED_ROWS: Final = 1000  # that the column widths are fitted to
NARROWEST, WIDEST = 10, 60  # column widths in letters
# not allowed in XML 1.0 (section 2.2), and carriage returns, which would be read back as newlines
FORBIDDEN: Final = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
# Excel reads "_x0041_" in a cell as "A" (ECMA-376 Part 1, 22.9.2.19), so its underscore is escaped
ESCAPE: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

Cell = str | float | None


def _is_workbook(path: Path) -> bool:
    """Return True for a workbook whose properties name this program as its creator."""
    with suppress(OSError, BadZipFile, KeyError), ZipFile(path) as archive, archive.open(PROPERTIES) as stream:
        return f"<dc:creator>{PROGRAM}</dc:creator>".encode() in stream.read(MOST_PROPERTY_BYTES)
    return False


WORKBOOK: Final = OutputKind(_is_workbook, b"PK\x03\x04")


def write_excel(
    path: Path,
    rows: Sequence[LedgerRow],
    classes: tuple[str, ...],
    about: Sequence[tuple[str, str]],
    extra: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Write a workbook with the sheets "Worklist" (columns of the ledger) and "About".

    about: names and values. extra: more columns at the right, each with one text a row.
    Every text is written as text, never as a formula; probabilities are numbers. Rows are streamed
    to disk, so that memory does not grow with them.
    Raises JobFailed, also for more rows than a sheet holds, and ValueError for a column of another
    length.
    """
    more = extra or {}
    if any(len(column) != len(rows) for column in more.values()):
        raise ValueError("an extra column needs one text for every row")
    if len(rows) >= MOST_ROWS:
        sentence = tr(
            "An Excel sheet holds {most:,} rows, but there are {count:,}. Export them as CSV.",
            most=MOST_ROWS - 1,
            count=len(rows),
        )
        raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence)
    class_columns = [f"p_{name}" for name in classes] if len(classes) > 2 else []
    header = [*COLUMNS, *class_columns, *more]
    with _open_book() as book:

        def fill(stream: BinaryIO) -> None:
            _add_sheet(book, "Worklist", header, _iterate_rows(rows, len(class_columns), more))
            _add_sheet(book, "About", ["What", "Value"], (list(line) for line in about))
            book.save(stream)

        write_atomically(path, fill)


@contextmanager
def _open_book() -> Iterator["Workbook"]:
    """Open a streamed workbook; on any error, close its sheets and delete their temporary files."""
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


def _iterate_rows(
    rows: Sequence[LedgerRow], class_count: int, more: Mapping[str, Sequence[str]]
) -> Iterator[list[Cell]]:
    """Yield the cells of each row; class columns are empty for a film without a score."""
    for number, row in enumerate(rows):
        fixed: list[Cell] = [row.file, row.status, row.reason, row.label, row.probability, row.decision, row.model]
        probabilities = row.class_probabilities or (None,) * class_count
        yield [*fixed, *probabilities, *(column[number] for column in more.values())]


def _add_sheet(book: "Workbook", title: str, header: Sequence[str], lines: Iterator[list[Cell]]) -> None:
    """Add a sheet with a bold, frozen, filterable header and columns fitted to the first rows."""
    from openpyxl.cell.cell import WriteOnlyCell
    from openpyxl.styles.fonts import Font
    from openpyxl.utils.cell import get_column_letter

    sheet = book.create_sheet(title)
    first = list(islice(lines, SAMPLED_ROWS))
    for number, name in enumerate(header):
        texts = [str(line[number]) for line in first if isinstance(line[number], str)]
        widest = max([len(name) + 3, *(len(text) + 2 for text in texts)])
        sheet.column_dimensions[get_column_letter(number + 1)].width = min(WIDEST, max(NARROWEST, widest))
    sheet.freeze_panes = "A2"
    head = [WriteOnlyCell(sheet, _escape_text(name)) for name in header]
    for cell in head:
        cell.font, cell.data_type = Font(bold=True), "s"
    sheet.append(head)
    count = 1
    for line in chain(first, lines):
        sheet.append([_convert_cell(sheet, value) for value in line])
        count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(header))}{count}"


def _convert_cell(sheet: Any, value: Cell) -> Any:
    """Return a value for openpyxl: a number with three decimals, or a text that never runs.

    A text that begins like a formula also gets the number format Text, so that editing it does not
    turn it into one.
    """
    from openpyxl.cell.cell import WriteOnlyCell

    if value is None or value == "":
        return None
    if isinstance(value, float):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = "0.000"
        return cell
    text = _escape_text(str(value))
    if not text.startswith((*FORMULA_STARTS, "#")):
        return text  # openpyxl writes it as text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type, cell.number_format = "s", "@"
    return cell


def _escape_text(text: str) -> str:
    """Return text that Excel shows unchanged, with forbidden characters as \\xNN."""
    printable = FORBIDDEN.sub(lambda match: f"\\x{ord(match.group()):02x}", escape_undecodable(text))
    return ESCAPE.sub("_x005F_", printable)[:MOST_LETTERS]
