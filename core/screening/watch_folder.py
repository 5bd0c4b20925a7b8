"""A folder that is watched: every new film is screened once it is complete, over hours. Scores nothing itself."""

import threading
from collections.abc import Generator
from pathlib import Path
from typing import Final

from core.jobs.events import Progressed, Stage
from core.models.model_file import load_in_use
from core.screening.events import FilmAnswered, ScreeningResult, ScreeningStarted
from core.screening.folder_listing import ListedFile, list_folder
from core.screening.screening import Screening, ScreeningEvent, list_own_files, read_earlier_rows
from core.system.errors import JobFailed, Reason
from core.system.file_locks import lock_output
from core.system.files import check_writable
from core.system.language import tr

POLL_SECONDS: Final = 2.0
STILL_POLLS: Final = 2  # looks without change after which a file is taken for complete
STILL_EMPTY_POLLS: Final = 30  # of an empty file, which a sender may still be about to fill


class Arrivals:
    """Which files of a folder are complete: those whose size and time have not changed for some looks."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[tuple[int, int], int]] = {}

    def complete(self, files: dict[str, ListedFile], answered: set[str]) -> list[ListedFile]:
        """Look once; files that are complete now and have no row yet, in the order of their names."""
        ready, seen = [], {}
        for name in sorted(set(files) - answered):
            item = files[name]
            try:
                status = item.path.stat()
            except OSError:
                continue  # it vanished between listing and looking, as a sender's temporary file does
            state = (status.st_size, status.st_mtime_ns)
            before, looks = self._seen.get(name, (state, 0))
            looks = looks + 1 if before == state else 1
            seen[name] = (state, looks)
            if item.error is not None or looks > (STILL_POLLS if status.st_size else STILL_EMPTY_POLLS):
                ready.append(item)
        self._seen = seen
        return ready


def watch(
    folder: Path, output: Path, model: Path | None, cancel: threading.Event, poll_seconds: float = POLL_SECONDS
) -> Generator[ScreeningEvent, None, ScreeningResult]:
    """Screen what is in `folder` and what comes, one row a file, until `cancel` is set; then the ledger is complete.

    An earlier ledger in `output` by the same model goes on. A share that disappears for a while is looked for again;
    files that were answered and then removed keep their rows. Raises JobFailed.
    """
    if not folder.is_dir():
        raise JobFailed(Reason.DATASET_INVALID, tr("{folder} is not a folder.", folder=folder))
    check_writable(output.parent)
    with lock_output(output):
        yield Progressed(Stage.LOADING_NETWORK, 0, None)
        loaded = load_in_use(model)
        kept = read_earlier_rows(output, loaded, resume=True)
        yield ScreeningStarted(len(kept), tuple(kept), loaded.header.classes)
        work, arrivals = Screening(loaded, output, kept, None), Arrivals()
        answered = {row.file for row in kept}
        try:
            while not cancel.is_set():
                try:
                    files = list_folder(folder, list_own_files(output))
                except JobFailed:
                    files = {}  # the share is away; what waits is looked for again
                for row in work.answered(arrivals.complete(files, answered), cancel):
                    answered.add(row.file)
                    yield FilmAnswered(row, len(work.rows), len(work.rows), None)
                yield Progressed(Stage.WATCHING, len(work.rows), None)
                cancel.wait(poll_seconds)
        finally:
            work.close()
        return work.result(completed=True, found=len(work.rows))
