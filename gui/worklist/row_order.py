"""Places of rows: by a column, or in an order drawn by lot for blind reading."""

import hashlib
from bisect import bisect_left, insort
from typing import Final

from core.models.decision import Decision
from core.screening.events import LedgerRow

Key = tuple[bool, "str | float", str]  # without a value, which is last; the value; the file, which no other row has
DECISION_ORDER: Final = {Decision.UNLIKELY: 0.0, Decision.REVIEW: 1.0, Decision.LIKELY: 2.0}


class _Backward(str):
    """A text that is sorted from Z to A."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)


def sort_key(row: LedgerRow, value: str | float | None, is_descending: bool) -> Key:
    """Return the place of a row by the value of a column; rows without a value are last either way."""
    if value is None or value == "":
        return True, 0.0, row.file
    if isinstance(value, str):
        text = value.casefold()
        return False, _Backward(text) if is_descending else text, row.file
    return False, -value if is_descending else value, row.file


def blind_key(seed: str, file: str) -> Key:
    """Return a place drawn by lot for a file, the same for the same seed.

    A file that arrives later moves no two others past each other, and neither does a call.
    """
    drawn = hashlib.sha256(f"{seed}\0{file}".encode("utf-8", "surrogateescape")).hexdigest()
    return False, drawn, file


class BlindNumbers:
    """Numbers of films in blind reading: 1 is the first in the order that was drawn."""

    def __init__(self) -> None:
        self._seed = ""
        self._keys: list[Key] = []

    def draw(self, seed: str, files: list[str]) -> None:
        """Number these films, in place of all others."""
        self._seed = seed
        self._keys = sorted(blind_key(seed, file) for file in files)

    def add(self, file: str) -> None:
        """Number one more film; those behind it count one more."""
        key = blind_key(self._seed, file)
        place = bisect_left(self._keys, key)
        if place == len(self._keys) or self._keys[place] != key:
            insort(self._keys, key)

    def remove(self, file: str) -> None:
        key = blind_key(self._seed, file)
        place = bisect_left(self._keys, key)
        if place < len(self._keys) and self._keys[place] == key:
            del self._keys[place]

    def key(self, file: str) -> Key:
        return blind_key(self._seed, file)

    def number(self, file: str) -> int:
        """Return the number of a film, from 1."""
        return bisect_left(self._keys, blind_key(self._seed, file)) + 1
