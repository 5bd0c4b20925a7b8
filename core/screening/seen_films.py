"""Remember which films' answers the reader has seen, by content and not by name (screenings/seen.csv).

A call counts as blind only if it was made before its answer was seen, in whatever list and session.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from core.screening.csv_log import begin_csv_log, read_csv_log
from core.screening.reader_calls import local_timestamp
from core.system.csv_text import format_csv_line
from core.system.errors import JobFailed, Reason
from core.system.files import append_flushed, explain_write_errors
from core.system.language import tr
from core.system.outputs import csv_kind

COLUMNS: Final = ("seen_film", "seen_at")
SEEN_FILE: Final = csv_kind(lambda cells: tuple(cells) == COLUMNS)


def seen_path(screenings: Path) -> Path:
    """Return the file of the films seen, in the folder of the window's lists."""
    return screenings / "seen.csv"


class SeenFilms:
    """The films whose answer was on the screen, by the code of their content.

    save: called with codes that are new. is_known: False while, or if, they cannot be read or kept;
    every film counts as seen then, so that no call is called blind without proof.
    """

    def __init__(self, save: Callable[[tuple[str, ...]], object]) -> None:
        self._seen: set[str] = set()
        self._save = save
        self.is_known = False

    def load(self, codes: Iterable[str]) -> None:
        """Take the films of earlier sessions."""
        self._seen |= set(codes)
        self.is_known = True

    def has_seen(self, code: str) -> bool:
        """Whether the reader may have seen the answer on a film; True where its content is not known."""
        return not self.is_known or not code or code in self._seen

    def add(self, codes: Iterable[str]) -> None:
        """Note that answers are on the screen now."""
        if new := tuple({code for code in codes if code} - self._seen):
            self._seen |= set(new)
            self._save(new)


def append_seen(path: Path, codes: Iterable[str]) -> None:
    """Append films to the file and flush it to the disk. Raises JobFailed, also if the file is of another kind."""
    begin_csv_log(path, COLUMNS, SEEN_FILE)
    now = local_timestamp()
    with explain_write_errors(path):
        append_flushed(path, "".join(format_csv_line([code, now]) for code in codes))


def read_seen(path: Path) -> set[str]:
    """Return the films in the file, none if there is no such file. Raises JobFailed if it is not to be trusted."""
    try:
        lines = read_csv_log(path, COLUMNS)
    except (OSError, ValueError) as error:
        sentence = tr(
            "{path}, with the films whose answer was seen, cannot be read. Until it is moved elsewhere, no call counts "
            "as blind.",
            path=path,
        )
        raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence) from error
    return {cells[0] for cells in lines if cells}
