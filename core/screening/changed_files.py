"""Find the rows of a screening whose files are no longer what was read."""

import threading
from collections.abc import Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Final

from core.jobs.events import Progressed, Stage
from core.jobs.thread_map import map_in_order
from core.screening.events import LedgerRow
from core.screening.file_state import FileState, has_content_of
from core.screening.folder_listing import ListedFile

REPORTED_FILES: Final = 50  # compared between two reports of progress


@dataclass(slots=True)
class Changes:
    """What happened to the files of rows.

    changed: names whose row no longer holds. renewed: present states of files whose content is
    still the same, and of those whose state was not known. is_complete: False if the comparison was
    cancelled; rows that were not compared are in neither.
    """

    changed: list[str] = field(default_factory=list)
    renewed: dict[str, FileState] = field(default_factory=dict)
    is_complete: bool = True


def find_changes(
    rows: Iterable[LedgerRow],
    states: Mapping[str, FileState],
    files: Mapping[str, ListedFile],
    cancel: threading.Event,
) -> Generator[Progressed, None, Changes]:
    """Compare files with what they were when their rows were written.

    states: by name, as recorded. Files of another size have changed; those of other times are
    hashed, on threads. A row without a state holds, and its file is known from now on. Files that
    are gone or cannot be accessed are not compared.
    """
    changes, doubtful = Changes(), []
    for row in rows:
        item = files.get(row.file)
        if item is None or item.state is None:
            continue
        before = states.get(row.file)
        if before is None:
            changes.renewed[row.file] = item.state
        elif not item.state.looks_like(before):
            doubtful.append((item, item.state, before))
    with closing(map_in_order(_is_unchanged, doubtful)) as compared:
        for number, ((item, present, before), unchanged) in enumerate(compared):
            if cancel.is_set():
                changes.is_complete = False
                break
            if number % REPORTED_FILES == 0:
                yield Progressed(Stage.CHECKING_FILMS, number, len(doubtful))
            if unchanged.result():
                changes.renewed[item.name] = replace(
                    before, modified_ns=present.modified_ns, changed_ns=present.changed_ns
                )
            else:
                changes.changed.append(item.name)
    return changes


def _is_unchanged(compared: tuple[ListedFile, FileState, FileState]) -> bool:
    item, present, before = compared
    return has_content_of(item.path, present, before)
