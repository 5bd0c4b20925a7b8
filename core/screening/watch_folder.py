"""Watch a folder and screen every new film once its file is complete, over hours."""

import threading
from collections.abc import Generator
from pathlib import Path
from typing import Final

from core.jobs.events import Progressed, Stage
from core.models.model_file import load_model_in_use
from core.screening.events import FilmAnswered, ScreeningResult, ScreeningStarted
from core.screening.folder_listing import ListedFile, list_folder
from core.screening.screening import Screening, ScreeningEvent, list_own_files, read_earlier_rows
from core.system.errors import JobFailed, Reason
from core.system.file_locks import lock_output
from core.system.files import check_writable
from core.system.language import tr

POLL_SECONDS: Final = 2.0
STILL_POLLS: Final = 2  # polls without change after which a file counts as complete
STILL_EMPTY_POLLS: Final = 30  # the same for an empty file, which its sender may still be about to fill


class Arrivals:
    """Finds complete files in a folder: those whose size and time did not change for some polls."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[tuple[int, int], int]] = {}  # by name: size and time, and polls without change

    def find_complete(self, files: dict[str, ListedFile], answered: set[str]) -> list[ListedFile]:
        """Poll once; return the files that are complete and not in `answered`, sorted by name."""
        ready: list[ListedFile] = []
        seen: dict[str, tuple[tuple[int, int], int]] = {}
        for name in sorted(set(files) - answered):
            item = files[name]
            try:
                status = item.path.stat()
            except OSError:
                continue  # deleted since it was listed, as a sender's temporary file is
            state = (status.st_size, status.st_mtime_ns)
            before, polls = self._seen.get(name, (state, 0))
            polls = polls + 1 if before == state else 1
            seen[name] = (state, polls)
            required_polls = STILL_POLLS if status.st_size else STILL_EMPTY_POLLS
            if item.error is not None or polls > required_polls:
                ready.append(item)
        self._seen = seen
        return ready


def watch(
    folder: Path, output: Path, model: Path | None, cancel: threading.Event, poll_seconds: float = POLL_SECONDS
) -> Generator[ScreeningEvent, None, ScreeningResult]:
    """Screen the files in `folder` and those that arrive, one row each, until `cancel` is set.

    Then the ledger is completed. An earlier ledger in `output` by the same model is continued. A
    share that is disconnected for a while is polled again. Files that were removed after they were
    screened keep their rows. Raises JobFailed.
    """
    if not folder.is_dir():
        raise JobFailed(Reason.DATASET_INVALID, tr("{folder} is not a folder.", folder=folder))
    check_writable(output.parent)
    with lock_output(output):
        yield Progressed(Stage.LOADING_NETWORK, 0, None)
        loaded = load_model_in_use(model)
        kept = read_earlier_rows(output, loaded, resume=True)
        yield ScreeningStarted(len(kept), tuple(kept), loaded.header.classes)
        screening = Screening(loaded, output, kept, heatmaps=None)
        arrivals = Arrivals()
        answered = {row.file for row in kept}
        try:
            while not cancel.is_set():
                try:
                    files = list_folder(folder, list_own_files(output))
                except JobFailed:
                    files = {}  # the share is disconnected; poll again
                for row in screening.score_files(arrivals.find_complete(files, answered), cancel):
                    answered.add(row.file)
                    yield FilmAnswered(row, len(screening.rows), len(screening.rows), None)
                yield Progressed(Stage.WATCHING, len(screening.rows), None)
                cancel.wait(poll_seconds)
        finally:
            screening.close()
        return screening.finish(completed=True, found=len(screening.rows))
