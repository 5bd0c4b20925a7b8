"""Estimate how long a training will still take, from its speed so far on this machine."""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from core.datasets.entries import Split
from core.recipes.recipe import Recipe
from core.system.language import tr
from core.training.events import BatchEnded

# Cost of training relative to inference; measured with ResNet-18, used until both are measured.
TRAINING_TO_FORWARD: Final = 3.5


class _MeanCost:
    """Mean seconds per film, or per epoch."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.count = 0.0

    def add(self, count: float, seconds: float) -> None:
        self.count += count
        self.seconds += seconds

    @property
    def mean(self) -> float:
        return self.seconds / self.count if self.count else 0.0


def _mean_at(costs: Mapping[int, _MeanCost], size_px: int) -> float | None:
    """Return seconds per film of this width, scaled by area from another; None if unknown."""
    measured = size_px if size_px in costs else max(costs, default=None)
    return None if measured is None else costs[measured].mean * (size_px / measured) ** 2


class TimeEstimate:
    """Seconds left of one training with `recipe`. films: number of films in each split.

    Costs per film are kept by film size, since part of a batch's cost does not shrink with its
    films. Epochs of the head on cached features cost only the overhead of an epoch: files and
    figures.
    """

    def __init__(self, recipe: Recipe, films: Mapping[Split, int]) -> None:
        self._recipe, self._films = recipe, films
        self._training: dict[int, _MeanCost] = defaultdict(_MeanCost)  # by the films' width
        self._inference: dict[int, _MeanCost] = defaultdict(_MeanCost)
        self._overhead = _MeanCost()
        self._seconds_on_films = 0.0  # of the present epoch

    def add_training(self, epoch: int, films: int, seconds: float) -> None:
        """Add the time of training on `films` films in `epoch`, counted from 0; nothing if it was on features."""
        if epoch >= self._first_epoch_on_films:
            self._training[self._recipe.size_px_of(epoch)].add(films, seconds)
            self._seconds_on_films += seconds

    def add_inference(self, epoch: int, films: int, seconds: float) -> None:
        """Add the time of forward passes of `films` films without training."""
        self._inference[self._recipe.size_px_of(epoch)].add(films, seconds)
        self._seconds_on_films += seconds

    @contextmanager
    def time_training(self, epoch: int, films: int) -> Iterator[None]:
        """Measure what `add_training` adds."""
        start = time.monotonic()
        yield
        self.add_training(epoch, films, time.monotonic() - start)

    @contextmanager
    def time_inference(self, epoch: int, films: int) -> Iterator[None]:
        """Measure what `add_inference` adds."""
        start = time.monotonic()
        yield
        self.add_inference(epoch, films, time.monotonic() - start)

    @contextmanager
    def time_epoch(self) -> Iterator[None]:
        """Measure the overhead of an epoch: its time less that on films."""
        self._seconds_on_films, start = 0.0, time.monotonic()
        yield
        self.add_overhead(time.monotonic() - start - self._seconds_on_films)

    def add_overhead(self, seconds: float) -> None:
        """Add the time that one epoch took in addition to its films."""
        self._overhead.add(1, seconds)

    def seconds_left(self, epoch: int, fraction: float) -> float | None:
        """Return seconds for the rest of `epoch`, for all later epochs and for the test.

        fraction: of `epoch` that is trained, 0..1. Early stopping may end the training sooner. None
        before any film was measured.
        """
        if not self._training and not self._inference:
            return None
        epochs, last = self._recipe.all_epochs, self._recipe.image_size_px
        left = (epochs - epoch) * self._overhead.mean + self._films[Split.TEST] * self._cost(last)[1]
        for number in range(max(epoch, self._first_epoch_on_films), epochs):
            rest = 1 - fraction if number == epoch else 1
            training, inference = self._cost(self._recipe.size_px_of(number))
            left += rest * self._films[Split.TRAINING] * training + self._films[Split.VALIDATION] * inference
        return left

    def needs_trial(self, epoch: int) -> bool:
        """Return True if `epoch` has smaller films than the last one, which is not yet measured."""
        recipe = self._recipe
        last = recipe.size_px_of(recipe.all_epochs - 1)
        return recipe.size_px_of(epoch) < last and last not in self._training

    def _cost(self, size_px: int) -> tuple[float, float]:
        """Return seconds of training and of inference per film of this width."""
        training, inference = _mean_at(self._training, size_px), _mean_at(self._inference, size_px)
        if training is None:
            training = TRAINING_TO_FORWARD * (inference or 0)
        return training, training / TRAINING_TO_FORWARD if inference is None else inference

    @property
    def _first_epoch_on_films(self) -> int:
        """The first epoch that needs more than cached features."""
        recipe = self._recipe
        return recipe.frozen_epochs if recipe.trains_backbone else recipe.all_epochs


def format_time_left(event: BatchEnded) -> str:
    """Format the time left of a training; "at most" if early stopping may end it sooner."""
    if event.seconds_left is None:
        return ""
    time = format_duration(event.seconds_left)
    return tr("at most {time} left", time=time) if event.may_end_early else tr("about {time} left", time=time)


def format_duration(seconds: float) -> str:
    """Format a duration: 40 s, 12 min, 3 h 20 min."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
