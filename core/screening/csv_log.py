"""CSV files beside the ledgers to which lines are only appended: calls, films seen, answers in an outbox."""

from collections.abc import Sequence
from pathlib import Path

from core.system.csv_text import drop_torn_line, format_csv_line, parse_csv
from core.system.files import write_text_atomically
from core.system.outputs import OutputKind, check_output


def read_csv_log(path: Path, columns: Sequence[str]) -> list[list[str]]:
    """Return the lines below the header, none if there is no file.

    columns: the header. Raises OSError, or ValueError for a file with another one.
    """
    try:
        lines = parse_csv(drop_torn_line(path.read_bytes()))
    except FileNotFoundError:
        return []
    if not lines or lines[0] != list(columns):
        raise ValueError(path.name)
    return lines[1:]


def begin_csv_log(path: Path, columns: Sequence[str], kind: OutputKind) -> None:
    """Write the header where there is no file yet, or an empty one, for its owner alone.

    Raises JobFailed, also if the file is of another kind.
    """
    check_output(path, kind)
    if not path.exists() or path.stat().st_size == 0:
        write_text_atomically(path, format_csv_line(columns), private=True)
