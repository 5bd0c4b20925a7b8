"""Decode and score films on all cores, in order."""

import itertools
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import numpy as np
import torch

from core.films.images import Grey
from core.inference.scorer import Features, Scorer
from core.models.calibration import Logits
from core.system.error_messages import is_out_of_memory
from core.system.errors import FilmUnreadable, Reason
from core.system.language import tr

Item = TypeVar("Item")

FIRST_FILMS: Final = 4  # scored at once, so that rows appear; the form is chosen after them
WORTH_SETTLING: Final = 64  # films; fewer are scored in plain form before another form is built
MOST_THREADS: Final = 8  # each holds the activations of a batch, up to 100 MB
AHEAD: Final = 2  # batches queued per thread


@dataclass(frozen=True, slots=True)
class ScoredItem(Generic[Item]):
    """One item with its film, or the reason why it could not be read.

    logits: (outputs,) float32. features: (features,) float32, input of the network's head.
    Both are None for an unreadable film.
    """

    item: Item
    film: Grey | FilmUnreadable
    logits: Logits | None
    features: Features | None


def score_films(
    items: Sequence[Item], read: Callable[[Item], Grey], scorer: Scorer, cancel: threading.Event
) -> Generator[ScoredItem[Item], None, None]:
    """Decode and score `items` in order; stops early when `cancel` is set.

    read: returns the film (size, size) uint8 of an item, or raises FilmUnreadable. It is called on
        threads; any other error ends the job.
    Each thread decodes and scores its own batches with one torch thread. On two cores that is
    faster than a network on both cores with decoders beside it, because no core waits for the other
    after every layer. Only a few batches are in memory at once.
    """
    first = [] if scorer.is_settled else list(items[:FIRST_FILMS])
    scored = _score_batch(first, read, scorer, cancel)
    if cancel.is_set():
        return
    yield from scored
    threads = min(torch.get_num_threads(), MOST_THREADS)
    with single_torch_thread():
        films = [item.film for item in scored if not isinstance(item.film, FilmUnreadable)]
        if films and not scorer.is_settled and len(items) >= WORTH_SETTLING and not cancel.is_set():
            scorer.settle(np.stack(films))
        for batch in _score_in_threads(
            _batches(items, len(first), scorer.batch, threads), threads, read, scorer, cancel
        ):
            if cancel.is_set():
                return
            yield from batch


@contextmanager
def single_torch_thread() -> Iterator[None]:
    """Limit torch to one thread for threads started inside; restore the number at the end."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _batches(items: Sequence[Item], start: int, batch: int, threads: int) -> Iterator[Sequence[Item]]:
    """Split the items from `start` on into batches.

    The first are small so that rows appear soon, the last so that all threads finish together.
    """
    for number in itertools.count():
        if start >= len(items):
            return
        largest = FIRST_FILMS if number < threads else batch
        count = min(largest, max(1, -(-(len(items) - start) // (2 * threads))))
        yield items[start : start + count]
        start += count


def _score_in_threads(
    batches: Iterator[Sequence[Item]],
    threads: int,
    read: Callable[[Item], Grey],
    scorer: Scorer,
    cancel: threading.Event,
) -> Generator[list[ScoredItem[Item]], None, None]:
    """Score batches on threads, in order. Closing the generator early cancels queued batches."""
    # the number of torch threads is set per thread, and defaults to all cores
    pool = ThreadPoolExecutor(threads, "screen", initializer=torch.set_num_threads, initargs=(1,))
    waiting: deque[Future[list[ScoredItem[Item]]]] = deque()
    try:
        for batch in batches:
            waiting.append(pool.submit(_score_batch, batch, read, scorer, cancel))
            if len(waiting) >= AHEAD * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _score_batch(
    batch: Sequence[Item], read: Callable[[Item], Grey], scorer: Scorer, cancel: threading.Event
) -> list[ScoredItem[Item]]:
    """Read and score one batch, in order; return nothing if `cancel` is set meanwhile."""
    films: list[Grey | FilmUnreadable] = []
    for item in batch:
        if cancel.is_set():
            return []
        try:
            films.append(read(item))
        except FilmUnreadable as error:
            films.append(error)
    try:
        return _score_together(batch, films, scorer)
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
    return [_score_alone(item, film, scorer) for item, film in zip(batch, films, strict=True)]


def _score_together(
    batch: Sequence[Item], films: Sequence[Grey | FilmUnreadable], scorer: Scorer
) -> list[ScoredItem[Item]]:
    """Score the readable films of a batch in one pass of the network."""
    readable = [film for film in films if not isinstance(film, FilmUnreadable)]
    outputs: Iterator[tuple[Features, Logits]] = iter(())
    if readable:
        outputs = zip(*scorer.features_and_logits(np.stack(readable)), strict=True)
    scored = []
    for item, film in zip(batch, films, strict=True):
        if isinstance(film, FilmUnreadable):
            scored.append(ScoredItem(item, film, None, None))
        else:
            features, logits = next(outputs)
            scored.append(ScoredItem(item, film, logits, features))
    return scored


def _score_alone(item: Item, film: Grey | FilmUnreadable, scorer: Scorer) -> ScoredItem[Item]:
    """Score one film of a batch that was too large for the memory; the result is the same."""
    try:
        return _score_together([item], [film], scorer)[0]
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        sentence = tr("There was not enough memory to score it. Close other programs and try again.")
        return ScoredItem(item, FilmUnreadable(Reason.OUT_OF_MEMORY, sentence), None, None)
