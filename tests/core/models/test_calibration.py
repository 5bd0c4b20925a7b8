"""Calibration: the temperature of the films, and what its thresholds decide."""

from math import nextafter

import numpy as np
import pytest

from core.models.calibration import compute_probabilities, fit_calibration, fit_temperature
from core.models.decision import Decision


def test_the_operating_point_decides_labels_and_bands_decisions():
    random = np.random.default_rng(3)
    labels = random.integers(0, 2, 300)
    logits = random.normal(3 * labels - 1.5, 1.5)[:, None].astype(np.float32)
    made = fit_calibration(logits, labels, temperature=True, balanced=True)
    low, high = made.review_band
    cases = {
        Decision.UNLIKELY: nextafter(low, 0),
        Decision.REVIEW: low,
        Decision.LIKELY: high,
    }
    assert {made.decision(np.float64(value)) for value in cases.values()} == set(cases)
    assert all(made.decision(np.float64(value)) is decision for decision, value in cases.items())
    assert {made.decision(np.float64(value), is_unlike=True) for value in cases.values()} == {Decision.REVIEW}
    assert made.label(np.float64(made.threshold)) == 1
    assert made.label(np.float64(nextafter(made.threshold, 0))) == 0


def test_the_temperature_is_that_of_the_films():
    random = np.random.default_rng(4)
    true = random.normal(0, 2, 4000)
    labels = (random.random(4000) < 1 / (1 + np.exp(-true))).astype(int)
    assert fit_temperature((3 * true)[:, None].astype(np.float32), labels) == pytest.approx(3, rel=0.1)
    assert compute_probabilities(np.array([[800.0], [-800.0]], np.float32), 1.0).tolist() == [1.0, 0.0]


@pytest.mark.parametrize("classes", [2, 3])
def test_few_films_told_apart_without_a_mistake_prove_no_certainty(classes):
    labels = np.repeat(np.arange(classes), 9)
    logits = 20 * np.eye(classes, dtype=np.float32)[labels]
    if classes == 2:
        logits = logits[:, 1:] - logits[:, :1]
    for scale in (0.05, 0.5, 1):
        told = compute_probabilities(logits * scale, fit_temperature(logits * scale, labels))
        right = np.where(labels == 1, told, 1 - told) if classes == 2 else told[np.arange(len(labels)), labels]
        assert right == pytest.approx(9.5 / (9 + classes / 2), abs=0.01)
