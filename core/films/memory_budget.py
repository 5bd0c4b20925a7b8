"""Limit the memory that films take while several threads decode them."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

LIMIT_BYTES: Final = 1 << 30  # a film of 100 million pixels fits, or 20 of the usual 5 million
FILE_COPIES: Final = 2  # of a file that a child process decodes: there and here


class MemoryBudget:
    """Memory that threads share. One request beyond the limit is granted when nothing else is in use."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._reset()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._reset)

    @contextmanager
    def reserve(self, count: int) -> Iterator[None]:
        """Wait until `count` bytes are free, and hold them for the block, in the order of arrival."""
        with self._turn, self._changed:  # later ones wait for their turn, so that none overtakes a large film
            self._changed.wait_for(lambda: not self._used or self._used + count <= self._limit_bytes)
            self._used += count
        try:
            yield
        finally:
            with self._changed:
                self._used -= count
                self._changed.notify_all()

    def _reset(self) -> None:
        self._turn, self._changed, self._used = threading.Lock(), threading.Condition(), 0


DECODING: Final = MemoryBudget(LIMIT_BYTES)
