"""Read a label list (CSV, TSV or Excel) as rows of text. No film is opened."""

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.datasets.column_names import has_column_name
from core.datasets.entries import invalid_dataset
from core.datasets.folder_names import film_suffix
from core.datasets.list_text import read_text_rows
from core.system.errors import JobFailed
from core.system.language import tr, tr_count

MAX_LIST_BYTES: Final = 200_000_000
MAX_LINES: Final = 8  # named in a sentence
UID: Final = re.compile(r"[0-9]+(\.[0-9]+){4,}")
# the content decides, not the suffix: many systems write text under the name .xls
WORKBOOK: Final = b"PK\x03\x04"
OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns with file, label, patient and split; None if missing.

    file: names the file, or identifies DICOM films as an accession number or UID does. contains: the
    finding to look for where the label column lists several findings a film; None: the label is the
    class.
    """

    file: str
    label: str
    patient: str | None = None
    split: str | None = None
    contains: str | None = None


@dataclass(frozen=True, slots=True)
class LabelList:
    """header: column names. rows: (line number in the file, cells), one cell per column.

    notes: sentences on how the rows were read.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    notes: tuple[str, ...] = ()

    def column_index(self, name: str) -> int:
        """Return the index of a column. Raises JobFailed if there is none of that name, or several."""
        if name not in self.header:
            listed = ", ".join(self.header)
            raise invalid_dataset(tr("There is no column {name!r}; the columns are {listed}", name=name, listed=listed))
        if self.header.count(name) > 1:
            raise invalid_dataset(tr("Several columns have the name {name!r}; rename all but one", name=name))
        return self.header.index(name)

    def read_column(self, name: str) -> list[str]:
        """Return the cells of a column. Raises JobFailed if there is none of that name."""
        index = self.column_index(name)
        return [cells[index] for _, cells in self.rows]


def read_label_list(path: Path) -> LabelList:
    """Read all rows of a text file (see list_text), or of an Excel workbook's first sheet, as text.

    Raises JobFailed (dataset_invalid) with what is wrong.
    """
    if path.stat().st_size > MAX_LIST_BYTES:
        raise invalid_dataset(tr("{path} is larger than any label list", path=path))
    with path.open("rb") as stream:
        beginning = stream.read(len(WORKBOOK))
    if beginning == OLD_WORKBOOK:
        raise invalid_dataset(tr("{path} is in Excel's old format; save it as .xlsx or CSV", path=path))
    lines = list(_read_excel(path) if beginning == WORKBOOK else read_text_rows(path))
    if not lines:
        raise invalid_dataset(tr("{path} is empty", path=path))
    header = tuple(cell.strip() for cell in lines[0][1])
    rows = [(line, tuple(cell.strip() for cell in cells)) for line, cells in lines[1:] if any(map(str.strip, cells))]
    _check_header(path, header, [cells for _, cells in rows if cells != header])
    width = len(header)
    _check_width(path, [line for line, cells in rows if any(cells[width:])])
    whole = [(line, (*cells, *[""] * width)[:width]) for line, cells in rows]
    films = tuple((line, cells) for line, cells in whole if cells != header)
    return LabelList(header, films, _describe_headers([line for line, cells in whole if cells == header]))


def _check_header(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Raise JobFailed if the first line is a row already.

    It is if it names a film or a UID, or has no name of a column but a value that its column has again.
    """
    if any(film_suffix(cell) or UID.fullmatch(cell) for cell in header):
        sentence = tr("the first line of {path} names a film; add a line with the names of the columns", path=path)
        raise invalid_dataset(sentence)
    again = [
        name for index, name in enumerate(header) if name and any(cells[index : index + 1] == (name,) for cells in rows)
    ]
    if again and not has_column_name(cell for cell in header if cell not in again):
        sentence = tr(
            "the first line of {path} is no header, as {value!r} stands below it again; "
            "add a line with the names of the columns",
            path=path,
            value=again[0],
        )
        raise invalid_dataset(sentence)


def _check_width(path: Path, lines: Sequence[int]) -> None:
    """Raise JobFailed if rows have more cells than there are columns: nobody knows which cell belongs where."""
    if lines:
        sentence = tr_count(
            "line {lines} of {path} has more cells than the first line has columns; put text that contains the "
            "separator in quotation marks, or name every column in the first line",
            "lines {lines} of {path} have more cells than the first line has columns; put text that contains the "
            "separator in quotation marks, or name every column in the first line",
            len(lines),
            lines=_list_lines(lines),
            path=path,
        )
        raise invalid_dataset(sentence)


def _describe_headers(lines: Sequence[int]) -> tuple[str, ...]:
    """Return a sentence on rows that repeat the header, as lists do that were put together of several."""
    if not lines:
        return ()
    sentence = tr_count(
        "{count} line repeats the header and was skipped (line {lines}).",
        "{count} lines repeat the header and were skipped (lines {lines}).",
        len(lines),
        lines=_list_lines(lines),
    )
    return (sentence,)


def _list_lines(lines: Sequence[int]) -> str:
    return ", ".join(map(str, lines[:MAX_LINES])) + (", …" if len(lines) > MAX_LINES else "")


def _read_excel(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield (row number, cells) of a workbook's first sheet."""
    from openpyxl.reader.excel import load_workbook

    try:
        with path.open("rb") as stream:
            with zipfile.ZipFile(stream) as archive:
                if sum(member.file_size for member in archive.infolist()) > MAX_LIST_BYTES:
                    raise invalid_dataset(tr("{path} is larger than any label list", path=path))
            book = load_workbook(stream, read_only=True, data_only=True)
            try:
                sheet = book.worksheets[0]
                sheet.reset_dimensions()  # some exports state fewer rows than they write
                for line, row in enumerate(sheet.iter_rows(values_only=True), start=1):
                    yield line, ["" if cell is None else _format_cell(cell) for cell in row]
            finally:
                book.close()
    except (JobFailed, MemoryError):
        raise
    except Exception as error:  # a damaged workbook makes openpyxl raise errors of many types
        sentence = tr("{path} is a damaged Excel workbook; open it in Excel, and save it anew or as CSV", path=path)
        raise invalid_dataset(sentence) from error


def _format_cell(cell: object) -> str:
    """Return a cell as text; Excel stores the number 17 as 17.0."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
