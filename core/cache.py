"""Films of a dataset decoded once, as one memory-mapped array. Changes nothing about them but their size."""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from core.dataset import Film
from core.errors import FilmUnreadable
from core.events import FilmLeftOut, Progressed, Stage
from core.files import explained_write
from core.images import read_square

Given = TypeVar("Given")
Made = TypeVar("Made")
PROGRESS_SECONDS = 0.1


def in_order(
    work: Callable[[Given], Made], items: Iterable[Given]
) -> Generator[tuple[Given, Future[Made]], None, None]:
    """Run `work` on threads and yield each item with its finished future, in the order of `items`.

    Only a few items a thread are under way at once, so that 50,000 films never wait in memory. Closing the generator
    early lets no further item begin.
    """
    threads = os.cpu_count() or 1
    remaining = iter(items)
    with ThreadPoolExecutor(threads, thread_name_prefix="decode") as pool:
        waiting = deque((item, pool.submit(work, item)) for item in islice(remaining, 8 * threads))
        try:
            while waiting:
                item, future = waiting.popleft()
                future.exception()  # waits for the end
                waiting.extend((new, pool.submit(work, new)) for new in islice(remaining, 1))
                yield item, future
        finally:
            for _, future in waiting:
                future.cancel()


def decoded_films(
    films: Sequence[Film], size_px: int, store: Path, cancel: threading.Event
) -> Generator[Progressed | FilmLeftOut, None, tuple[list[Film], npt.NDArray[np.uint8]]]:
    """Decode every film into the file `store`; return the readable films and their pixels (n, size, size) uint8.

    Unreadable films are yielded as FilmLeftOut and missing in both. Cancelled: returns what is decoded so far.
    Raises JobFailed where the disk has no room.
    """
    with explained_write(store), store.open("wb") as stream:
        size = max(1, len(films)) * size_px**2
        stream.truncate(size)
        if hasattr(os, "posix_fallocate"):
            # a sparse file would let a full disk kill the process at its first write into the map
            os.posix_fallocate(stream.fileno(), 0, size)
    pixels = np.memmap(store, np.uint8, "r+", shape=(len(films), size_px, size_px))
    readable: list[Film] = []
    pace = Pace(Stage.DECODING, len(films))
    for done, (film, future) in enumerate(in_order(lambda film: read_square(film.path, size_px), films), start=1):
        if cancel.is_set():
            break
        try:
            pixels[len(readable)] = future.result()
            readable.append(film)
        except FilmUnreadable as refusal:
            yield FilmLeftOut(film.path, refusal.reason, refusal.sentence)
        if progress := pace.at(done):
            yield progress
    return readable, pixels[: len(readable)]


class Pace:
    """Progress of one stage, at most ten times a second and once at its end, with the time that is left."""

    def __init__(self, stage: Stage, total: int) -> None:
        self._stage, self._total = stage, total
        self._start = self._said = time.monotonic()

    def seconds_left(self, done: int) -> float | None:
        """Time left at the mean speed so far; None before anything is done."""
        return (time.monotonic() - self._start) / done * (self._total - done) if done else None

    def at(self, done: int) -> Progressed | None:
        """The event to yield now, or None where one was yielded just before."""
        now = time.monotonic()
        if done < self._total and now - self._said < PROGRESS_SECONDS:
            return None
        self._said = now
        return Progressed(self._stage, done, self._total, self.seconds_left(done))
