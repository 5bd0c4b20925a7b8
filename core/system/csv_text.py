"""CSV text that is safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def drop_torn_line(content: bytes) -> bytes:
    """The rows of a CSV file that were written to their end: all up to the last line end outside quotes.

    A crash, or a disk that was full, leaves half a row at the end, also in the middle of a letter or of a quoted name.
    """
    end, quotes = len(content), content.count(b'"')
    while end and (content[end - 1 : end] != b"\n" or quotes % 2):
        start = content.rfind(b"\n", 0, end - 1) + 1
        quotes -= content.count(b'"', start, end)
        end = start
    return content[:end]


def format_csv_line(cells: Iterable[str]) -> str:
    """One line of CSV with its end; a cell with a line end of any kind is quoted, as the csv module alone does not."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().removesuffix("\r\n") + "\n"


def parse_csv(content: bytes) -> list[list[str]]:
    """All rows of a CSV in UTF-8, line ends inside of cells as they are. Raises ValueError for other bytes."""
    try:
        return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
    except csv.Error as error:
        raise ValueError(str(error)) from error


def quote_formula(text: str) -> str:
    """`text` as a cell that no spreadsheet takes for a formula: a leading = + - @ tab or line end gets a quote.

    OWASP, "CSV Injection". One that has such quotes already gets one more, so that each cell stands for one text.
    Quotes, commas and line ends inside are left to the csv module.
    """
    return "'" + text if text.lstrip("'").startswith(FORMULA_STARTS) else text


def unquote_formula(cell: str) -> str:
    """Undo `quote_formula`; a cell that it cannot have written stays as it is."""
    inner = cell[1:]
    return inner if cell.startswith("'") and quote_formula(inner) == cell else cell
