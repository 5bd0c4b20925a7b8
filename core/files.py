"""Writing that survives a power cut, hashing, and cells that no spreadsheet runs. Decides nothing about films."""

import csv
import errno
import hashlib
import io
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from core.errors import JobFailed, Reason

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@contextmanager
def explained_write(path: Path) -> Iterator[None]:
    """Turn an OSError met while writing `path` into a JobFailed with a sentence a person can act on."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            sentence = f"The disk is full: {path} could not be written. Free some space and try again."
            raise JobFailed(Reason.DISK_FULL, sentence) from error
        sentence = f"{path} cannot be written ({error.strerror or error}). Choose another place."
        raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence) from error


def write_atomically(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Let `write` fill a new file, flush it to the disk, and only then give it the name `path`.

    A crash or power cut leaves the old file or the new one, never half of one.
    Raises JobFailed (disk_full or output_not_writable); the temporary file is removed.
    """
    with explained_write(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                write(stream)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.chmod(_permissions_of_new_files())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _flush_folder(path.parent)


def write_text_atomically(path: Path, text: str) -> None:
    """Write UTF-8 text as `write_atomically` does; line ends are left as they are in `text`."""
    write_atomically(path, lambda stream: stream.write(text.encode("utf-8")))


def flushed_append(path: Path, text: str) -> None:
    """Add text to a file and make sure that it is on the disk. A torn last line before it is ended first.

    Raises OSError.
    """
    with path.open("a+b") as stream:
        if stream.tell():
            stream.seek(-1, os.SEEK_END)
            if stream.read(1) != b"\n":  # a power cut left half a line
                text = "\n" + text
        stream.write(text.encode("utf-8"))
        stream.flush()
        os.fsync(stream.fileno())


def _permissions_of_new_files() -> int:
    """Permission bits that an ordinary new file would get; mkstemp makes files that only the owner can read."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _flush_folder(folder: Path) -> None:
    """Make a rename itself durable. Windows cannot open folders and does not need it."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check_writable(folder: Path) -> None:
    """Create `folder` if need be and prove that a file can be written there, before any work starts.

    Raises JobFailed (disk_full or output_not_writable).
    """
    with explained_write(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".write-test-") as probe:
            probe.write(b"0" * 4096)
            probe.flush()


def sha256_of_text(text: str) -> str:
    """Hexadecimal SHA-256 of a UTF-8 text."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def readable_name(name: str) -> str:
    """A file name as text that can always be written as UTF-8: bytes that are not UTF-8 become \\xNN."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def csv_line(cells: Iterable[str]) -> str:
    """One line of CSV with its end; a cell with a line end of any kind is quoted, as the csv module alone does not."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().removesuffix("\r\n") + "\n"


def csv_rows(content: bytes) -> list[list[str]]:
    """All rows of a CSV in UTF-8, line ends inside of cells as they are. Raises ValueError for other bytes."""
    try:
        return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
    except csv.Error as error:
        raise ValueError(str(error)) from error


def spreadsheet_cell(text: str) -> str:
    """`text` as a cell that no spreadsheet takes for a formula: a leading = + - @ tab or line end gets a quote.

    OWASP, "CSV Injection". Quotes, commas and line ends inside are left to the csv module.
    """
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def without_quote(cell: str) -> str:
    """Undo `spreadsheet_cell`; a name that really begins with such a quote and sign does not change by it."""
    inner = cell[1:]
    return inner if cell.startswith("'") and spreadsheet_cell(inner) == cell else cell
