"""Means and events of an epoch."""

import pytest

from core.datasets.entries import Split
from core.recipes.recipe import Recipe
from core.training import epoch_meter
from core.training.epoch_meter import EpochMeter
from core.training.gradients import BatchResult
from core.training.time_estimate import TimeEstimate

RECIPE = Recipe(epochs=4, patience_epochs=2)


def test_batches_count_by_their_films_and_only_some_are_reported(monkeypatch):
    clock = iter([0.0, 0.0, 1.0, 0.05, 2.0, 3.0, 0.2, 4.0, 6.0, 0.25])
    monkeypatch.setattr(epoch_meter.time, "monotonic", lambda: next(clock))
    meter = EpochMeter(RECIPE, 1, 3, TimeEstimate(RECIPE, dict.fromkeys(Split, 10)))
    assert (meter.loss, meter.accuracy, meter.learning_rate) == (0, 0, 0)
    reported = []
    for films, result in ((8, BatchResult(1.0, 6, 8)), (8, BatchResult(0.5, 7, 8)), (4, BatchResult(0.25, 2, 8))):
        with meter.time_batch(films):
            pass
        reported += meter.count_batch(films, 0.01 / films, result)
    assert meter.loss == pytest.approx((8 + 4 + 1) / 20)
    assert (meter.accuracy, meter.learning_rate) == (15 / 20, 0.0025)
    assert meter.films_per_second == 20 / 4
    assert [(event.epoch, event.epochs, event.batch, event.batches) for event in reported] == [
        (2, 4, 2, 3),
        (2, 4, 3, 3),
    ]
    assert [event.loss for event in reported] == [0.5, 0.25]
    assert reported[0].may_end_early
    assert all(event.seconds_left > 0 for event in reported)
