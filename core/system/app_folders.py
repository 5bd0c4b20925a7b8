"""Where the platform wants this program's own files. Makes no folder."""

import glob
from datetime import datetime
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

NAME = "PneumoScreen"


def data_folder() -> Path:
    """What must be kept: runs, decisions about datasets, the crash log."""
    return user_data_path(NAME, appauthor=False)


def cache_folder() -> Path:
    """What can be made again."""
    return user_cache_path(NAME, appauthor=False)


def new_timestamped_path(folder: Path, after: str = "", before: str = "") -> Path:
    """A path in `folder` whose name tells the local time and that nothing has yet, for results of now.

    The time alone is no name: a clock that is set back would lead to results of before.
    """
    stamp = f"{before}{datetime.now():%Y-%m-%d-%H%M%S}"
    path, number = folder / f"{stamp}{after}", 2
    while any(folder.glob(f"{glob.escape(path.name.partition('.')[0])}*")):
        path, number = folder / f"{stamp}-{number}{after}", number + 1
    return path
