"""Suggest a learning rate: train with a rising rate and record the loss.

L. N. Smith, Cyclical learning rates for training neural networks, WACV 2017, section 3.3.
"""

import tempfile
import threading
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from core.datasets.entries import FilmLeftOut
from core.datasets.events import AuditResult
from core.datasets.preparation import AS_IT_IS, Preparation
from core.jobs.events import Stage
from core.jobs.progress import Pace
from core.recipes.recipe import Recipe
from core.training.events import DatasetRead, RateCurve
from core.training.learner import Learner, LearnerEvent, build_learner
from core.training.training_data import prepare_training_data

STEPS: Final = 80
LOWEST, HIGHEST = 1e-6, 1.0
SMOOTHING: Final = 0.9  # of the running mean of the loss
DIVERGED: Final = 4.0  # times the lowest loss, at which the search stops
MIN_POINTS: Final = 10
WINDOW: Final = 9  # points of the curve that are averaged before its slope is taken
TWO_DECADES: Final = 100


def find_rate(
    source: Path,
    recipe: Recipe,
    cancel: threading.Event,
    preparation: Preparation = AS_IT_IS,
    audited: AuditResult | None = None,
) -> Generator[LearnerEvent | FilmLeftOut | DatasetRead, None, RateCurve | None]:
    """Train a temporary network while the rate rises; return the curve with a suggestion.

    audited: an earlier audit of the dataset, as in `prepare_training_data`.
    None if cancelled. Raises JobFailed as a training does.
    """
    # what the recipe's depth names trains from the first step, at full size
    recipe = replace(recipe, frozen_epochs=0, epochs=recipe.all_epochs, small_share=0.0)
    with tempfile.TemporaryDirectory(prefix="pneumoscreen-") as folder:
        store = Path(folder) / "films"
        data = yield from prepare_training_data(source, recipe, preparation, store, cancel, audited)
        if data is None:
            return None
        learner = yield from build_learner(recipe, data, cancel)
        if learner is None:
            return None
        yield from learner.prepare_epoch(0, cancel)
        return (yield from _measure_curve(learner, cancel))


def _measure_curve(learner: Learner, cancel: threading.Event) -> Generator[LearnerEvent, None, RateCurve | None]:
    """Take STEPS steps from the lowest to the highest rate; stop early if the loss diverges."""
    rates: list[float] = []
    losses: list[float] = []
    mean, pace = 0.0, Pace(Stage.FINDING_RATE, STEPS)
    for step, rate in enumerate(np.geomspace(LOWEST, HIGHEST, STEPS), start=1):
        if cancel.is_set():
            return None
        loss = yield from learner.take_step(float(rate), step)
        mean = SMOOTHING * mean + (1 - SMOOTHING) * loss
        smooth = mean / (1 - SMOOTHING**step)
        if not np.isfinite(smooth) or (losses and smooth > DIVERGED * min(losses)):
            break
        rates.append(float(rate))
        losses.append(smooth)
        if progress := pace.progress_at(step):
            yield progress
    return RateCurve(tuple(rates), tuple(losses), suggest_rate(rates, losses))


def suggest_rate(rates: Sequence[float], losses: Sequence[float]) -> float | None:
    """Return the rate where the loss falls fastest over the log rate; None if it never falls.

    Only the two decades below the rate with the lowest loss are searched, on a curve smoothed once
    more: losses of single batches are noisy, and at rates far too low there is nothing but noise.
    """
    if len(rates) < MIN_POINTS:
        return None
    smooth = np.convolve(np.pad(losses, WINDOW // 2, mode="edge"), np.full(WINDOW, 1 / WINDOW), mode="valid")
    lowest = int(smooth.argmin())
    first = int(np.searchsorted(np.asarray(rates), rates[lowest] / TWO_DECADES))
    slope = np.gradient(smooth, np.log(np.asarray(rates)))
    steepest = first + int(slope[first : lowest + 1].argmin())
    return float(rates[steepest]) if slope[steepest] < 0 else None
