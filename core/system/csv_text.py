"""Read and write CSV text that is safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def drop_torn_line(content: bytes) -> bytes:
    """Return the complete rows of a CSV file: all bytes up to the last line end outside quotes.

    A crash or a full disk can leave a partial row at the end, cut even inside a multi-byte
    character or a quoted name.
    """
    end, quotes = len(content), content.count(b'"')
    while end and (content[end - 1 : end] != b"\n" or quotes % 2):
        start = content.rfind(b"\n", 0, end - 1) + 1
        quotes -= content.count(b'"', start, end)
        end = start
    return content[:end]


def format_csv_line(cells: Iterable[str]) -> str:
    """Return one line of CSV with its line end.

    Cells with any kind of line end are quoted: with the line terminator "\\n" the csv module would
    not quote "\\r".
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().removesuffix("\r\n") + "\n"


def parse_csv(content: bytes) -> list[list[str]]:
    """Return all rows of UTF-8 CSV, line ends in cells unchanged. Raises ValueError if invalid."""
    try:
        return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
    except csv.Error as error:
        raise ValueError(str(error)) from error


def quote_formula(text: str) -> str:
    """Return `text` as a cell that no spreadsheet runs as a formula.

    A single quote is put before a leading = + - @ tab or line end (OWASP, "CSV Injection"), also
    after single quotes that are there already, so that `unquote_formula` can restore the text
    exactly. Double quotes, commas and line ends inside are left to the csv module.
    """
    return "'" + text if text.lstrip("'").startswith(FORMULA_STARTS) else text


def unquote_formula(cell: str) -> str:
    """Undo `quote_formula`; return a cell that it cannot have written unchanged."""
    inner = cell[1:]
    return inner if cell.startswith("'") and quote_formula(inner) == cell else cell
