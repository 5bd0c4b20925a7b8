"""Map a function over items on threads, in order, with bounded look-ahead."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_in_order(
    work: Callable[[Item], Result], items: Iterable[Item], threads: int | None = None, ahead: int = 8
) -> Generator[tuple[Item, Future[Result]], None, None]:
    """Run `work` on threads and yield each item with its finished future, in the order of `items`.

    threads: by default one for each core. ahead: items per thread that are submitted at most, so that
    50,000 films never wait in memory. Closing the generator early cancels the items that have not begun.
    """
    threads = threads or os.cpu_count() or 1
    remaining = iter(items)
    with ThreadPoolExecutor(threads, thread_name_prefix="decode") as pool:
        pending = deque((item, pool.submit(work, item)) for item in islice(remaining, ahead * threads))
        try:
            while pending:
                item, future = pending.popleft()
                future.exception()  # waits until it is finished
                pending.extend((following, pool.submit(work, following)) for following in islice(remaining, 1))
                yield item, future
        finally:
            for _, future in pending:
                future.cancel()
