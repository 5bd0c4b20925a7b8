"""Films through decoder and network on every core at once, in order. Knows nothing of ledgers and of decisions."""

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

FIRST_FILMS: Final = 4  # whose rows come at once; a form that is not settled is settled after them
WORTH_SETTLING: Final = 64  # films still to come: for fewer the plain form is done before another is made
MOST_THREADS: Final = 8  # each holds the activations of a batch, up to 100 MB
AHEAD: Final = 2  # batches a thread, done or under way before their rows are taken


@dataclass(frozen=True, slots=True)
class ScoredItem(Generic[Item]):
    """One item: its film, or why it could not be read; then logits and features are None.

    logits: (outputs,) float32. features: (features,) float32, what the network's head sees.
    """

    item: Item
    film: Grey | FilmUnreadable
    logits: Logits | None
    features: Features | None


def score_films(
    items: Sequence[Item], read: Callable[[Item], Grey], scorer: Scorer, cancel: threading.Event
) -> Generator[ScoredItem[Item], None, None]:
    """Each of `items` once, in their order, with what the network says; ends early where `cancel` is set.

    Each thread decodes a batch and answers it, with one thread of torch: on two cores that takes less time than a
    network on both cores with decoders beside it, since no core waits for the other after every layer.
    read: the film (size, size) uint8 of an item, or raises FilmUnreadable; called on threads, any other error of it
    ends the job. Only a few batches are in memory at once.
    """
    first = [] if scorer.is_settled else list(items[:FIRST_FILMS])
    answers = list(_answered(first, read, scorer, cancel))
    if cancel.is_set():
        return
    yield from answers
    threads = min(torch.get_num_threads(), MOST_THREADS)
    with one_thread_of_torch():
        films = [answer.film for answer in answers if not isinstance(answer.film, FilmUnreadable)]
        if films and not scorer.is_settled and len(items) >= WORTH_SETTLING and not cancel.is_set():
            scorer.settle(np.stack(films))
        for batch in _in_threads(_batches(items, len(first), scorer.batch, threads), threads, read, scorer, cancel):
            if cancel.is_set():
                return
            yield from batch


@contextmanager
def one_thread_of_torch() -> Iterator[None]:
    """Let each thread that starts inside compute alone; torch has its threads back at the end."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _batches(items: Sequence[Item], start: int, batch: int, threads: int) -> Iterator[Sequence[Item]]:
    """The items from `start`; few in the first batches, whose rows come soon, and in the last."""
    for number in itertools.count():
        if start >= len(items):
            return
        largest = FIRST_FILMS if number < threads else batch
        count = min(largest, max(1, -(-(len(items) - start) // (2 * threads))))
        yield items[start : start + count]
        start += count


def _in_threads(
    batches: Iterator[Sequence[Item]],
    threads: int,
    read: Callable[[Item], Grey],
    scorer: Scorer,
    cancel: threading.Event,
) -> Generator[list[ScoredItem[Item]], None, None]:
    """Answer batches on threads, in order. Closing the generator early lets no further batch begin."""
    # a thread's count of torch threads is its own, and the system's default is all cores
    pool = ThreadPoolExecutor(threads, "screen", initializer=torch.set_num_threads, initargs=(1,))
    waiting: deque[Future[list[ScoredItem[Item]]]] = deque()
    try:
        for batch in batches:
            waiting.append(pool.submit(_answered, batch, read, scorer, cancel))
            if len(waiting) >= AHEAD * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _answered(
    batch: Sequence[Item], read: Callable[[Item], Grey], scorer: Scorer, cancel: threading.Event
) -> list[ScoredItem[Item]]:
    """One batch in its order; nothing where `cancel` was set meanwhile."""
    films: list[Grey | FilmUnreadable] = []
    for item in batch:
        if cancel.is_set():
            return []
        try:
            films.append(read(item))
        except FilmUnreadable as refusal:
            films.append(refusal)
    try:
        return _scored(batch, films, scorer)
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
    return [_alone(item, film, scorer) for item, film in zip(batch, films, strict=True)]


def _scored(batch: Sequence[Item], films: Sequence[Grey | FilmUnreadable], scorer: Scorer) -> list[ScoredItem[Item]]:
    """The answers on a batch whose readable films go through the network together."""
    readable = [film for film in films if not isinstance(film, FilmUnreadable)]
    pairs = iter(zip(*scorer.features_and_logits(np.stack(readable)), strict=True) if readable else ())
    answers = []
    for item, film in zip(batch, films, strict=True):
        features, logits = (None, None) if isinstance(film, FilmUnreadable) else next(pairs)
        answers.append(ScoredItem(item, film, logits, features))
    return answers


def _alone(item: Item, film: Grey | FilmUnreadable, scorer: Scorer) -> ScoredItem[Item]:
    """One film of a batch that was too large for the memory; its answer is the same as in company."""
    try:
        return _scored([item], [film], scorer)[0]
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        sentence = tr("There was not enough memory to score it. Close other programs and retry it.")
        return ScoredItem(item, FilmUnreadable(Reason.OUT_OF_MEMORY, sentence), None, None)
