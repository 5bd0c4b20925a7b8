"""Lock output files and folders, so that only one program at a time writes to each.

The operating system releases a lock when its process ends, however it ends, so no lock goes stale.
The lock itself is that of `filelock`; its class FileLock is not used: it leaves its file beside the
results, fails on a share that cannot lock (and where `flock` is missing, writes a file that a crash
leaves behind), and does not notice that its file was removed while it was held.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from filelock import lock_descriptor

from core.system.errors import JobFailed, Reason
from core.system.files import OWN_TEMPORARY, TEMPORARY_SUFFIX, explain_write_errors, is_open_at, temporary_prefix
from core.system.language import tr

LOCK: Final = "lock"
PATIENCE_S: Final = 60.0  # that a program waits for its turn
POLL_S: Final = 0.02
ATTEMPTS: Final = 5  # in case another program ends, and removes its lock file, at the same moment


class OutputLock:
    """The lock of an output; `renew` takes it again if somebody removed its file."""

    def __init__(self, path: Path, output: Path) -> None:
        self._path, self._output = path, output
        self._descriptor = _open_lock(path, output)

    def renew(self) -> None:
        """Make sure that the lock is still held. Raises JobFailed (in_use) if another program has it now."""
        if not is_open_at(self._descriptor, self._path):
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
                if is_open_at(self._descriptor, self._path):
                    self._path.unlink()
                os.close(self._descriptor)


class TurnLock:
    """The lock of a folder to which several programs write in turns, on one computer or several.

    Each holds it for moments only, and a thread that holds it may take it again. Its file is kept:
    on a network share a computer sees for some seconds a file that another one has removed, and
    would lock that.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._descriptor, self._depth = -1, 0

    def acquire(self) -> None:
        """Wait for the lock. Raises JobFailed: in_use after PATIENCE_S seconds, else output_not_writable."""
        if not self._depth:
            self._descriptor = self._wait()
        self._depth += 1

    def release(self) -> None:
        """Release the lock, if it was taken once only."""
        self._depth -= 1
        if not self._depth:
            os.close(self._descriptor)

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_error: object) -> None:
        self.release()

    def _wait(self) -> int:
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                return _open_lock(_lock_path(self._folder), self._folder)
            except JobFailed as error:
                if error.reason is not Reason.IN_USE or time.monotonic() >= end:
                    raise
            time.sleep(POLL_S)


@contextmanager
def lock_output(output: Path) -> Iterator[OutputLock]:
    """Hold the lock of the file or folder `output`; first remove temporary files of a crash.

    The parent folder of a file must exist. On a file system without locks the block runs unlocked.
    Raises JobFailed: in_use where another program holds the lock, else output_not_writable.
    """
    lock = OutputLock(_lock_path(output), output)
    try:
        remove_leftovers(output)
        yield lock
    finally:
        lock.release()


def is_locked(output: Path) -> bool:
    """Return whether a program holds the lock of an output.

    True also where there is a lock file and the file system cannot tell.
    """
    try:
        descriptor = os.open(_lock_path(output), os.O_RDWR)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        return not lock_descriptor(descriptor, blocking=False)
    except OSError:
        return True
    finally:
        os.close(descriptor)


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
            is_free = lock_descriptor(descriptor, blocking=False)
        except OSError:
            return descriptor  # this file system has no locks
        if is_free and (os.name != "posix" or is_open_at(descriptor, path)):
            return descriptor
        os.close(descriptor)
        if not is_free:
            break
    sentence = tr(
        "Another PneumoScreen is writing to {path}. Wait until it has finished, or choose another location.",
        path=output,
    )
    raise JobFailed(Reason.IN_USE, sentence)


def remove_leftovers(output: Path) -> None:
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
