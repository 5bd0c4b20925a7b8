"""Read a label list (CSV, TSV or Excel) as rows of text. No film is opened."""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.datasets.entries import invalid_dataset
from core.datasets.folder_names import film_suffix
from core.datasets.list_text import read_text_rows
from core.system.errors import JobFailed
from core.system.language import tr

MAX_LIST_BYTES: Final = 200_000_000
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
    """header: column names. rows: (line number in the file, cells), one cell per column."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def column_index(self, name: str) -> int:
        """Return the index of a column. Raises JobFailed if there is none of that name."""
        if name not in self.header:
            listed = ", ".join(self.header)
            raise invalid_dataset(tr("There is no column {name!r}; the columns are {listed}", name=name, listed=listed))
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
    if any(film_suffix(cell) for cell in header):
        sentence = tr("the first line of {path} names a film; add a line with the names of the columns", path=path)
        raise invalid_dataset(sentence)
    width = len(header)
    rows = [(line, tuple(cell.strip() for cell in (*cells, *[""] * width)[:width])) for line, cells in lines[1:]]
    return LabelList(header, tuple((line, cells) for line, cells in rows if any(cells)))


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
