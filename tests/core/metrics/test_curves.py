"""Bins of stated probabilities."""

import numpy as np
import pytest

from core.metrics.curves import reliability_bins


def test_reliability_bins_hold_each_film_once():
    random = np.random.default_rng(9)
    probabilities = np.append(random.random(200), [0.0, 1.0])
    labels = (random.random(202) < probabilities).astype(int)
    bins = reliability_bins(labels, probabilities)
    assert sorted(np.concatenate([one.films for one in bins]).tolist()) == list(range(202))
    for one in bins:
        assert one.predicted == pytest.approx(probabilities[one.films].mean())
        assert one.observed.value == pytest.approx(labels[one.films].mean())
        assert one.low <= one.predicted <= one.high
