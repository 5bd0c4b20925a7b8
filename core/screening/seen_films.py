"""Remember, beside a ledger, the films whose answer the reader has seen (RESULTS.seen.csv).

A call counts as blind only if it was made before its answer was seen, also in an earlier session.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from core.screening.reader_calls import local_timestamp
from core.system.csv_text import drop_torn_line, format_csv_line, parse_csv, quote_formula, unquote_formula
from core.system.errors import JobFailed, Reason
from core.system.files import append_flushed, explain_write_errors, write_text_atomically
from core.system.language import tr
from core.system.outputs import check_output, csv_kind

COLUMNS: Final = ("seen", "seen_at")
SEEN_FILE: Final = csv_kind(lambda cells: tuple(cells) == COLUMNS)
WHOLE_LIST: Final = ""  # in place of a film: every film of the list


def seen_path(output: Path) -> Path:
    """Return the file of the films seen of a screening, beside its ledger."""
    return output.with_name(output.name.removesuffix(".csv") + ".seen.csv")


class SeenFilms:
    """The films of one list whose answer was on the screen.

    save: called once for each film, or with WHOLE_LIST.
    """

    def __init__(self, seen: Iterable[str], save: Callable[[str], object]) -> None:
        self._seen = set(seen)
        self._save = save

    def has_seen(self, file: str) -> bool:
        """Whether the reader has seen the answer on this film."""
        return file in self._seen or WHOLE_LIST in self._seen

    def add(self, file: str) -> None:
        """Note that the answer on a film is seen now."""
        if not self.has_seen(file):
            self._seen.add(file)
            self._save(file)

    def add_whole_list(self) -> None:
        """Note that the list shows its answers, so that none can be called blind any more."""
        self.add(WHOLE_LIST)


def append_seen(path: Path, file: str) -> None:
    """Append a film to a file of seen films and flush it to the disk.

    Raises JobFailed, also if the file is of another kind.
    """
    check_output(path, SEEN_FILE)
    if not path.exists() or path.stat().st_size == 0:
        write_text_atomically(path, format_csv_line(COLUMNS), private=True)
    with explain_write_errors(path):
        append_flushed(path, format_csv_line([quote_formula(file), local_timestamp()]))


def read_seen(path: Path) -> set[str]:
    """Return the films in a file of seen films, none if there is no such file.

    Raises JobFailed if it cannot be read: calls would count as blind that are not.
    """
    try:
        lines = parse_csv(drop_torn_line(path.read_bytes()))
    except FileNotFoundError:
        return set()
    except (OSError, ValueError) as error:
        sentence = tr("{path}, with the films whose answer was seen, cannot be read.", path=path)
        raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence) from error
    return {unquote_formula(cells[0]) for cells in lines[1:] if cells}
