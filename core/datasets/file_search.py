"""Find the files that a label list names, although their paths may be those of another computer."""

import os
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Final

from core.datasets.folder_names import FolderNames, FoundFile, Match, split_suffix
from core.system.folders import walk_folders

MAX_FILES: Final = 1_000_000  # searched below a folder; one with more is no dataset
DOUBTFUL: Final = (Match.CASE, Match.ZEROS)  # another row may name this file exactly
Parts = tuple[str, ...]  # folders, relative to the root


class FileSearch:
    """Finds listed files relative to a root folder.

    A folder is read when a name first needs it; all below the root only if names are missing.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folders: dict[Parts, FolderNames | None] = {}
        self._absent: set[Parts] = set()

    def find_all(self, names: Iterable[str]) -> dict[str, FoundFile]:
        """Return where each listed name is.

        Names may have backslashes, begin with folders of another computer, lack the suffix, or differ
        in case and composition. A file that is found for several names is not taken for any, but for
        one that names it exactly.
        """
        found = {name: self._find_in_place(name) for name in dict.fromkeys(names)}
        uses = Counter(file.path for file in found.values())
        for name, file in found.items():
            if file.match in DOUBTFUL and uses[file.path] > 1:
                found[name] = self._miss(name)
        missing = [name for name, file in found.items() if file.match is Match.MISSING]
        repeats = Counter(_parts(name)[-1].casefold() for name in missing)
        elsewhere = {
            name: there
            for name in missing
            if (there := self._find_elsewhere(name, is_alone=repeats[_parts(name)[-1].casefold()] == 1))
        }
        uses = Counter(file.path for file in (*found.values(), *elsewhere.values()))
        return found | {name: file for name, file in elsewhere.items() if uses[file.path] == 1}

    def _miss(self, name: str) -> FoundFile:
        return FoundFile(self._root.joinpath(*_parts(name)), Match.MISSING)

    def _find_in_place(self, name: str) -> FoundFile:
        *parts, last = _parts(name)
        folder = self._list_folder(tuple(parts))
        return (folder.find(last) if folder else None) or self._miss(name)

    def _find_elsewhere(self, name: str, is_alone: bool) -> FoundFile | None:
        """Find a name in another folder than the list says.

        First without its leading folders, as after a copy from another computer. Without any, or in a
        folder that is not named, only if no other missing film has the name (is_alone). Where a folder
        that the list names exists, it is in this folder that the film is missing.
        """
        parts = _parts(name)
        if ".." in parts:
            return None
        for drop in range(len(parts) if is_alone else max(1, len(parts) - 1)):
            folder = self._find_folder(parts[drop:-1])
            if folder is None:
                continue
            if file := folder.find(parts[-1]):
                return file if file.match is Match.ZEROS or drop == 0 else FoundFile(file.path, Match.ELSEWHERE)
            if drop < len(parts) - 1:
                return None
        alike = self._tree.files.get(_name_key(parts[-1]), []) if is_alone else []
        found = FolderNames(map(Path, alike)).find(parts[-1])
        return FoundFile(found.path, Match.ELSEWHERE) if found else None

    def _find_folder(self, parts: Parts) -> FolderNames | None:
        """Return the folder below the root, also if its name is composed otherwise or in other case."""
        folder = self._list_folder(parts)
        if folder is None and len(alike := self._tree.folders.get(_folder_key(parts), [])) == 1:
            folder = self._list_folder(alike[0])
        return folder

    def _list_folder(self, parts: Parts) -> FolderNames | None:
        """Return the names in a folder; None if it does not exist or cannot be opened."""
        if parts not in self._folders:
            is_absent = any(parts[:depth] in self._absent for depth in range(1, len(parts)))
            self._folders[parts] = None if is_absent else self._read_folder(parts)
        return self._folders[parts]

    def _read_folder(self, parts: Parts) -> FolderNames | None:
        folder = self._root.joinpath(*parts)
        try:
            with os.scandir(folder) as children:
                return FolderNames(folder / child.name for child in children if not child.is_dir())
        except FileNotFoundError:
            above = (parts[:depth] for depth in range(1, len(parts)))
            # the topmost absent folder saves trying each one below it
            self._absent.update(next(([one] for one in above if not self._root.joinpath(*one).exists()), []))
            return None
        except (OSError, ValueError):  # ValueError: a name with a null character
            return None

    @cached_property
    def _tree(self) -> "_Tree":
        return _Tree(self._root)


class _Tree:
    """All files below a folder, by their names without suffix, and its folders by their paths."""

    def __init__(self, root: Path) -> None:
        self.files: dict[str, list[str]] = defaultdict(list)
        self.folders: dict[str, list[Parts]] = defaultdict(list)
        count = 0
        for parent, names in _walk(root):
            parts = Path(parent).relative_to(root).parts
            self.folders[_folder_key(parts)].append(parts)
            for name in names:
                self.files[_name_key(name)].append(os.path.join(parent, name))  # noqa: PTH118 - of a million files
            if (count := count + len(names)) > MAX_FILES:
                break


def walk_files(root: Path) -> Iterator[Path]:
    """Yield the files below a folder whose names and folders do not begin with a dot."""
    for parent, names in _walk(root):
        yield from (parent / name for name in names)


def _walk(root: Path) -> Iterator[tuple[Path, list[str]]]:
    """Yield each folder below the root that is not hidden, with the names of its files."""
    for parent, folders, names in walk_folders(root):
        folders[:] = sorted(folder for folder in folders if not folder.startswith("."))
        yield parent, sorted(name for name in names if not name.startswith("."))


def _parts(name: str) -> Parts:
    """Return folders and name of a listed file, with slashes or backslashes."""
    if os.sep == "\\":
        return Path(name).parts or (name,)
    text = name.replace("\\", "/")
    parts = tuple(part for part in text.split("/") if part not in {"", "."})
    return ("/", *parts) if text.startswith("/") else parts or (name,)


def _name_key(name: str) -> str:
    """Return a file name without suffix, case, composition and the leading zeros of a number."""
    key = unicodedata.normalize("NFC", split_suffix(name)[0]).casefold()
    return key.lstrip("0") or "0" if key.isascii() and key.isdigit() else key


def _folder_key(parts: Iterable[str]) -> str:
    return unicodedata.normalize("NFC", "/".join(parts)).casefold()
