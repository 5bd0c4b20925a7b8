"""What a file was when it was read: size, times and content, to notice that it changed."""

import hashlib
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class FilmPlace:
    """Where the film of a row is, if not in its folder under the name of the row.

    arrived_as: its name in the folder where that is not the row's, because the row of a film that was
    moved has it; else "". moved_to: its path in an archive, "" if it was never moved. is_moved: False
    until the move to `moved_to` is known to be complete.
    """

    arrived_as: str = ""
    moved_to: str = ""
    is_moved: bool = False


IN_FOLDER: Final = FilmPlace()


@dataclass(frozen=True, slots=True)
class FileState:
    """Size, times and content of a file.

    size: bytes. modified_ns: time of the last change of the content, which programs can set.
    changed_ns: time of the last change of any kind, which they cannot (st_ctime; on Windows the
    time of creation). sha256: of the content, hexadecimal, "" if it was not computed. age_years: of
    the patient, None if unknown. place: where the film is. These two are not compared.
    """

    size: int
    modified_ns: int
    changed_ns: int
    sha256: str = ""
    age_years: float | None = field(default=None, compare=False)
    place: FilmPlace = field(default=IN_FOLDER, compare=False)

    def looks_like(self, other: "FileState") -> bool:
        """Whether size and times are equal."""
        return (self.size, self.modified_ns, self.changed_ns) == (other.size, other.modified_ns, other.changed_ns)


NEVER_READ: Final = FileState(-1, 0, 0)  # no file looks like it


def state_of(status: os.stat_result) -> FileState:
    """Return what the system tells of a file, without its content."""
    return FileState(status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def observe(path: Path) -> FileState:
    """Return size and times of a file, NEVER_READ if it cannot be accessed."""
    try:
        return state_of(path.stat())
    except (OSError, ValueError):
        return NEVER_READ


def add_content(before: FileState, path: Path, sha256: str) -> FileState:
    """Return the state of a file that was just read, with the hash of its content.

    before: its state before it was read. sha256: of the bytes that were read. If the file changed
    since, or cannot be accessed any more, it counts as never read.
    """
    return replace(before, sha256=sha256) if observe(path).looks_like(before) else NEVER_READ


def has_content_of(path: Path, present: FileState, before: FileState) -> bool:
    """Whether a file that has other times than before still has the same content."""
    return bool(before.sha256) and present.size == before.size and hash_file(path) == before.sha256


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, "" if it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
