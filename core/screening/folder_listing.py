"""List the regular files of a folder by the names that the ledger, RESULTS.csv, uses."""

import errno
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.screening.events import LedgerRow
from core.screening.file_state import FileState, state_of
from core.system.errors import JobFailed, Reason
from core.system.file_locks import is_lock_or_temporary
from core.system.files import escape_undecodable
from core.system.folders import walk_folders
from core.system.language import tr

ESCAPE: Final = re.compile(r"\\(?=x[0-9a-f]{2})")
# errors of links that lead nowhere and of files that were deleted since the folder was listed
GONE_ERRNOS: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EBADF, errno.ELOOP})
GONE_WINDOWS_ERRORS: Final = frozenset({21, 123, 1921})  # not ready, invalid name, unresolved link
ESCAPED_BYTE: Final = re.compile(rb"\\x([0-9a-f]{2})")


def walk_regular_files(folder: Path, left_out: Iterable[Path]) -> Iterator[tuple[Path, FileState | OSError]]:
    """Yield every regular file below `folder`, with its state or the error that prevents access to it.

    A folder that cannot be listed is yielded with its error. Links to folders are not followed.
    left_out: our own outputs, which are skipped together with their locks and temporary files.
    """
    base = Path(os.path.realpath(folder))  # links to folders are not followed below it
    outputs = {Path(os.path.realpath(path.parent)) / path.name for path in left_out}
    output_folders = {path.parent for path in outputs}
    problems: list[OSError] = []
    for parent, folders, names in walk_folders(folder, problems.append):
        real = base / parent.relative_to(folder)
        folders[:] = sorted((name for name in folders if real / name not in outputs), key=os.fsencode)
        for name in names:
            path = parent / name
            outcome = _observe_regular(path)
            if outcome is None:
                continue
            if real / name in outputs:
                continue
            if real in output_folders and any(is_lock_or_temporary(real / name, output) for output in outputs):
                continue
            yield path, outcome
    for folder_error in problems:
        yield Path(os.fsdecode(folder_error.filename)), folder_error


def _observe_regular(path: Path) -> FileState | OSError | None:
    """Return the state of a regular file, the error if it cannot be accessed, None for anything else."""
    try:
        status = path.stat()
    except OSError as error:
        if error.errno in GONE_ERRNOS or getattr(error, "winerror", None) in GONE_WINDOWS_ERRORS:
            return None
        return error  # the share was disconnected, or the folder may only be listed
    return state_of(status) if stat.S_ISREG(status.st_mode) else None


def relative_name(path: Path, folder: Path) -> str:
    """Return a file's name in the ledger: relative to the folder, with "/", always valid UTF-8.

    A byte that is not UTF-8 becomes \\xNN. If a name itself contains such an escape, its backslash
    becomes \\x5c. So no two files have the same name, and `path_of_name` finds each of them.
    """
    return escape_path(path.relative_to(folder))


def escape_path(path: Path) -> str:
    """Return a path as `relative_name` writes names; `path_of_name` of any folder finds an absolute one."""
    return escape_undecodable(ESCAPE.sub(r"\\x5c", path.as_posix()))


def path_of_name(folder: Path, name: str) -> Path:
    """Return the file of a name in the ledger; the inverse of `relative_name`."""
    if not ESCAPE.search(name):
        return folder / name
    content = ESCAPED_BYTE.sub(lambda match: bytes([int(match[1], 16)]), name.encode())
    return folder / os.fsdecode(content)


def find_film(folder: Path, row: LedgerRow) -> Path:
    """Return the file of a row: in the folder that was screened, or where it was moved from there."""
    original = path_of_name(folder, row.name_in_folder)
    if row.place.is_moved or (row.place.moved_to and not original.exists()):
        return path_of_name(folder, row.place.moved_to)
    return original


def _folder_error(folder: Path, error: OSError) -> JobFailed:
    """Return the error to raise if the folder itself cannot be listed."""
    sentence = tr("{folder} cannot be opened ({why}).", folder=folder, why=error.strerror or error)
    return JobFailed(Reason.DATASET_INVALID, sentence)


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file by its name in the ledger.

    state: size and times when it was listed, None if it cannot be accessed. error: why, or None.
    arrived_as: its name in the folder, "" if that is `name`.
    """

    name: str
    path: Path
    error: OSError | None = None
    state: FileState | None = None
    arrived_as: str = ""


def list_folder(folder: Path, left_out: Sequence[Path]) -> dict[str, ListedFile]:
    """Return every regular file below a folder, by its name in the ledger.

    left_out: our own outputs. Raises JobFailed if the folder itself cannot be listed.
    """
    listing = list(walk_regular_files(folder, left_out))
    if len(listing) == 1:
        path, outcome = listing[0]
        if isinstance(outcome, OSError) and path == folder:
            raise _folder_error(folder, outcome)
    files = {}
    for path, outcome in listing:
        name = relative_name(path, folder)
        if isinstance(outcome, OSError):
            files[name] = ListedFile(name, path, error=outcome)
        else:
            files[name] = ListedFile(name, path, state=outcome)
    return files
