"""Read a label list (CSV, TSV or Excel) as rows of text and find its columns. No film is opened."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.system.errors import JobFailed, Reason
from core.system.language import tr

FILM_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".dcm", ".dicom", ""})
FILE_COLUMNS: Final = ("file", "filename", "file_name", "path", "filepath", "image", "image_path", "film", "dicom")
LABEL_COLUMNS: Final = ("label", "class", "finding", "diagnosis", "target", "category", "pneumonia")
PATIENT_COLUMNS: Final = ("patient", "patient_id", "patientid", "subject", "subject_id", "case", "case_id")
SPLIT_COLUMNS: Final = ("split", "set", "subset", "fold", "partition")
ATTRIBUTE_COLUMNS: Final = {  # further attributes of a film, and the names that their columns may have
    "age": ("age", "patient_age", "age_years", "patientage"),
    "sex": ("sex", "gender", "patient_sex", "patientsex"),
    "view": ("view", "view_position", "viewposition", "projection"),
    "device": ("device", "scanner", "manufacturer", "model", "detector"),
}
MAX_LIST_BYTES: Final = 200_000_000
GUESS_ROWS: Final = 200  # rows read when a column is guessed from its contents
MAX_CLASSES: Final = 20


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns with file, label, patient and split; None if missing."""

    file: str
    label: str
    patient: str | None = None
    split: str | None = None


@dataclass(frozen=True, slots=True)
class LabelList:
    """header: column names. rows: (line number in the file, cells), one cell per column."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def column_index(self, name: str) -> int:
        """Return the index of a column. Raises JobFailed if there is none of that name."""
        if name not in self.header:
            listed = ", ".join(self.header)
            raise invalid_list(tr("There is no column {name!r}; the columns are {listed}", name=name, listed=listed))
        return self.header.index(name)


def invalid_list(sentence: str) -> JobFailed:
    """Return the error for a list that cannot be used. sentence: without the full stop."""
    return JobFailed(Reason.DATASET_INVALID, f"{sentence}.")


def read_label_list(path: Path) -> LabelList:
    """Read all rows of a CSV file, or of an Excel workbook's first sheet, as text.

    CSV is UTF-8 with comma, semicolon or tab. Raises JobFailed (dataset_invalid) with what is
    wrong.
    """
    if path.suffix.lower() == ".xls":
        raise invalid_list(tr("{path} is in Excel's old format; save it as .xlsx or CSV", path=path))
    if path.stat().st_size > MAX_LIST_BYTES:
        raise invalid_list(tr("{path} is larger than any label list", path=path))
    lines = list(_read_excel(path) if path.suffix.lower() in {".xlsx", ".xlsm"} else _read_csv(path))
    if not lines:
        raise invalid_list(tr("{path} is empty", path=path))
    header = tuple(cell.strip() for cell in lines[0][1])
    width = len(header)
    rows = [(line, tuple(cell.strip() for cell in (*cells, *[""] * width)[:width])) for line, cells in lines[1:]]
    return LabelList(header, tuple((line, cells) for line, cells in rows if any(cells)))


def _read_csv(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield (line number, cells) of a CSV file; the first line decides the separator."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise invalid_list(tr("{path} is neither a folder nor a UTF-8 label list (CSV)", path=path)) from error
    first = text.partition("\n")[0]
    # not splitlines: cells may hold quoted line ends, and characters that Python counts as such
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        sentence = tr("line {line} of {path} cannot be read ({error})", line=reader.line_num, path=path, error=error)
        raise invalid_list(sentence) from error


def _read_excel(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield (row number, cells) of a workbook's first sheet."""
    from openpyxl.reader.excel import load_workbook

    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_LIST_BYTES:
                raise invalid_list(tr("{path} is larger than any label list", path=path))
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            for line, row in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
                yield line, ["" if cell is None else _format_cell(cell) for cell in row]
        finally:
            book.close()
    except (JobFailed, MemoryError):
        raise
    except Exception as error:  # a damaged workbook makes openpyxl raise errors of many types
        kind = type(error).__name__
        raise invalid_list(tr("{path} cannot be read as an Excel workbook ({kind})", path=path, kind=kind)) from error


def _format_cell(cell: object) -> str:
    """Return a cell as text; Excel stores the number 17 as 17.0."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def guess_columns(table: LabelList) -> Columns:
    """Guess the columns by their names; file and label, if no name matches, by their contents.

    Raises JobFailed if no column looks like files, or none like classes.
    """
    by_name = {name.lower(): name for name in reversed(table.header)}

    def find(candidates: Sequence[str]) -> str | None:
        return next((by_name[name] for name in candidates if name in by_name), None)

    patient, split = find(PATIENT_COLUMNS), find(SPLIT_COLUMNS)
    file, label = find(FILE_COLUMNS), find(LABEL_COLUMNS)
    free = [name for name in table.header if name and name not in {file, label, patient, split}]
    if file is None:
        file = next((name for name in free if _looks_like_files(_read_cells(table, name))), None)
    if label is None:
        label = next((name for name in free if name != file and _looks_like_classes(_read_cells(table, name))), None)
    if file is None:
        raise invalid_list(tr("No column looks like the file; name one column file and one label"))
    if label is None:
        raise invalid_list(tr("No column looks like the label; name one column file and one label"))
    return Columns(file, label, patient, split)


def find_attribute_columns(table: LabelList, columns: Columns) -> dict[str, int]:
    """Return the column index of each attribute of ATTRIBUTE_COLUMNS that the list has."""
    used = {columns.file, columns.label, columns.patient, columns.split}
    index_of: dict[str, int] = {}
    for index, name in enumerate(table.header):
        if name not in used:
            index_of.setdefault(name.lower(), index)
    columns_found: dict[str, int] = {}
    for attribute, names in ATTRIBUTE_COLUMNS.items():
        column = next((index_of[name] for name in names if name in index_of), None)
        if column is not None:
            columns_found[attribute] = column
    return columns_found


def _read_cells(table: LabelList, name: str) -> list[str]:
    """Return the first GUESS_ROWS cells of a column."""
    index = table.header.index(name)
    return [cells[index] for _, cells in table.rows[:GUESS_ROWS]]


def _looks_like_files(cells: Sequence[str]) -> bool:
    suffixes = [Path(cell).suffix.lower() for cell in cells]
    return bool(cells) and sum(suffix in FILM_SUFFIXES - {""} for suffix in suffixes) > len(cells) / 2


def _looks_like_classes(cells: Sequence[str]) -> bool:
    values = set(cells) - {""}
    return 2 <= len(values) <= min(MAX_CLASSES, len(cells) // 2)
