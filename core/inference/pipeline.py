"""Work on films in chunks, on all cores and in order."""

import os
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from typing import Final, TypeVar

from core.jobs.thread_map import map_in_order

Item = TypeVar("Item")
Result = TypeVar("Result")

CHUNK: Final = 16  # items of a chunk: what is computed for several films together is quicker so
FIRST: Final = 2  # items of the first chunks, so that results appear soon
MOST_THREADS: Final = 8  # more would wait for one another: some of the work is Python's
AHEAD: Final = 2  # chunks that wait for each thread


def process_in_chunks(
    items: Sequence[Item], process: Callable[[Sequence[Item]], Result], cancel: threading.Event
) -> Generator[Result, None, None]:
    """Yield what `process` returns for each chunk of `items`, in order; stop early when `cancel` is set.

    process: called on threads; its errors end the job. Only a few chunks are in memory at once.
    """
    threads = min(os.cpu_count() or 1, MOST_THREADS)
    with closing(map_in_order(process, split_into_chunks(items, threads), threads, AHEAD)) as finished:
        for _, future in finished:
            if cancel.is_set():
                return
            yield future.result()


def split_into_chunks(items: Sequence[Item], threads: int) -> Iterator[Sequence[Item]]:
    """Split items into chunks: small ones first, and at the end, so that all threads finish together."""
    start, number = 0, 0
    while start < len(items):
        largest = FIRST if number < threads else CHUNK
        count = min(largest, max(1, -(-(len(items) - start) // (2 * threads))))
        yield items[start : start + count]
        start, number = start + count, number + 1
