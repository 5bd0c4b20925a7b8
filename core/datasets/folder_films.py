"""List the films in class folders. No image is opened."""

import os
from pathlib import Path
from typing import NoReturn

from core.datasets.entries import SPLIT_NAMES, Entry, Split
from core.datasets.label_list import FILM_SUFFIXES


def list_folder_films(root: Path) -> list[Entry]:
    """List the films in class folders, or in class folders under split folders.

    The latter where every folder in `root` has the name of a split.
    """
    folders = _list_visible_folders(root)
    if folders and all(folder.name.lower() in SPLIT_NAMES for folder in folders):
        return [
            entry
            for folder in folders
            for class_folder in _list_visible_folders(folder)
            for entry in _list_entries_of_class(class_folder, Split(SPLIT_NAMES[folder.name.lower()]))
        ]
    return [entry for folder in folders for entry in _list_entries_of_class(folder, None)]


def _list_visible_folders(folder: Path) -> list[Path]:
    return sorted(child for child in folder.iterdir() if child.is_dir() and not child.name.startswith("."))


def _list_entries_of_class(folder: Path, split: Split | None) -> list[Entry]:
    """List all files below a class folder that may be films; a subfolder counts as a patient."""
    entries = []
    for parent, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = [name for name in folders if not name.startswith(".")]
        current = Path(parent)
        patient = current.relative_to(folder).parts[0] if current != folder else None
        for name in names:
            path = current / name
            if not name.startswith(".") and path.suffix.lower() in FILM_SUFFIXES and path.is_file():
                entries.append(Entry(path, folder.name, patient, split))
    return entries


def _raise(error: OSError) -> NoReturn:
    raise error
