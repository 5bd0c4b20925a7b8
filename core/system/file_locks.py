"""Lock output files and folders, so that only one program at a time writes to each.

The operating system releases a lock when its process ends, however it ends, so no lock goes stale.
"""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from core.system.errors import JobFailed, Reason
from core.system.files import WRITE_TEST, explain_write_errors, temporary_prefix
from core.system.language import tr

LOCK: Final = "lock"
LOCKED_ERRNOS: Final = frozenset({errno.EAGAIN, errno.EACCES, errno.EDEADLK})
ATTEMPTS: Final = 5  # in case another program ends, and removes its lock file, at the same moment


@contextmanager
def lock_output(output: Path) -> Iterator[None]:
    """Hold the lock of the file or folder `output`; first remove temporary files of a crash.

    The parent folder of a file must exist. On a file system without locks the block runs unlocked.
    Raises JobFailed: in_use where another program holds the lock, else output_not_writable.
    """
    path = output / f".{LOCK}" if output.is_dir() else output.with_name(temporary_prefix(output) + LOCK)
    descriptor = _open_lock(path, output)
    try:
        _remove_leftovers(output)
        yield
    finally:
        with suppress(OSError):
            if os.name != "posix":
                os.close(descriptor)  # Windows cannot remove an open file
            path.unlink()
        if os.name == "posix":
            os.close(descriptor)


def is_lock_or_temporary(path: Path, output: Path) -> bool:
    """Return True for lock and temporary files of `output`, which a crash may leave beside it."""
    return path.parent == output.parent and path.name.startswith((temporary_prefix(output), WRITE_TEST))


def _open_lock(path: Path, output: Path) -> int:
    """Open and lock the file `path`; return its descriptor. Raises JobFailed."""
    for _ in range(ATTEMPTS):
        with explain_write_errors(path):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(descriptor)
            if os.name != "posix" or _is_same_file(path, descriptor):
                return descriptor
        except OSError as error:
            if error.errno not in LOCKED_ERRNOS:
                return descriptor  # this file system has no locks
            os.close(descriptor)
            break
        os.close(descriptor)
    sentence = tr(
        "Another PneumoScreen is writing to {path}. Wait until it has finished, or choose another location.",
        path=output,
    )
    raise JobFailed(Reason.IN_USE, sentence)


def _lock(descriptor: int) -> None:
    """Take the lock without waiting. Raises OSError where another program holds it."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_same_file(path: Path, descriptor: int) -> bool:
    """Return False if the file was removed, or replaced, between opening and locking it."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except OSError:
        return False


def _remove_leftovers(output: Path) -> None:
    """Remove temporary files of a killed program; with the lock held none is in use."""
    is_folder = output.is_dir()
    with suppress(OSError):
        for path in list((output if is_folder else output.parent).iterdir()):
            is_temporary = path.name.startswith(".") and path.name.endswith(".tmp")
            if is_temporary and (is_folder or is_lock_or_temporary(path, output)):
                path.unlink()
