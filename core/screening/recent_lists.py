"""Remember the worklists that were open last, on this computer only, for the menu that opens them again.

The list holds places and counts, no name of a film. It is a convenience: a damaged file counts as
empty, and the next worklist that is remembered replaces it.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from core.screening.results_csv import partial_path
from core.system.file_locks import lock_output
from core.system.files import explain_write_errors, make_folder, read_json, write_text_atomically
from core.system.json_records import check_version, parse_record
from core.system.language import tr

FILE: Final = "recent.json"
FORMAT: Final = 1
MOST_REMEMBERED: Final = 10


@dataclass(frozen=True, slots=True)
class RecentList:
    """A worklist that was open.

    ledger: its file once it is complete. folder: of its films. films, called: numbers of rows and of
    the reader's calls. screened_at: local time, ISO 8601. model: the file of the model, None for the
    bundled one. is_film: True for a single film, a list of one row. classes: of the model.
    """

    ledger: Path
    folder: Path
    films: int
    called: int
    screened_at: str
    model: Path | None
    is_film: bool
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for counts below 0, and for a time that is none."""
        if min(self.films, self.called) < 0:
            raise ValueError("counts")
        datetime.fromisoformat(self.screened_at)


@dataclass(frozen=True, slots=True)
class _Stored:
    lists: tuple[RecentList, ...]


def read_recent_lists(folder: Path) -> tuple[RecentList, ...]:
    """Return what `remember_list` wrote to `folder`, the last first; nothing if it cannot be read."""
    try:
        stored = parse_record(_Stored, check_version(read_json(folder / FILE), FORMAT))
        return stored.lists[:MOST_REMEMBERED]
    except (OSError, ValueError):
        return ()


def remember_list(folder: Path, recent: RecentList) -> None:
    """Put a worklist before all others; an earlier entry of the same ledger is dropped.

    folder: that of the screenings. Raises JobFailed if nothing can be written there, or in_use while
    another program writes.
    """
    path = folder / FILE
    with explain_write_errors(path):
        make_folder(folder, private=True)
    with lock_output(path):
        others = [other for other in read_recent_lists(folder) if other.ledger != recent.ledger]
        stored = _Stored((recent, *others)[:MOST_REMEMBERED])
        text = json.dumps({"format": FORMAT, **asdict(stored)}, indent=2, default=str) + "\n"  # paths become text
        write_text_atomically(path, text, private=True)


def explain_loss(recent: RecentList) -> str:
    """Return why a worklist cannot be opened any more, "" if it can. Reads the disk."""
    if not recent.folder.is_dir():
        return tr("The folder is gone.")
    if not recent.ledger.is_file() and not partial_path(recent.ledger).is_file():
        return tr("The worklist is gone.")
    return ""
