"""Where the platform wants this program's own files. Makes no folder."""

from pathlib import Path

from platformdirs import user_cache_path, user_data_path

NAME = "PneumoScreen"


def data_folder() -> Path:
    """What must be kept: runs, decisions about datasets, the crash log."""
    return user_data_path(NAME, appauthor=False)


def cache_folder() -> Path:
    """What can be made again."""
    return user_cache_path(NAME, appauthor=False)
