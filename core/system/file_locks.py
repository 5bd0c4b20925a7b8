"""One writer at a time: what one program writes, a second one leaves alone. Decides nothing about what is written.

The system itself drops a lock when its process ends, however it ends, so that no lock goes stale.
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
HELD: Final = frozenset({errno.EAGAIN, errno.EACCES, errno.EDEADLK})
TRIES: Final = 5  # against another program that ends, and removes its lock file, at that very moment


@contextmanager
def lock_output(output: Path) -> Iterator[None]:
    """Keep every other program from writing the file or folder `output`; what a crash left half written is removed.

    The folder of a file must be there. Where the file system knows no locks, nothing is kept from anybody.
    Raises JobFailed: in_use where another program is writing there, else output_not_writable.
    """
    path = output / f".{LOCK}" if output.is_dir() else output.with_name(temporary_prefix(output) + LOCK)
    descriptor = _locked(path, output)
    try:
        _remove_leftovers(output)
        yield
    finally:
        with suppress(OSError):
            if os.name != "posix":
                os.close(descriptor)  # Windows removes no file that is open
            path.unlink()
        if os.name == "posix":
            os.close(descriptor)


def is_own(path: Path, output: Path) -> bool:
    """True for lock and temporary files of `output`, as they may stand beside it after a crash."""
    return path.parent == output.parent and path.name.startswith((temporary_prefix(output), WRITE_TEST))


def _locked(path: Path, output: Path) -> int:
    """The open lock file. Raises JobFailed."""
    for _ in range(TRIES):
        with explain_write_errors(path):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(descriptor)
            if os.name != "posix" or _is_still(path, descriptor):
                return descriptor
        except OSError as error:
            if error.errno not in HELD:
                return descriptor  # this file system knows no locks
            os.close(descriptor)
            break
        os.close(descriptor)
    sentence = tr(
        "{path} is being written by another PneumoScreen. Wait until that has ended, or choose another place.",
        path=output,
    )
    raise JobFailed(Reason.IN_USE, sentence)


def _lock(descriptor: int) -> None:
    """Take the lock or raise OSError at once."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_still(path: Path, descriptor: int) -> bool:
    """False where the file was removed, and perhaps made anew, between opening and locking it."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except OSError:
        return False


def _remove_leftovers(output: Path) -> None:
    """Remove temporary files of a program that was killed; nobody else can be writing them now."""
    is_folder = output.is_dir()
    with suppress(OSError):
        for path in list((output if is_folder else output.parent).iterdir()):
            is_temporary = path.name.startswith(".") and path.name.endswith(".tmp")
            if is_temporary and (is_folder or is_own(path, output)):
                path.unlink()
