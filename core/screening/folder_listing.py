"""List the regular files of a folder by the names that RESULTS.csv uses."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.system.errors import JobFailed, Reason
from core.system.file_locks import is_own
from core.system.files import (
    escape_undecodable,
)
from core.system.language import tr

CODED: Final = re.compile(r"\\(?=x[0-9a-f]{2})")


CODED_BYTE: Final = re.compile(rb"\\x([0-9a-f]{2})")


def walk_regular_files(folder: Path, left_out: Iterable[Path]) -> Iterator[tuple[Path, OSError | None]]:
    """Every regular file below `folder`, with its error where it may not be looked at, or a folder not be listed.

    Links to folders are not followed. left_out: our own outputs, which are no input, nor is what a crash left of them.
    """
    ours = {path.absolute() for path in left_out}
    beside = {path.parent for path in ours}
    problems: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=problems.append):
        folders[:] = sorted((name for name in folders if Path(parent, name).absolute() not in ours), key=os.fsencode)
        for name in names:
            path, problem = Path(parent, name), None
            try:
                if not path.is_file():
                    continue
            except OSError as error:  # the share went away, or the folder may be listed only
                problem = error
            absolute = path.absolute()
            if absolute in ours or (absolute.parent in beside and any(is_own(absolute, one) for one in ours)):
                continue
            yield path, problem
    for closed in problems:
        yield Path(os.fsdecode(closed.filename)), closed


def relative_name(path: Path, folder: Path) -> str:
    """The file's name in the ledger: relative to the folder, with "/", always valid UTF-8.

    A byte that is not UTF-8 becomes \\xNN, and where a name itself holds such letters, its backslash becomes \\x5c, so
    that no two files have one name, and `path_of_name` finds each again.
    """
    return escape_undecodable(CODED.sub(r"\\x5c", path.relative_to(folder).as_posix()))


def path_of_name(folder: Path, name: str) -> Path:
    """The file behind a name in the ledger: undoes `relative_name`."""
    if not CODED.search(name):
        return folder / name
    content = CODED_BYTE.sub(lambda found: bytes([int(found[1], 16)]), name.encode())
    return folder / os.fsdecode(content)


def unlistable_folder(folder: Path, error: OSError) -> JobFailed:
    """The error where the folder itself cannot be listed."""
    sentence = tr("{folder} cannot be opened ({why}).", folder=folder, why=error.strerror or error)
    return JobFailed(Reason.DATASET_INVALID, sentence)


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file without a row: its name in the ledger, where it is, and why it could not be listed, if so."""

    name: str
    path: Path
    error: OSError | None = None


def list_folder(folder: Path, left_out: Sequence[Path]) -> dict[str, ListedFile]:
    """Every regular file below a folder by its name in the ledger. Raises JobFailed where it cannot be listed."""
    found = list(walk_regular_files(folder, left_out))
    if len(found) == 1 and found[0][1] is not None and found[0][0] == folder:
        raise unlistable_folder(folder, found[0][1])
    names = ((relative_name(path, folder), path, error) for path, error in found)
    return {name: ListedFile(name, path, error) for name, path, error in names}
