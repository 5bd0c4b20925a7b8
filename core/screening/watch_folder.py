"""Watch a folder and screen every new film once its file is complete, over hours."""

import threading
from collections.abc import Container, Generator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from core.inference.scoring_model import open_model
from core.jobs.events import Noted, Progressed, Severity, Stage
from core.screening.earlier_rows import read_earlier_rows
from core.screening.events import FilmAnswered, ScreeningResult, ScreeningStarted
from core.screening.file_state import FileState
from core.screening.film_archive import FilmArchive
from core.screening.folder_listing import ListedFile, list_folder
from core.screening.screening import Screening, ScreeningEvent
from core.screening.screening_files import check_places, list_own_files
from core.system.errors import JobFailed
from core.system.file_locks import lock_output

POLL_SECONDS: Final = 2.0
STILL_POLLS: Final = 2  # polls without change after which a file counts as complete
STILL_EMPTY_POLLS: Final = 30  # the same for an empty file, which its sender may still be about to fill


class Arrivals:
    """Finds complete files in a folder: those whose size and time did not change for some polls."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[FileState | None, int]] = {}  # by name: state, and polls without change

    def find_complete(self, files: Mapping[str, ListedFile], answered: Container[str]) -> list[ListedFile]:
        """Poll once; return the files that are complete and not in `answered`, sorted by name."""
        ready: list[ListedFile] = []
        seen: dict[str, tuple[FileState | None, int]] = {}
        for name in sorted(name for name in files if name not in answered):
            item = files[name]
            before, polls = self._seen.get(name, (item.state, 0))
            polls = polls + 1 if before == item.state else 1
            seen[name] = (item.state, polls)
            required_polls = STILL_POLLS if item.state is None or item.state.size else STILL_EMPTY_POLLS
            if item.error is not None or polls > required_polls:
                ready.append(item)
        self._seen = seen
        return ready


def watch(
    folder: Path,
    output: Path,
    model: Path | None,
    cancel: threading.Event,
    archive: Path | None = None,
    poll_seconds: float = POLL_SECONDS,
) -> Generator[ScreeningEvent, None, ScreeningResult]:
    """Screen the files in `folder` and those that arrive, one row each, until `cancel` is set.

    Then the ledger is completed. An earlier ledger in `output` by the same model is continued. A
    share that is disconnected for a while is polled again. Files that were removed after they were
    screened keep their rows. A file that changed after it was screened, because its sender went on
    or sent it again, loses its row and is read again once it is complete; if `cancel` comes first
    the ledger has no row of it, as of every file that is not complete yet. archive: move answered
    films there once they did not change for another poll, or with the next watching. Raises JobFailed.
    """
    check_places(folder, output, heatmaps=None, archive=archive)
    with lock_output(output) as lock:
        yield Progressed(Stage.LOADING_NETWORK, 0, None)
        loaded = open_model(model)
        kept, states = read_earlier_rows(output, loaded)
        screening = Screening(loaded, output, lock, kept, states, heatmaps=None)
        with closing(screening):
            yield from loaded.notes()
            yield from screening.follow_files(_list_if_connected(folder, screening), cancel)
            yield ScreeningStarted(len(screening.rows), tuple(screening.rows.values()), loaded.header.classes)
            mover = None if archive is None else FilmArchive(folder, archive)
            yield from _poll(folder, screening, mover, cancel, poll_seconds)
            # what changed since the last poll must not stay in the ledger
            yield from screening.follow_files(_list_if_connected(folder, screening), threading.Event())
        result = screening.finish(completed=True, found=len(screening.rows))
    for warning in result.drift:
        yield Noted(warning, Severity.WARNING)
    return result


def _poll(
    folder: Path, screening: Screening, archive: FilmArchive | None, cancel: threading.Event, poll_seconds: float
) -> Generator[ScreeningEvent, None, None]:
    """Screen what arrives and what changed, and move what is answered, until `cancel` is set."""
    arrivals = Arrivals()
    while not cancel.is_set():
        files = _list_if_connected(folder, screening)
        is_compared = yield from screening.follow_files(files, cancel)
        if archive is not None and is_compared:
            yield from screening.move_answered(archive, files, cancel)
        for row in screening.score_files(arrivals.find_complete(files, screening.rows), cancel):
            yield FilmAnswered(row, len(screening.rows), len(screening.rows), None)
        yield Progressed(Stage.WATCHING, len(screening.rows), None)
        cancel.wait(poll_seconds)


def _list_if_connected(folder: Path, screening: Screening) -> Mapping[str, ListedFile]:
    """Return the files of the watched folder by the names of their rows, none while its share is disconnected."""
    try:
        files = list_folder(folder, list_own_files(screening.output))
    except JobFailed:
        return {}
    return screening.match_files(folder, files)
