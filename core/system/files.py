"""Writing that survives a power cut, hashing, and cells that no spreadsheet runs. Decides nothing about films."""

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

from core.system.errors import JobFailed, Reason
from core.system.language import tr

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
WRITE_TEST: Final = ".write-test-"
NAMED_BY: Final = 60  # characters of a file's name that its temporary files begin with; 240 bytes at most
NOT_OFFERED: Final = frozenset({errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EACCES, errno.EPERM, errno.EBADF})


@contextmanager
def explain_write_errors(path: Path) -> Iterator[None]:
    """Turn an OSError met while writing `path` into a JobFailed with a sentence a person can act on."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            sentence = tr("The disk is full: {path} could not be written. Free some space and try again.", path=path)
            raise JobFailed(Reason.DISK_FULL, sentence) from error
        why = error.strerror or error
        sentence = tr("{path} cannot be written ({why}). Choose another place.", path=path, why=why)
        raise JobFailed(Reason.OUTPUT_NOT_WRITABLE, sentence) from error


def write_atomically(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Let `write` fill a new file, flush it to the disk, and only then give it the name `path`.

    A crash or power cut leaves the old file or the new one, never half of one.
    Raises JobFailed (disk_full or output_not_writable); the temporary file is removed.
    """
    with explain_write_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=temporary_prefix(path), suffix=".tmp", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                write(stream)
                stream.flush()
                os.fsync(stream.fileno())
            with suppress(PermissionError):  # a FAT stick knows no permissions
                temporary.chmod(_permissions_of_new_files())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _flush_folder(path.parent)


def temporary_prefix(path: Path) -> str:
    """How the names of temporary files begin that will become `path`; a crash may leave one beside it."""
    return f".{path.name[:NAMED_BY]}."


def write_text_atomically(path: Path, text: str) -> None:
    """Write UTF-8 text as `write_atomically` does; line ends are left as they are in `text`."""
    write_atomically(path, lambda stream: stream.write(text.encode("utf-8")))


def append_flushed(path: Path, text: str) -> None:
    """Add text to a file and make sure that it is on the disk. A torn last line before it is ended first.

    Raises OSError; the file is then as long as before.
    """
    with path.open("r+b" if path.exists() else "w+b", buffering=0) as stream:
        before = stream.seek(0, os.SEEK_END)
        if before:
            stream.seek(-1, os.SEEK_END)
            if stream.read(1) != b"\n":  # a power cut left half a line
                text = "\n" + text
        try:
            content = memoryview(text.encode("utf-8"))
            while content:
                content = content[stream.write(content) :]  # a nearly full disk takes a part, then refuses
            os.fsync(stream.fileno())
        except OSError:
            stream.truncate(before)
            raise


def cut_torn_line(path: Path) -> None:
    """Drop a last line that was not written to its end, as a crash or a full disk leaves it. Raises OSError."""
    with path.open("r+b") as stream:
        content = stream.read()
        if not content.endswith(b"\n"):
            stream.truncate(content.rfind(b"\n") + 1)


def _permissions_of_new_files() -> int:
    """Permission bits that an ordinary new file would get; mkstemp makes files that only the owner can read."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _flush_folder(folder: Path) -> None:
    """Make a rename itself durable. Windows cannot open folders and does not need it."""
    if os.name != "posix":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in NOT_OFFERED:  # some shares flush no folders; the file itself is there
            raise


def check_writable(folder: Path) -> None:
    """Create `folder` if need be and prove that a file can be written there, before any work starts.

    Raises JobFailed (disk_full or output_not_writable).
    """
    with explain_write_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=WRITE_TEST) as probe:
            probe.write(b"0" * 4096)
            probe.flush()


def read_json(path: Path) -> Any:
    """The JSON value in a file. Raises OSError, or ValueError for whatever is no JSON in UTF-8."""
    try:
        return json.loads(path.read_bytes())
    except RecursionError as error:
        raise ValueError(tr("it is nested too deeply")) from error


def unused_path(path: Path) -> Path:
    """`path`, or where there is something, the same with the first number from 2 before its suffix that is free.

    Names that are made of the time are not free where the clock was set back.
    """
    free, number = path, 2
    while os.path.lexists(free):
        free, number = path.with_name(f"{path.stem}-{number}{path.suffix}"), number + 1
    return free


def sha256_of_text(text: str) -> str:
    """Hexadecimal SHA-256 of a UTF-8 text."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def escape_undecodable(name: str) -> str:
    """A file name as text that can always be written as UTF-8: bytes that are not UTF-8 become \\xNN."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
