"""The rows of an earlier screening, which a screening goes on with, and what is in the folder now."""

from collections.abc import Container, Mapping, Sequence
from pathlib import Path

from core.inference.scoring_model import ScoringModel
from core.screening.cautions import format_wrong_folder
from core.screening.events import LedgerRow, Status
from core.screening.file_state import FileState
from core.screening.folder_listing import ListedFile
from core.screening.results_csv import partial_path, read_rows
from core.screening.state_log import add_film, read_states
from core.system.errors import JobFailed, Reason
from core.system.language import tr_count


def read_earlier_rows(output: Path, model: ScoringModel) -> tuple[list[LedgerRow], dict[str, FileState]]:
    """Return the rows of an earlier run, with their films, and the states of their files by name."""
    for ledger in (partial_path(output), output):
        if ledger.exists():
            rows = read_rows(ledger, model.header.classes, model.header.name)
            states = read_states(output, rows)
            return [add_film(row, states.get(row.file)) for row in rows], states
    return [], {}


def check_present_rows(rows: Sequence[LedgerRow], files: Mapping[str, ListedFile], folder: Path) -> str:
    """Return a sentence on rows whose file is gone, "" if there are none; such rows are kept.

    Raises JobFailed if there are rows but no file at all, or none of theirs: a disconnected share
    or another folder looks like that. A folder from which films were moved may be empty.
    """
    is_emptied = any(row.place.moved_to for row in rows)
    rows = [row for row in rows if not row.place.moved_to]
    if rows and not files and not is_emptied:
        sentence = tr_count(
            "{folder} is empty now, but {count} file was screened in it. Is its share connected?",
            "{folder} is empty now, but {count} files were screened in it. Is its share connected?",
            len(rows),
            folder=folder,
        )
        raise JobFailed(Reason.DATASET_INVALID, sentence)
    unlistable = tuple(f"{name}/" for name, item in files.items() if item.error is not None)
    gone = sum(row.name_in_folder not in files and not row.file.startswith(unlistable) for row in rows)
    if rows and gone == len(rows) and not is_emptied:
        raise JobFailed(Reason.DATASET_INVALID, format_wrong_folder(folder, len(rows)))
    if not gone:
        return ""
    return tr_count(
        "{count} file of this list is no longer in the folder; its row is kept.",
        "{count} files of this list are no longer in the folder; their rows are kept.",
        gone,
    )


def drop_failures(rows: Sequence[LedgerRow], files: Container[str]) -> list[LedgerRow]:
    """Return the rows without failures of other files than these.

    A failure of what is gone, such as a folder that could not be listed, holds no more.
    """
    return [row for row in rows if row.status is not Status.FAILED or row.name_in_folder in files]
