"""The platform's folders for this program's own files; none is created here."""

import glob
from datetime import datetime
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

NAME = "PneumoScreen"


def data_folder() -> Path:
    """Return the folder for what must be kept: runs, decisions about datasets, the crash log."""
    return user_data_path(NAME, appauthor=False)


def cache_folder() -> Path:
    """Return the folder for what can be computed again."""
    return user_cache_path(NAME, appauthor=False)


def is_own_place(path: Path) -> bool:
    """Return True for a path in the program's own folders, which are for their owner alone."""
    return any(path.absolute().is_relative_to(folder) for folder in (data_folder(), cache_folder()))


def new_timestamped_path(folder: Path, after: str = "", before: str = "") -> Path:
    """Return an unused path in `folder`, named `before`, the local time and `after`.

    A number is added to a name that exists, as it may after the clock was set back.
    """
    stamp = f"{before}{datetime.now():%Y-%m-%d-%H%M%S}"
    path, number = folder / f"{stamp}{after}", 2
    while any(folder.glob(f"{glob.escape(path.name.partition('.')[0])}*")):
        path, number = folder / f"{stamp}-{number}{after}", number + 1
    return path
