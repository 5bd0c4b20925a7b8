"""The columns of the table of films: what stands in a cell, and by what it is sorted."""

from typing import Final

from core.metrics.figure_labels import format_probability
from core.screening.events import LedgerRow
from core.system.language import format_day, marked, tr
from core.system.safe_text import escape_name
from gui.worklist.row_order import DECISION_ORDER
from gui.worklist.row_text import HIDDEN, format_status
from gui.worklist.worklist_table import WorklistTable

HEADINGS: Final = (
    marked("Film"),
    marked("Accession"),
    marked("Study date"),
    marked("Patient ID"),
    marked("Decision"),
    marked("Probability"),
    marked("Label"),
    marked("Reader"),
    marked("Note"),
    marked("Status"),
)
FILM, ACCESSION, STUDY_DATE, PATIENT, DECISION, PROBABILITY, LABEL, READER, NOTE, STATUS = range(10)
STUDY_COLUMNS: Final = {ACCESSION: "accession", STUDY_DATE: "study_date", PATIENT: "patient"}  # of DICOM films


def cell_text(table: WorklistTable, row: LedgerRow, column: int) -> str:
    """Return what stands in a cell of a row."""
    is_hidden = table.is_hidden(row)
    if column in {DECISION, PROBABILITY, LABEL} and is_hidden:
        return tr(HIDDEN)
    if column == FILM:
        return table.display_name(row)
    if column in STUDY_COLUMNS:
        return _study_text(table, row, column)
    if column == PROBABILITY:
        return "" if row.probability is None else format_probability(row.probability)
    if column == LABEL:
        return escape_name(row.label or "")
    if column == STATUS:
        return format_status(row, is_hidden)
    text = table.text(row)
    if column == DECISION:
        return f"{text.mark} {text.answer}" if text.decision else ""
    return text.reader if column == READER else text.note


def _study_text(table: WorklistTable, row: LedgerRow, column: int) -> str:
    numbers = table.studies.find(row.file)
    if column == STUDY_DATE:
        return format_day(numbers.study_date)
    return escape_name(numbers.accession if column == ACCESSION else numbers.patient)


def cell_value(table: WorklistTable, row: LedgerRow, column: int) -> str | float | None:
    """Return what a cell is sorted by, None or "" where there is nothing."""
    if column == PROBABILITY:
        return row.probability
    if column == DECISION:
        return None if row.decision is None else DECISION_ORDER[row.decision]
    if column == STUDY_DATE:
        return table.studies.find(row.file).study_date
    return cell_text(table, row, column)
