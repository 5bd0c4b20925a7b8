"""List the films in class folders. No image is opened."""

import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, NoReturn

from core.datasets.entries import SPLIT_NAMES, Entry, FilmLeftOut, Listing, Split
from core.datasets.patient_ids import MAX_PATIENT_FRACTION
from core.system.errors import Reason
from core.system.language import tr

# files that operating systems, viewers and archives add to folders of films
SYSTEM_FILES: Final = re.compile(
    r"\..*|thumbs\.db|ehthumbs.*\.db|desktop\.ini|folder\.jpg\.lnk|autorun\.inf|dicomdir|.*\.lnk|picasa\.ini|icon\r",
    re.IGNORECASE,
)
MOST_OF_A_PATIENT: Final = 20  # films; a larger subfolder is a group of patients


def list_folder_films(root: Path) -> Listing:
    """List the files in class folders, alone, under split folders or with split folders inside.

    Split folders are recognised where all folders of a level have the names of splits. Every file
    is listed, whatever its suffix: its content tells whether it is a film. Files outside the class
    folders are left out.
    """
    folders = _list_visible_folders(root)
    entries: list[Entry] = []
    outside: list[Path] = _list_files(root)
    for folder in folders:
        if _are_splits(folders):
            outside += _list_files(folder)
            split = Split(SPLIT_NAMES[folder.name.lower()])
            for class_folder in _list_visible_folders(folder):
                entries += _list_entries_of_class(class_folder, class_folder.name, split)
            continue
        inner = _list_visible_folders(folder)
        if _are_splits(inner):
            outside += _list_files(folder)
            for split_folder in inner:
                split = Split(SPLIT_NAMES[split_folder.name.lower()])
                entries += _list_entries_of_class(split_folder, folder.name, split)
        else:
            entries += _list_entries_of_class(folder, folder.name, None)
    return _make_listing(entries, outside)


def _make_listing(entries: Sequence[Entry], outside: Sequence[Path]) -> Listing:
    """Separate the files of the system, and leave out those outside the class folders."""
    films = [entry for entry in entries if not SYSTEM_FILES.fullmatch(entry.path.name)]
    unclassed = [path for path in outside if not SYSTEM_FILES.fullmatch(path.name)]
    sentence = tr("It lies outside the class folders, so it has no label.")
    left_out = tuple(FilmLeftOut(path, Reason.NO_LABEL, sentence) for path in sorted(unclassed))
    return Listing(films, left_out, system_files=len(entries) + len(outside) - len(films) - len(unclassed))


def _are_splits(folders: Sequence[Path]) -> bool:
    """Return True if all folders, at least one, have the names of splits."""
    return bool(folders) and all(folder.name.lower() in SPLIT_NAMES for folder in folders)


def _list_visible_folders(folder: Path) -> list[Path]:
    return sorted(child for child in folder.iterdir() if child.is_dir() and not child.name.startswith("."))


def _list_files(folder: Path) -> list[Path]:
    """Return the files directly in a folder."""
    return [child for child in folder.iterdir() if child.is_file()]


def _list_entries_of_class(folder: Path, class_name: str, split: Split | None) -> list[Entry]:
    """List all files below a folder of one class.

    A subfolder counts as a patient, unless the largest holds more films than one patient has.
    """
    entries: list[Entry] = []
    for parent, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = [name for name in folders if not name.startswith(".")]
        current = Path(parent)
        patient = current.relative_to(folder).parts[0] if current != folder else None
        paths = (current / name for name in names)
        entries += [Entry(path, class_name, patient, split) for path in paths if path.is_file()]
    films_of = Counter(entry.patient for entry in entries if entry.patient is not None)
    if films_of and max(films_of.values()) > max(MOST_OF_A_PATIENT, MAX_PATIENT_FRACTION * len(entries)):
        return [replace(entry, patient=None) for entry in entries]
    return entries


def _raise(error: OSError) -> NoReturn:
    raise error
