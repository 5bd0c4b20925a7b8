"""Find a listed file name among the names of a folder, although it is spelled otherwise."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from pathlib import Path
from typing import Final

FILM_SUFFIXES: Final = frozenset({
    ".jpg", ".jpeg", ".jfif", ".png", ".tif", ".tiff", ".bmp", ".webp", ".dcm", ".dicom", ".ima", ".img",
})  # fmt: skip
WHOLE_NUMBER: Final = re.compile(r"(\d+)[.,]0+")  # a number that a table program wrote with decimals


class Match(Enum):
    """How a listed file was found."""

    EXACT = auto()
    SPELLING = auto()  # letters composed otherwise, or without its suffix: it is the same name
    CASE = auto()
    ZEROS = auto()  # the list has lost leading zeros
    ELSEWHERE = auto()  # in another folder
    MISSING = auto()


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A listed file. path: where it is; where it should be if it is missing."""

    path: Path
    match: Match


class FolderNames:
    """The files of one folder, or of a folder and all below it, by their names."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = list(paths)

    def find(self, name: str) -> FoundFile | None:
        """Return the only file that a listed name may mean, None if there is none or several.

        In this order: the exact name, other composition of letters, other case, without suffix, with
        leading zeros that the list has lost. Of files that differ only by suffix the first is taken.
        """
        if len(same := self._by_name.get(name, [])) == 1:
            return FoundFile(same[0], Match.EXACT)
        composed = unicodedata.normalize("NFC", name)
        for names, key, match in (
            (self._by_composition, composed, Match.SPELLING),
            (self._by_case, composed.casefold(), Match.CASE),
        ):
            if len(found := names.get(key, [])) == 1:
                return FoundFile(found[0], match)
        if film_suffix(name):
            return self._find_longer(name)
        if number := WHOLE_NUMBER.fullmatch(name):
            composed = number[1]
        for names, key, match in (
            (self._by_stem, composed, Match.SPELLING),
            (self._by_stem_case, composed.casefold(), Match.CASE),
        ):
            found = names.get(key, [])
            if found and len({path.parent for path in found}) == 1:
                return FoundFile(min(found, key=lambda path: (path.suffix.lower(), path.name)), match)
        return self._find_longer(composed)

    def _find_longer(self, name: str) -> FoundFile | None:
        """Find the only file whose name is the same number, with more leading zeros."""
        stem, suffix = split_suffix(name)
        if not _is_number(stem):
            return None
        found = [
            path
            for path in self._by_number.get(stem.lstrip("0"), [])
            if len(split_suffix(path.name)[0]) > len(stem) and suffix in {"", film_suffix(path.name)}
        ]
        return FoundFile(found[0], Match.ZEROS) if len(found) == 1 else None

    @cached_property
    def _by_name(self) -> dict[str, list[Path]]:
        return self._group(lambda name: name)

    @cached_property
    def _by_composition(self) -> dict[str, list[Path]]:
        return self._group(lambda name: unicodedata.normalize("NFC", name))

    @cached_property
    def _by_case(self) -> dict[str, list[Path]]:
        return self._group(lambda name: unicodedata.normalize("NFC", name).casefold())

    @cached_property
    def _by_stem(self) -> dict[str, list[Path]]:
        return self._group(lambda name: unicodedata.normalize("NFC", split_suffix(name)[0]))

    @cached_property
    def _by_stem_case(self) -> dict[str, list[Path]]:
        return self._group(lambda name: unicodedata.normalize("NFC", split_suffix(name)[0]).casefold())

    @cached_property
    def _by_number(self) -> dict[str, list[Path]]:
        numbers = [path for path in self._paths if _is_number(split_suffix(path.name)[0])]
        return FolderNames(numbers)._group(lambda name: split_suffix(name)[0].lstrip("0"))

    def _group(self, key: Callable[[str], str]) -> dict[str, list[Path]]:
        groups: dict[str, list[Path]] = defaultdict(list)
        for path in self._paths:
            groups[key(path.name)].append(path)
        return dict(groups)


def film_suffix(name: str) -> str:
    """Return the suffix of a file of a film in lower case, "" for any other ending, as of a UID."""
    stem, dot, ending = name.rpartition(".")
    suffix = f".{ending.lower()}" if stem and dot else ""
    return suffix if suffix in FILM_SUFFIXES else ""


def split_suffix(name: str) -> tuple[str, str]:
    """Return a file name without the suffix of a film, and this suffix in lower case."""
    suffix = film_suffix(name)
    return name[: len(name) - len(suffix)], suffix


def _is_number(stem: str) -> bool:
    return stem.isascii() and stem.isdigit()
