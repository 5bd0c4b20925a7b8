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
    work: Callable[[Item], Result], items: Iterable[Item]
) -> Generator[tuple[Item, Future[Result]], None, None]:
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
