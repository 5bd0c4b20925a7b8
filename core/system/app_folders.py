"""The platform's folders for this program's own files, and temporary ones where these cannot be used."""

import atexit
import errno
import glob
import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from platformdirs import user_cache_path, user_data_path

from core.system.language import tr

NAME = "PneumoScreen"
DISK_FULL_ERRNOS: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
PRIVATE_FOLDER, ORDINARY_FOLDER = 0o700, 0o777  # permissions
SMALL_STATE: Final = ("models", "datasets", "export.key")  # in the data folder: earlier choices
RESULTS: Final = ("runs", "screenings", "labels", "acceptances")  # there too: what a person made in the window
_usable: Final[dict[Path, tuple[Path, str]]] = {}  # results of _find_usable, under _usable_lock
_usable_lock: Final = threading.Lock()


def data_folder() -> Path:
    """Return the folder for what must be kept: runs, decisions about datasets, the crash log."""
    return _find_usable(_platform_folder(user_data_path))[0]


def cache_folder() -> Path:
    """Return the folder for what can be computed again."""
    return _find_usable(_platform_folder(user_cache_path))[0]


def format_lost_data() -> str | None:
    """Return a sentence on a data folder that cannot be used; None for one that can."""
    folder = _platform_folder(user_data_path)
    substitute, why = _find_usable(folder)
    if not why:
        return None
    return tr(
        "{folder} cannot be used ({why}). The program works without it, but keeps nothing for its next start, such as "
        "an operating point or the count of uses of test films. What the window makes meanwhile is in {substitute}.",
        folder=folder,
        why=why,
        substitute=substitute,
    )


def format_lost_folders() -> str | None:
    """Return a sentence on own folders of the program that cannot be used; None if all can."""
    folder = _platform_folder(user_cache_path)
    why = _find_usable(folder)[1]
    if lost := format_lost_data():
        return lost
    if not why:
        return None
    return tr("{folder} cannot be used ({why}), so films are measured anew at every start.", folder=folder, why=why)


def _platform_folder(find: Callable[..., Path]) -> Path:
    """Return the platform's folder for this program; a relative one if there is no home folder.

    Relative values of XDG's variables are ignored, as its specification demands.
    """
    try:
        return find(NAME, appauthor=False)
    except RuntimeError:  # platformdirs: no home folder, neither in the environment nor of the user
        return Path("~", NAME)


def _find_usable(folder: Path) -> tuple[Path, str]:
    """Return the folder to use for `folder`, and why it is another one, "" if it is not.

    Every call in a program gives the same answer, on whatever thread.
    """
    with _usable_lock:
        if folder not in _usable:
            _usable[folder] = _find_or_replace(folder)
        return _usable[folder]


def _find_or_replace(folder: Path) -> tuple[Path, str]:
    """Return `folder` and "", or if it cannot be used, a temporary one in its place, and why.

    The temporary one has copies of earlier choices that can be read, and is removed at the end of
    the program, unless it holds results.
    """
    why = _find_obstacle(folder)
    if not why:
        return folder, ""
    try:
        substitute = Path(tempfile.mkdtemp(prefix="pneumoscreen-"))
    except OSError:
        return folder, why
    atexit.register(_remove_without_results, substitute)
    for name in SMALL_STATE:
        with suppress(OSError, shutil.Error):
            copy = shutil.copytree if (folder / name).is_dir() else shutil.copyfile
            copy(folder / name, substitute / name)
    return substitute, why


def _find_obstacle(folder: Path) -> str:
    """Create the folder if it is missing; return why it cannot be entered or written, "" if it can."""
    if not folder.is_absolute():
        return tr("there is no home folder")
    try:
        create_folders(folder, PRIVATE_FOLDER, PRIVATE_FOLDER)
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            return os.strerror(errno.EACCES)
    except FileExistsError:  # a file where a folder should be
        return os.strerror(errno.ENOTDIR)
    except OSError as error:
        if error.errno not in DISK_FULL_ERRNOS:  # that passes, and is said where something cannot be kept
            return error.strerror or str(error)
    return ""


def create_folders(folder: Path, permissions: int, parents: int) -> None:
    """Create a folder and its missing parents, if needed. Raises OSError.

    permissions: of the folder, less the umask. parents: the same for its parents. They are made in
    a loop: Path.mkdir calls itself for each missing parent and fails below about a thousand.
    """
    missing = [folder]
    while not missing[-1].is_dir() and missing[-1] != missing[-1].parent:
        missing.append(missing[-1].parent)
    for one in reversed(missing):
        one.mkdir(permissions if one == folder else parents, exist_ok=True)


def _remove_without_results(folder: Path) -> None:
    if not any((folder / name).exists() for name in RESULTS):
        shutil.rmtree(folder, ignore_errors=True)


def is_own_place(path: Path) -> bool:
    """Return True for a path in the program's own folders, which are for their owner alone.

    A temporary folder in their place need not be known here: the system made it for its owner alone.
    """
    own = (_platform_folder(user_data_path), _platform_folder(user_cache_path))
    return any(path.absolute().is_relative_to(folder) for folder in own)


def new_timestamped_path(folder: Path, after: str = "", before: str = "") -> Path:
    """Return an unused path in `folder`, named `before`, the local time and `after`.

    A number is added to a name that exists, as it may after the clock was set back.
    """
    stamp = f"{before}{datetime.now():%Y-%m-%d-%H%M%S}"
    path, number = folder / f"{stamp}{after}", 2
    while any(folder.glob(f"{glob.escape(path.name.partition('.')[0])}*")):
        path, number = folder / f"{stamp}-{number}{after}", number + 1
    return path
