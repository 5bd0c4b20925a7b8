"""List the films in class folders. No image is decoded."""

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from core.datasets.class_names import class_key
from core.datasets.entries import SPLIT_NAMES, Entry, FilmLeftOut, Listing, Split
from core.datasets.folder_names import film_suffix
from core.datasets.patient_ids import MAX_PATIENT_FRACTION
from core.films.dicom_file import is_dicom
from core.system.errors import Reason
from core.system.folders import walk_folders
from core.system.language import tr

# files that operating systems, viewers and archives add to folders of films
SYSTEM_FILES: Final = re.compile(
    r"\..*|thumbs\.db|ehthumbs.*\.db|desktop\.ini|folder\.jpg\.lnk|autorun\.inf|dicomdir|.*\.lnk|picasa\.ini|icon\r",
    re.IGNORECASE,
)
SYSTEM_FOLDERS: Final = frozenset({"__macosx", "#recycle", "$recycle.bin", "system volume information", "lost+found"})
NUMBER: Final = re.compile(r"[\s_-]*\d+$")
PICTURE_STARTS: Final = (b"\xff\xd8\xff", b"\x89PNG", b"II*\0", b"MM\0*", b"BM", b"RIFF")  # JPEG to WebP
MOST_OF_A_PATIENT: Final = 20  # films; a larger subfolder is a group of patients


def list_folder_films(root: Path) -> Listing:
    """List the films in class folders, alone, under split folders or with split folders inside.

    Folders are splits where all of a level, or at least two, have the names of splits. Every file
    is listed, whatever its suffix: its content tells whether it is a film. Files outside the class
    folders are left out, as are those of a folder that holds no film at all, such as documents, and
    those beside split folders.
    """
    visible = _list_visible_folders(root)
    folders = [folder for folder in visible if any(map(_may_be_film, _walk_files(folder)))]
    splits = _find_splits(folders)
    entries: list[Entry] = []
    outside = _list_files(root)
    for folder in visible:
        if folder not in folders or (splits and folder not in splits):
            outside += _walk_files(folder)
        elif splits:
            outside += _list_files(folder)
            for class_folder in _list_visible_folders(folder):
                entries += _list_entries_of_class(class_folder, class_folder.name, splits[folder])
        else:
            entries += _list_entries_in_splits(folder)
    return _make_listing(root, entries, outside)


def _list_entries_in_splits(folder: Path) -> list[Entry]:
    """List the files of a class folder, whose subfolders may be splits."""
    inner = _list_visible_folders(folder)
    splits = _find_splits(inner)
    if not splits:
        return _list_entries_of_class(folder, folder.name, None)
    entries = [Entry(path, folder.name, None, None) for path in _list_files(folder)]
    for subfolder in inner:
        entries += _list_entries_of_class(subfolder, folder.name, splits.get(subfolder))
    return entries


def _make_listing(root: Path, entries: Sequence[Entry], outside: Sequence[Path]) -> Listing:
    """Leave out the files outside the class folders, and count those of the system."""
    films = [entry for entry in entries if not SYSTEM_FILES.fullmatch(entry.path.name)]
    unclassed = [path for path in outside if not SYSTEM_FILES.fullmatch(path.name)]
    sentence = tr("It lies outside the class folders, so it has no label.")
    left_out = tuple(FilmLeftOut(path, Reason.NO_LABEL, sentence) for path in sorted(unclassed))
    problems: list[OSError] = []
    all_files = sum(len(names) for _, _, names in walk_folders(root, problems.append))
    system_files = all_files - len(films) - len(left_out)
    return Listing(films, (*left_out, *_describe_problems(root, problems)), system_files=system_files)


def _describe_problems(root: Path, errors: Sequence[OSError]) -> Iterator[FilmLeftOut]:
    """Yield the folders that cannot be listed, such as one whose path is too long, without those of the system."""
    for error in errors:
        folder = Path(os.fsdecode(error.filename))
        if not any(map(_is_hidden, folder.relative_to(root).parts)):
            sentence = tr(
                "This folder cannot be listed ({why}); films in it are not used.", why=error.strerror or error
            )
            yield FilmLeftOut(folder, Reason.READ_ERROR, sentence)


def _find_splits(folders: Sequence[Path]) -> dict[Path, Split]:
    """Return the folders with the names of splits, also numbered ones, if all or two of them have such names."""
    named = {folder: NUMBER.sub("", class_key(folder.name)) for folder in folders}
    splits = {folder: Split(SPLIT_NAMES[name]) for folder, name in named.items() if name in SPLIT_NAMES}
    return splits if len(splits) > 1 or len(splits) == len(folders) else {}


def _list_visible_folders(folder: Path) -> list[Path]:
    return sorted(child for child in folder.iterdir() if child.is_dir() and not _is_hidden(child.name))


def _is_hidden(name: str) -> bool:
    """Return True for folders that systems and servers make, such as Synology's @eaDir."""
    return name.startswith((".", "@")) or name.lower() in SYSTEM_FOLDERS


def _list_files(folder: Path) -> list[Path]:
    """Return the files directly in a folder."""
    return [child for child in folder.iterdir() if child.is_file()]


def _walk_files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, without the folders of the system, and without those that cannot be listed.

    Raises PermissionError, which a person can mend.
    """
    for parent, folders, names in walk_folders(folder, _raise_without_permission):
        folders[:] = [name for name in folders if not _is_hidden(name)]
        yield from (path for name in names if _is_file(path := parent / name))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return True  # reading it will tell why


def _may_be_film(path: Path) -> bool:
    """Return True unless a file has neither the suffix nor the beginning of a film."""
    if SYSTEM_FILES.fullmatch(path.name) or film_suffix(path.name):
        return not SYSTEM_FILES.fullmatch(path.name)
    try:
        with path.open("rb") as stream:
            return is_dicom(stream) or stream.read(4).startswith(PICTURE_STARTS)
    except OSError:
        return True  # reading it will tell why


def _list_entries_of_class(folder: Path, class_name: str, split: Split | None) -> list[Entry]:
    """List all files below a folder of one class.

    A subfolder counts as a patient, unless the largest holds more films than one patient has.
    """
    entries: list[Entry] = []
    for path in _walk_files(folder):
        patient = path.relative_to(folder).parts[0] if path.parent != folder else None
        entries.append(Entry(path, class_name, patient, split))
    films_of = Counter(entry.patient for entry in entries if entry.patient is not None)
    if films_of and max(films_of.values()) > max(MOST_OF_A_PATIENT, MAX_PATIENT_FRACTION * len(entries)):
        return [replace(entry, patient=None) for entry in entries]
    return entries


def _raise_without_permission(error: OSError) -> None:
    if isinstance(error, PermissionError):
        raise error
