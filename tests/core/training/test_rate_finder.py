"""The rate finder."""

from dataclasses import replace

import numpy as np
import pytest

from core.training import rate_finder
from core.training.rate_finder import find_rate, suggest_rate
from tests.factories import drained

pytestmark = pytest.mark.usefixtures("tiny_network", "no_shortcut_probe")


def test_the_rate_where_the_loss_falls_fastest_is_suggested():
    rates = np.geomspace(1e-6, 1, 80)
    fall = 1 / (1 + (rates / 1e-3) ** 1.5)
    losses = 0.7 * fall + 0.05 + (rates > 0.1) * (rates - 0.1) * 5
    assert 4e-4 < suggest_rate(list(rates), list(losses)) < 3e-3
    assert suggest_rate(list(rates), list(1 + rates)) is None
    assert suggest_rate([1e-6], [1.0]) is None


def test_the_suggestion_is_not_led_astray_by_batches_that_waver():
    rates = np.geomspace(1e-6, 1, 80)
    fall = 0.4 - 0.2 / (1 + (1e-4 / rates) ** 1.5) + (rates > 0.02) * (rates - 0.02)
    for seed in range(20):
        random = np.random.default_rng(seed)
        noise, level = [], 0.0
        for number in range(80):  # the running mean of noise, as the finder smooths it
            level = 0.9 * level + 0.1 * random.normal(0, 0.08)
            noise.append(level / (1 - 0.9 ** (number + 1)))
        assert 1e-5 < suggest_rate(list(rates), list(fall + noise)) < 1e-2


def test_rate_finder_gives_a_curve_and_leaves_nothing(dataset_folder, quick_recipe, cancel, monkeypatch):
    monkeypatch.setattr(rate_finder, "STEPS", 30)
    before = sorted(dataset_folder.rglob("*"))
    _, curve = drained(find_rate(dataset_folder, replace(quick_recipe, image_size_px=32), cancel))
    assert len(curve.rates) == len(curve.losses) > 10
    assert list(curve.rates) == sorted(curve.rates)
    assert sorted(dataset_folder.rglob("*")) == before


def test_cancelled_rate_finder_gives_nothing(dataset_folder, quick_recipe, cancel):
    job = find_rate(dataset_folder, quick_recipe, cancel)
    next(job)
    cancel.set()
    assert drained(job)[1] is None
