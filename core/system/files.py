"""Write files so that they survive a power cut, read JSON, hash text and name temporary files.

Names of films and folders may be names of patients. So files that list them, and everything in the
program's own folders, are created for their owner alone (`private`); what a person exports to hand
on gets the permissions of an ordinary new file.
"""

import errno
import hashlib
import json
import os
import secrets
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

from core.system.app_folders import (
    DISK_FULL_ERRNOS,
    ORDINARY_FOLDER,
    PRIVATE_FOLDER,
    create_folders,
    is_own_place,
)
from core.system.errors import JobFailed, Reason
from core.system.language import tr

# in the names of temporary files and locks, so that no file of somebody else is taken for one
OWN_TEMPORARY: Final = ".pneumoscreen-"
TEMPORARY_SUFFIX: Final = ".tmp"
ORDINARY, PRIVATE = 0o666, 0o600  # permissions; the system takes the umask from them
OTHERS: Final = 0o077  # permissions of everybody but the owner
BINARY: Final = getattr(os, "O_BINARY", 0)  # on Windows, where line ends are changed otherwise
# of a file's name, to begin the names of its temporary files; at most 224 bytes in UTF-8
PREFIX_CHARACTERS: Final = 56
# errors of file systems, such as some network shares, that cannot flush a folder
UNSUPPORTED_ERRNOS: Final = frozenset(
    {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EACCES, errno.EPERM, errno.EBADF}
)


@contextmanager
def explain_write_errors(path: Path) -> Iterator[None]:
    """Turn an OSError raised while writing `path` into a JobFailed that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in DISK_FULL_ERRNOS:
            sentence = tr("The disk is full: {path} could not be written. Free some space and try again.", path=path)
            raise JobFailed(Reason.DISK_FULL, sentence) from error
        why = error.strerror or error
        sentence = tr("{path} cannot be written ({why}). Choose another location.", path=path, why=why)
        raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence) from error


def write_atomically(path: Path, write: Callable[[BinaryIO], object], private: bool = False) -> None:
    """Write a temporary file with `write`, flush it to the disk, and only then rename it to `path`.

    A crash or power cut leaves either the old file or the new one, never a partial one. private:
    only the owner may read a new file. A file that is replaced keeps its permissions.
    Raises JobFailed (disk_full or output_not_writable); the temporary file is removed.
    """
    with explain_write_errors(path):
        make_folder(path.parent, private)
        descriptor, temporary = _create_temporary(path, private or is_own_place(path))
        try:
            with os.fdopen(descriptor, "wb") as stream:
                write(stream)
                stream.flush()
                os.fsync(stream.fileno())
            if not is_own_place(path):
                _copy_permissions(path, temporary)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        flush_folder(path.parent)


def temporary_prefix(path: Path) -> str:
    """Return the start of the names of temporary files for `path`; a crash may leave some there."""
    return f".{path.name[:PREFIX_CHARACTERS]}{OWN_TEMPORARY}"


def write_text_atomically(path: Path, text: str, private: bool = False) -> None:
    """Write UTF-8 text as `write_atomically` does, with line ends unchanged."""
    write_atomically(path, lambda stream: stream.write(text.encode("utf-8")), private)


def _create_temporary(path: Path, private: bool) -> tuple[int, Path]:
    """Create a new file beside `path`; return its descriptor and path. Raises OSError."""
    while True:
        temporary = path.parent / f"{temporary_prefix(path)}{secrets.token_hex(4)}{TEMPORARY_SUFFIX}"
        with suppress(FileExistsError):
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | BINARY
            return os.open(temporary, flags, PRIVATE if private else ORDINARY), temporary


def _copy_permissions(source: Path, target: Path) -> None:
    """Give `target` the permissions of `source`, if that exists and the file system has any."""
    with suppress(FileNotFoundError, PermissionError):
        target.chmod(stat.S_IMODE(source.stat().st_mode) & 0o777 | PRIVATE)


def open_private(path: Path, flags: int) -> int:
    """Open a file and return its descriptor; if it is new, only its owner may read it.

    flags: of os.open, without O_CREAT. Raises OSError.
    """
    return os.open(path, flags | os.O_CREAT | BINARY, PRIVATE)


def make_folder(folder: Path, private: bool = False) -> None:
    """Create a folder and its missing parents, if needed. Raises OSError.

    private: only the owner may enter the folder, if it is new; parents may be shared with others.
    In the program's own folders all new ones are private.
    """
    parents = PRIVATE_FOLDER if is_own_place(folder) else ORDINARY_FOLDER
    create_folders(folder, PRIVATE_FOLDER if private else parents, parents)


def append_flushed(path: Path, text: str) -> None:
    """Append text to a file, for its owner alone if it is new, and flush it to the disk.

    A partial last line is ended first. Raises OSError; the file then has its previous length.
    """
    with os.fdopen(open_private(path, os.O_RDWR), "r+b", buffering=0) as stream:
        before = stream.seek(0, os.SEEK_END)
        if before:
            stream.seek(-1, os.SEEK_END)
            if stream.read(1) != b"\n":  # a power cut left half a line
                text = "\n" + text
        try:
            content = memoryview(text.encode("utf-8"))
            while content:
                content = content[stream.write(content) :]  # a nearly full disk takes a part
            os.fsync(stream.fileno())
        except OSError:
            stream.truncate(before)
            raise


def cut_torn_line(path: Path) -> None:
    """Cut off a partial last line, as a crash or a full disk leaves it. Raises OSError."""
    with path.open("r+b") as stream:
        if not stream.seek(0, os.SEEK_END):
            return
        stream.seek(-1, os.SEEK_END)
        if stream.read(1) != b"\n":
            stream.seek(0)
            stream.truncate(stream.read().rfind(b"\n") + 1)


def is_open_at(descriptor: int, path: Path) -> bool:
    """Return False if the file of an open descriptor was removed, or replaced by another, meanwhile."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except OSError:
        return False


def flush_folder(folder: Path) -> None:
    """Flush a folder, so that a rename in it is durable. Not needed, or possible, on Windows."""
    if os.name != "posix":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in UNSUPPORTED_ERRNOS:  # the file itself is flushed
            raise


def check_writable(folder: Path, private: bool = False) -> None:
    """Create `folder` if needed and check that a file can be written there, before any work starts.

    private: only the owner may enter a new one. Raises JobFailed (disk_full or output_not_writable).
    """
    with explain_write_errors(folder):
        make_folder(folder, private)
        # without a name, where the system can: whoever locks an output there removes what crashes left
        with tempfile.TemporaryFile(dir=folder, prefix=OWN_TEMPORARY, suffix=TEMPORARY_SUFFIX) as probe:
            probe.write(b"0" * 4096)
            probe.flush()


def read_json(path: Path) -> Any:
    """Return the JSON value in a file. Raises OSError, or ValueError for invalid JSON."""
    try:
        return json.loads(path.read_bytes())
    except RecursionError as error:
        raise ValueError(tr("it is nested too deeply")) from error


def sha256_of_text(text: str) -> str:
    """Return the hexadecimal SHA-256 of text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def escape_undecodable(name: str) -> str:
    """Return a file name as text that always encodes as UTF-8: invalid bytes become \\xNN."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
