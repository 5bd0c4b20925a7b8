"""Files in the order of their places, found by place and by file."""

from bisect import bisect_left
from collections.abc import Iterable

from gui.worklist.row_order import Key


class ShownRows:
    """Files sorted by their keys. A file keeps its key until it is removed, so that it keeps its place."""

    def __init__(self) -> None:
        self._keys: list[Key] = []
        self._key_of: dict[str, Key] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, file: str) -> bool:
        return file in self._key_of

    def replace(self, keys: Iterable[Key]) -> None:
        """Hold the files of these keys, in place of all others."""
        self._keys = sorted(keys)
        self._key_of = {key[-1]: key for key in self._keys}

    def file(self, number: int) -> str:
        return self._keys[number][-1]

    def key(self, file: str) -> Key | None:
        """Return the key of a file, None if it is not held."""
        return self._key_of.get(file)

    def number_of(self, file: str) -> int | None:
        """Return the place of a file, None if it is not held."""
        key = self._key_of.get(file)
        return None if key is None else self.place_of(key)

    def place_of(self, key: Key) -> int:
        """Return the place that a key has or would have."""
        return bisect_left(self._keys, key)

    def insert(self, key: Key) -> None:
        """Hold one more file."""
        self._keys.insert(self.place_of(key), key)
        self._key_of[key[-1]] = key

    def remove(self, file: str) -> None:
        """Hold a file no longer that is held."""
        del self._keys[self.place_of(self._key_of.pop(file))]
