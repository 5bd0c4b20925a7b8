"""Means over the batches of an epoch, and the events that report them while it runs."""

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from core.jobs.progress import PROGRESS_SECONDS
from core.recipes.recipe import Recipe
from core.training.events import BatchEnded
from core.training.gradients import BatchResult
from core.training.time_estimate import TimeEstimate


class EpochMeter:
    """Counts the batches of one epoch.

    epoch: counted from 0. batches: how many it has. learning_rate: of the last one, 0 before the first.
    """

    def __init__(self, recipe: Recipe, epoch: int, batches: int, estimate: TimeEstimate) -> None:
        self._recipe, self._epoch, self._batches, self._estimate = recipe, epoch, batches, estimate
        self._done = self._films = 0
        self._loss = self._correct = self._seconds = 0.0
        self._reported = time.monotonic()
        self.learning_rate = 0.0

    @property
    def loss(self) -> float:
        """Mean over the films so far; 0 before the first batch."""
        return self._loss / max(self._films, 1)

    @property
    def accuracy(self) -> float:
        """Fraction of the films so far that were classified correctly; 0 before the first batch."""
        return self._correct / max(self._films, 1)

    @property
    def films_per_second(self) -> float:
        """Speed of training, without the pauses between batches."""
        return self._films / max(self._seconds, 1e-9)

    @contextmanager
    def time_batch(self, films: int) -> Iterator[None]:
        """Measure how long a batch of `films` films takes."""
        start = time.monotonic()
        yield
        seconds = time.monotonic() - start
        self._films += films
        self._seconds += seconds
        self._estimate.add_training(self._epoch, films, seconds)

    def count_batch(self, films: int, rate: float, result: BatchResult) -> Generator[BatchEnded, None, None]:
        """Add a measured batch, and report it, at most ten times per second. rate: its learning rate."""
        self._done += 1
        self._loss += result.loss * films
        self._correct += result.correct
        self.learning_rate = rate
        now = time.monotonic()
        if now - self._reported < PROGRESS_SECONDS and self._done < self._batches:
            return
        self._reported = now
        left = self._estimate.seconds_left(self._epoch, self._done / self._batches)
        epochs, early = self._recipe.all_epochs, self._recipe.patience_epochs > 0
        yield BatchEnded(
            self._epoch + 1, epochs, self._done, self._batches, result.loss, self.films_per_second, left, early
        )
