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
from core.system.files import OWN_TEMPORARY, TEMPORARY_SUFFIX, explain_write_errors, temporary_prefix
from core.system.language import tr

LOCK: Final = "lock"
LOCKED_ERRNOS: Final = frozenset({errno.EAGAIN, errno.EACCES, errno.EDEADLK})
ATTEMPTS: Final = 5  # in case another program ends, and removes its lock file, at the same moment


class OutputLock:
    """The lock of an output; `renew` takes it again if somebody removed its file."""

    def __init__(self, path: Path, output: Path) -> None:
        self._path, self._output = path, output
        self._descriptor = _open_lock(path, output)

    def renew(self) -> None:
        """Make sure that the lock is still held. Raises JobFailed (in_use) if another program has it now."""
        if not _is_same_file(self._path, self._descriptor):
            descriptor = _open_lock(self._path, self._output)
            os.close(self._descriptor)
            self._descriptor = descriptor

    def release(self) -> None:
        """Remove the lock's file, unless it is that of another program."""
        with suppress(OSError):
            if os.name != "posix":
                os.close(self._descriptor)  # Windows cannot remove an open file
                self._path.unlink()
            else:
                if _is_same_file(self._path, self._descriptor):
                    self._path.unlink()
                os.close(self._descriptor)


@contextmanager
def lock_output(output: Path) -> Iterator[OutputLock]:
    """Hold the lock of the file or folder `output`; first remove temporary files of a crash.

    The parent folder of a file must exist. On a file system without locks the block runs unlocked.
    Raises JobFailed: in_use where another program holds the lock, else output_not_writable.
    """
    lock = OutputLock(_lock_path(output), output)
    try:
        _remove_leftovers(output)
        yield lock
    finally:
        lock.release()


def _lock_path(output: Path) -> Path:
    return output / f"{OWN_TEMPORARY}{LOCK}" if output.is_dir() else output.with_name(temporary_prefix(output) + LOCK)


def is_lock_or_temporary(path: Path, output: Path) -> bool:
    """Return True for lock and temporary files of `output` and its companions, such as `output`.partial.

    A crash may leave them beside it.
    """
    name, beginning = path.name, temporary_prefix(output).removesuffix(OWN_TEMPORARY)
    is_own = OWN_TEMPORARY in name and name.endswith((OWN_TEMPORARY + LOCK, TEMPORARY_SUFFIX))
    return is_own and name.startswith((f"{beginning}.", OWN_TEMPORARY)) and path.parent == output.parent


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
    """Remove temporary files of a killed program; with the lock held none is in use.

    Beside a file, only those with its name: another output in that folder may be begun at the moment.
    """
    is_folder = output.is_dir()
    with suppress(OSError):
        for path in list((output if is_folder else output.parent).iterdir()):
            is_temporary = OWN_TEMPORARY in path.name and path.name.endswith(TEMPORARY_SUFFIX)
            is_of_file = is_lock_or_temporary(path, output) and not path.name.startswith(OWN_TEMPORARY)
            if is_temporary and (is_folder or is_of_file):
                path.unlink()
