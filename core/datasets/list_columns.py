"""Recognise the columns of a label list by their names in many languages, else by their contents."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from core.datasets.class_names import class_key
from core.datasets.column_names import column_names, plain_name
from core.datasets.entries import SPLIT_NAMES, invalid_dataset
from core.datasets.folder_names import FILM_SUFFIXES
from core.datasets.label_list import UID, Columns, LabelList
from core.datasets.list_labels import FINDING_VALUES, count_contained, fold_number
from core.system.language import tr

ATTRIBUTES: Final = ("age", "sex", "view", "device")  # further attributes of a film
IDENTIFIERS: Final = ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID", "AccessionNumber")
GUESS_ROWS: Final = 200  # rows read when a column is guessed from its contents
MAX_CLASSES: Final = 20


def guess_columns(table: LabelList) -> Columns:
    """Guess the columns by their names; file and label, if no name matches, by their contents.

    Where no column names files, one with identifiers of DICOM films or of patients does. The finding
    "Pneumonia" is proposed where the labels are lists of findings that contain it.
    Raises JobFailed if no column looks like files, or none or several like classes.
    """
    patient, split = _find_column(table, "patient"), _find_split(table)
    label = _find_column(table, "label") or _find_column(table, "pneumonia")
    file = _find_column(table, "file")
    known = {patient, split, label, *(name for names in find_attribute_columns(table).values() for name in names)}
    free = [name for name in table.header if name and name not in known]
    file = file or next((name for name in free if _looks_like_files(_read_cells(table, name))), None)
    file = file or next((name for kind in IDENTIFIERS if (name := _find_column(table, kind))), None)
    file = file or next((name for name in free if _looks_like_uids(_read_cells(table, name))), None) or patient
    if file is None:
        raise invalid_dataset(tr("No column looks like the file; name one column file and one label"))
    label = label or _guess_label(table, [name for name in free if name != file and identifier_of(name) is None])
    return Columns(file, label, patient, split, _propose_finding(table, label))


def find_attribute_columns(table: LabelList) -> dict[str, list[str]]:
    """Return the columns of each of the ATTRIBUTES that the list has, the most telling first."""
    found = {attribute: _find_columns(table, attribute) for attribute in ATTRIBUTES}
    return {attribute: names for attribute, names in found.items() if names}


def identifier_of(column: str) -> str | None:
    """Return the DICOM keyword of a column with identifiers, such as "Accession No"; None for others."""
    for keyword in IDENTIFIERS:
        if plain_name(column) in column_names()[keyword]:
            return keyword
    return "PatientID" if plain_name(column) in column_names()["patient"] else None


def is_generic_label(column: str) -> bool:
    """Return True if the name of a label column does not name a finding, as "Target" or "Befund"."""
    return plain_name(column) in {*column_names()["label"], *column_names()["generic label"]}


def _find_columns(table: LabelList, kind: str) -> list[str]:
    """Return the columns whose names are of a kind, in the order of preference."""
    by_name = {plain_name(name): name for name in reversed(table.header) if name}
    return [by_name[name] for name in column_names()[kind] if name in by_name]


def _find_column(table: LabelList, kind: str) -> str | None:
    return next(iter(_find_columns(table, kind)), None)


def _find_split(table: LabelList) -> str | None:
    """Return the column of the split; one without any split's name, such as a number of a fold, is none."""
    for name in _find_columns(table, "split"):
        values = set(map(class_key, table.read_column(name))) - {""}
        if not values or values & SPLIT_NAMES.keys():
            return name
    return None


def _guess_label(table: LabelList, candidates: Sequence[str]) -> str:
    """Return the only column of candidates that looks like classes. Raises JobFailed if there is none."""
    alike = [name for name in candidates if _looks_like_classes(_read_cells(table, name))]
    if not alike:
        raise invalid_dataset(tr("No column looks like the label; name one column file and one label"))
    findings = [name for name in alike if _holds_one_finding(table.read_column(name))]
    if len(findings) > 1:
        listed = ", ".join(findings)
        raise invalid_dataset(tr("Each of the columns {listed} may be the label; choose one of them", listed=listed))
    return alike[0]


def _propose_finding(table: LabelList, label: str) -> str | None:
    """Return the finding to look for if the label column lists findings and one is pneumonia."""
    contained = dict(count_contained(table.read_column(label)))
    return next((finding for finding in contained if plain_name(finding) in column_names()["pneumonia"]), None)


def _read_cells(table: LabelList, name: str) -> list[str]:
    """Return the first GUESS_ROWS cells of a column."""
    index = table.header.index(name)
    return [cells[index] for _, cells in table.rows[:GUESS_ROWS]]


def _looks_like_files(cells: Sequence[str]) -> bool:
    suffixes = [Path(cell).suffix.lower() for cell in cells]
    return bool(cells) and sum(suffix in FILM_SUFFIXES for suffix in suffixes) > len(cells) / 2


def _looks_like_uids(cells: Sequence[str]) -> bool:
    return bool(cells) and sum(bool(UID.fullmatch(cell)) for cell in cells) > len(cells) / 2


def _looks_like_classes(cells: Sequence[str]) -> bool:
    values = set(cells) - {""}
    return 2 <= len(values) <= min(MAX_CLASSES, len(cells) // 2)


def _holds_one_finding(cells: Iterable[str]) -> bool:
    """Return True if a column says of one finding whether it is there, as 1 and 0."""
    return {fold_number(cell) for cell in cells if cell} <= FINDING_VALUES
