"""A label list, CSV, TSV or Excel, as rows of text, and which of its columns mean what. Opens no film."""

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
FILE_NAMES: Final = ("file", "filename", "file_name", "path", "filepath", "image", "image_path", "film", "dicom")
LABEL_NAMES: Final = ("label", "class", "finding", "diagnosis", "target", "category", "pneumonia")
PATIENT_NAMES: Final = ("patient", "patient_id", "patientid", "subject", "subject_id", "case", "case_id")
SPLIT_NAMES: Final = ("split", "set", "subset", "fold", "partition")
ATTRIBUTE_NAMES: Final = {  # what else a list may tell of a film, and the names its column may have
    "age": ("age", "patient_age", "age_years", "patientage"),
    "sex": ("sex", "gender", "patient_sex", "patientsex"),
    "view": ("view", "view_position", "viewposition", "projection"),
    "device": ("device", "scanner", "manufacturer", "model", "detector"),
}
MAX_LIST_BYTES: Final = 200_000_000
LOOKED_AT: Final = 200  # rows that a guess by content looks at
MOST_CLASSES: Final = 20


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns that say what a row is about; None where the list does not say."""

    file: str
    label: str
    patient: str | None = None
    split: str | None = None


@dataclass(frozen=True, slots=True)
class LabelList:
    """header: column names. rows: (line number in the file, cells), as many cells as the header has."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def column(self, name: str) -> int:
        """The place of a column. Raises JobFailed where there is none of that name."""
        if name not in self.header:
            listed = ", ".join(self.header)
            raise invalid_list(tr("There is no column {name!r}; the columns are {listed}", name=name, listed=listed))
        return self.header.index(name)


def invalid_list(sentence: str) -> JobFailed:
    """The error for a list that cannot be used, as one sentence."""
    return JobFailed(Reason.DATASET_INVALID, f"{sentence}.")


def read_label_list(path: Path) -> LabelList:
    """All rows of a CSV (comma, semicolon or tab; UTF-8) or of an Excel workbook's first sheet, as text.

    Raises JobFailed (dataset_invalid) with what is wrong.
    """
    if path.suffix.lower() == ".xls":
        raise invalid_list(tr("{path} is in Excel's old format; save it as .xlsx or CSV", path=path))
    if path.stat().st_size > MAX_LIST_BYTES:
        raise invalid_list(tr("{path} is larger than any label list", path=path))
    numbered = list(_excel_rows(path) if path.suffix.lower() in {".xlsx", ".xlsm"} else _text_rows(path))
    if not numbered:
        raise invalid_list(tr("{path} is empty", path=path))
    header = tuple(cell.strip() for cell in numbered[0][1])
    width = len(header)
    rows = [(line, tuple(cell.strip() for cell in (*cells, *[""] * width)[:width])) for line, cells in numbered[1:]]
    return LabelList(header, tuple((line, cells) for line, cells in rows if any(cells)))


def _text_rows(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise invalid_list(tr("{path} is neither a folder nor a UTF-8 label list (CSV)", path=path)) from error
    first = text.partition("\n")[0]
    # not splitlines: a file's name may hold characters that Python counts as line ends, and quoted line ends
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        sentence = tr("line {line} of {path} cannot be read ({error})", line=reader.line_num, path=path, error=error)
        raise invalid_list(sentence) from error


def _excel_rows(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    from openpyxl.reader.excel import load_workbook

    try:
        with zipfile.ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > MAX_LIST_BYTES:
                raise invalid_list(tr("{path} is larger than any label list", path=path))
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            for line, row in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
                yield line, ["" if cell is None else _whole(cell) for cell in row]
        finally:
            book.close()
    except (JobFailed, MemoryError):
        raise
    except Exception as error:  # openpyxl raises whatever a damaged workbook led it to
        kind = type(error).__name__
        raise invalid_list(tr("{path} cannot be read as an Excel workbook ({kind})", path=path, kind=kind)) from error


def _whole(cell: object) -> str:
    """A cell as text; Excel keeps the number 17 as 17.0."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def guess_columns(table: LabelList) -> Columns:
    """Columns by their names; file and label, where no name fits, by what stands in them.

    Raises JobFailed where no column looks like files, or none like classes.
    """
    by_name = {name.lower(): name for name in reversed(table.header)}

    def named(candidates: Sequence[str]) -> str | None:
        return next((by_name[name] for name in candidates if name in by_name), None)

    patient, split = named(PATIENT_NAMES), named(SPLIT_NAMES)
    file, label = named(FILE_NAMES), named(LABEL_NAMES)
    free = [name for name in table.header if name and name not in {file, label, patient, split}]
    if file is None:
        file = next((name for name in free if _looks_like_files(_cells(table, name))), None)
    if label is None:
        label = next((name for name in free if name != file and _looks_like_classes(_cells(table, name))), None)
    if file is None:
        raise invalid_list(tr("No column looks like the file; name one column file and one label"))
    if label is None:
        raise invalid_list(tr("No column looks like the label; name one column file and one label"))
    return Columns(file, label, patient, split)


def find_attribute_columns(table: LabelList, columns: Columns) -> dict[str, int]:
    """For each attribute that the list tells, by the name of its column, where it stands."""
    used = {columns.file, columns.label, columns.patient, columns.split}
    places = {name.lower(): place for place, name in reversed(list(enumerate(table.header))) if name not in used}
    found = {
        attribute: next((places[name] for name in names if name in places), None)
        for attribute, names in ATTRIBUTE_NAMES.items()
    }
    return {attribute: place for attribute, place in found.items() if place is not None}


def _cells(table: LabelList, name: str) -> list[str]:
    place = table.header.index(name)
    return [cells[place] for _, cells in table.rows[:LOOKED_AT]]


def _looks_like_files(cells: Sequence[str]) -> bool:
    suffixes = [Path(cell).suffix.lower() for cell in cells]
    return bool(cells) and sum(suffix in FILM_SUFFIXES - {""} for suffix in suffixes) > len(cells) / 2


def _looks_like_classes(cells: Sequence[str]) -> bool:
    kinds = set(cells) - {""}
    return 2 <= len(kinds) <= min(MOST_CLASSES, len(cells) // 2)
