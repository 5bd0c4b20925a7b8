"""Remember the worklists that were open last, on this computer only, for the menu that opens them again.

The list holds places and counts, no name of a film. It is a convenience: a damaged file counts as
empty, and the next worklist that is remembered replaces it.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from core.screening.results_csv import partial_path
from core.system.file_locks import lock_output
from core.system.files import explain_write_errors, make_folder, read_json, write_text_atomically
from core.system.language import tr

FILE: Final = "recent.json"
FORMAT: Final = 1
MOST_REMEMBERED: Final = 10
KEYS: Final = frozenset({"ledger", "folder", "films", "called", "screened_at", "model", "is_film", "classes"})


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


def read_recent_lists(folder: Path) -> tuple[RecentList, ...]:
    """Return what `remember_list` wrote to `folder`, the last first; nothing if it cannot be read."""
    try:
        content = read_json(folder / FILE)
        if content.keys() != {"format", "lists"} or content["format"] != FORMAT:
            return ()
        return tuple(map(_parse_list, content["lists"]))[:MOST_REMEMBERED]
    except (OSError, ValueError, TypeError, AttributeError):
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
        lists = [_format_list(one) for one in (recent, *others)[:MOST_REMEMBERED]]
        text = json.dumps({"format": FORMAT, "lists": lists}, indent=2) + "\n"
        write_text_atomically(path, text, private=True)


def explain_loss(recent: RecentList) -> str:
    """Return why a worklist cannot be opened any more, "" if it can. Reads the disk."""
    if not recent.folder.is_dir():
        return tr("The folder is gone.")
    if not recent.ledger.is_file() and not partial_path(recent.ledger).is_file():
        return tr("The worklist is gone.")
    return ""


def _format_list(recent: RecentList) -> dict[str, Any]:
    return {
        "ledger": str(recent.ledger),
        "folder": str(recent.folder),
        "films": recent.films,
        "called": recent.called,
        "screened_at": recent.screened_at,
        "model": None if recent.model is None else str(recent.model),
        "is_film": recent.is_film,
        "classes": list(recent.classes),
    }


def _parse_list(content: Any) -> RecentList:
    """Raise ValueError or AttributeError for anything that `_format_list` does not make."""
    if content.keys() != KEYS:
        raise ValueError("keys")
    texts = [content["ledger"], content["folder"], content["screened_at"]]
    texts += [] if content["model"] is None else [content["model"]]
    classes, counts = content["classes"], (content["films"], content["called"])
    if not isinstance(classes, list) or not all(isinstance(text, str) and text for text in [*texts, *classes]):
        raise ValueError("texts")
    if not all(type(count) is int and count >= 0 for count in counts) or type(content["is_film"]) is not bool:
        raise ValueError("numbers")
    datetime.fromisoformat(content["screened_at"])
    return RecentList(
        ledger=Path(content["ledger"]),
        folder=Path(content["folder"]),
        films=content["films"],
        called=content["called"],
        screened_at=content["screened_at"],
        model=None if content["model"] is None else Path(content["model"]),
        is_film=content["is_film"],
        classes=tuple(classes),
    )
