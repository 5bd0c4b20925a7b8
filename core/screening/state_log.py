"""Keep beside a ledger what the file of each row was when it was read, and where it is (RESULTS.csv.state).

One line of JSON for each reading and each step of a move, oldest first. The last line of a file
belongs to its row in the ledger; earlier ones hold the rows that it superseded. A line is written
before its row, so that a crash between the two leaves a line without its row, whose file is read
again, and never a row beside the state of another reading. Lines that a crash tore are ignored.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TextIO

from core.films.film_code import film_code
from core.screening.events import LedgerRow
from core.screening.file_state import IN_FOLDER, NEVER_READ, FileState, FilmPlace
from core.screening.reader_calls import local_timestamp
from core.screening.results_csv import row_cells
from core.system.csv_text import format_csv_line
from core.system.files import append_flushed, cut_torn_line, explain_write_errors, is_open_at, write_text_atomically
from core.system.outputs import OutputKind, check_output, read_start

STATE: Final = ".state"  # suffix, after that of the ledger
LINE_START: Final = b'{"file": '
ENCODER: Final = json.JSONEncoder(ensure_ascii=False)


def _is_state_file(path: Path) -> bool:
    """Return True for a file of states, also an empty one, or one torn in its first line."""
    return LINE_START.startswith(read_start(path, len(LINE_START)))


STATE_FILE: Final = OutputKind(_is_state_file)


def state_path(output: Path) -> Path:
    """Return the file of the states that belongs to a ledger, beside it."""
    return output.with_name(output.name + STATE)


def read_states(output: Path, rows: Iterable[LedgerRow]) -> dict[str, FileState]:
    """Return the states of the files of these rows, by name.

    Rows without any states, as earlier versions wrote them, have none. Otherwise a row that is not
    the last one read from its file, or whose file has no state because one of the two was changed,
    has the state NEVER_READ.
    """
    written = _read_lines(state_path(output))
    states = {}
    for row in rows if written else ():
        text, state = written.get(row.file, ("", NEVER_READ))
        states[row.file] = state if text == _format_row(row) else replace(NEVER_READ, place=state.place)
    return states


def read_file_states(output: Path) -> dict[str, FileState]:
    """Return the last state of each file that a ledger's state file knows, by name."""
    return {name: state for name, (_, state) in _read_lines(state_path(output)).items()}


def add_film(row: LedgerRow, state: FileState | None) -> LedgerRow:
    """Return a row with place and code of its film, "" where its content is not known."""
    if state is None:
        return replace(row, film="", place=IN_FOLDER)
    return replace(row, film=film_code(state.sha256), place=state.place)


def append_state(output: Path, row: LedgerRow, state: FileState) -> None:
    """Append the state of a single row's file, flushed to the disk. Raises JobFailed."""
    path = state_path(output)
    check_output(path, STATE_FILE)
    with explain_write_errors(path):
        append_flushed(path, _format_line(row, state, local_timestamp()))


class StateLog:
    """The states of a running screening, open for appending; every line is flushed to the system.

    rows, states: all rows and their states by file, as the owner keeps them; they are written anew
    if somebody removes or replaces the file meanwhile.
    """

    def __init__(
        self, output: Path, is_continued: bool, rows: Mapping[str, LedgerRow], states: Mapping[str, FileState]
    ) -> None:
        """Open the file; is_continued: keep the lines of an earlier run."""
        self._path = state_path(output)
        self._rows, self._states = rows, states
        if not is_continued or not self._path.exists():
            write_text_atomically(self._path, "", private=True)
        with explain_write_errors(self._path):
            cut_torn_line(self._path)
        self._stream = self._open()

    def add(self, rows: Iterable[LedgerRow]) -> None:
        """Append the states of rows; both are in `rows` and `states` already."""
        if not is_open_at(self._stream.fileno(), self._path):
            self._stream.close()
            check_output(self._path, STATE_FILE)
            write_text_atomically(self._path, self._format_lines(self._rows.values()), private=True)
            self._stream = self._open()
            return
        with explain_write_errors(self._path):
            self._stream.write(self._format_lines(rows))
            self._stream.flush()

    def sync(self) -> None:
        """Wait until all lines are on the disk."""
        with explain_write_errors(self._path):
            os.fsync(self._stream.fileno())

    def _format_lines(self, rows: Iterable[LedgerRow]) -> str:
        """Return the lines of rows, without those that have no state."""
        read_at = local_timestamp()
        return "".join(_format_line(row, self._states[row.file], read_at) for row in rows if row.file in self._states)

    def close(self) -> None:
        with explain_write_errors(self._path):
            self._stream.close()

    def _open(self) -> TextIO:
        with explain_write_errors(self._path):
            return self._path.open("a", encoding="utf-8", newline="")


def _format_row(row: LedgerRow) -> str:
    """Return a row as it stands in the ledger, without its line end."""
    return format_csv_line(row_cells(row)).removesuffix("\n")


def _format_line(row: LedgerRow, state: FileState, read_at: str) -> str:
    content = {
        "file": row.file,
        "size": state.size,
        "mtime_ns": state.modified_ns,
        "ctime_ns": state.changed_ns,
        "sha256": state.sha256,
        "age_years": state.age_years,
        **_format_place(state.place),
        "read_at": read_at,
        "row": _format_row(row),
    }
    return ENCODER.encode(content) + "\n"


def _format_place(place: FilmPlace) -> dict[str, Any]:
    """Return the keys of a place; none for a film in its folder under the name of its row."""
    content: dict[str, Any] = {"arrived_as": place.arrived_as} if place.arrived_as else {}
    return content | ({"moved_to": place.moved_to, "is_moved": place.is_moved} if place.moved_to else {})


def _parse_place(content: Mapping[str, Any]) -> FilmPlace:
    return FilmPlace(
        str(content.get("arrived_as", "")), str(content.get("moved_to", "")), content.get("is_moved") is True
    )


def _read_lines(path: Path) -> dict[str, tuple[str, FileState]]:
    """Return row and state of the last line of each file; nothing if the file cannot be read."""
    written: dict[str, tuple[str, FileState]] = {}
    try:
        with path.open("rb") as stream:
            for line in stream:
                try:
                    content = json.loads(line)
                    state = FileState(
                        int(content["size"]),
                        int(content["mtime_ns"]),
                        int(content["ctime_ns"]),
                        str(content["sha256"]),
                        None if content.get("age_years") is None else float(content["age_years"]),
                        _parse_place(content),
                    )
                    written[str(content["file"])] = (str(content["row"]), state)
                except (ValueError, KeyError, TypeError, RecursionError):
                    continue  # torn or damaged
    except OSError:
        return written
    return written
