"""Points of the threshold plots, worked out by hand."""

import numpy as np
import pytest

from core.metrics.curves import confusion_matrix
from gui.evaluate.threshold_points import sample_points

# thresholds from above 0.9 down to 0.2 classify 0, 1, 2, 3, 4 films as positive
LABELS, PROBABILITIES = np.array([0, 1, 0, 1]), np.array([0.2, 0.4, 0.6, 0.9])


@pytest.fixture
def points(qapp):
    return sample_points(LABELS, PROBABILITIES)


def at(curve, threshold, values):
    return values[np.flatnonzero(curve.thresholds == threshold)[0]]


@pytest.mark.parametrize(
    ("threshold", "false_positives", "sensitivity"), [(0.9, 0, 0.5), (0.6, 0.5, 0.5), (0.4, 0.5, 1), (0.2, 1, 1)]
)
def test_the_roc_has_a_point_for_every_film(points, threshold, false_positives, sensitivity):
    roc, _, _ = points
    assert at(roc, threshold, roc.x) == false_positives
    assert at(roc, threshold, roc.ys[0]) == sensitivity
    assert dict(roc.figures)["specificity"][roc.thresholds == threshold] == 1 - false_positives


def test_above_the_highest_film_nothing_is_classified_as_positive(points):
    roc, precision_recall, rates = points
    assert {curve.highest for curve in points} == {0.9}
    assert roc.stops[-1] == rates.stops[-1] == np.nextafter(0.9, 2)
    assert precision_recall.stops[-1] == 0.9  # above it there is no precision
    assert (roc.x[-1], roc.ys[0][-1]) == (0, 0)
    assert (at(rates, rates.stops[-1], rates.ys[0]), at(rates, rates.stops[-1], rates.ys[1])) == (0, 1)


@pytest.mark.parametrize(("threshold", "precision", "recall"), [(0.9, 1, 0.5), (0.6, 0.5, 0.5), (0.4, 2 / 3, 1)])
def test_precision_and_recall(points, threshold, precision, recall):
    _, curve, _ = points
    assert at(curve, threshold, curve.x) == recall
    assert at(curve, threshold, curve.ys[0]) == pytest.approx(precision)


def test_the_drawn_line_encloses_the_average_precision(points):
    _, curve, _ = points
    x, y = curve.line
    assert abs(np.trapezoid(y, x)) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


def test_rates_over_thresholds_are_those_of_the_confusion_matrix():
    random = np.random.default_rng(3)
    labels = random.integers(0, 2, 200)
    probabilities = random.random(200)
    _, _, rates = sample_points(labels, probabilities)
    assert (np.diff(rates.thresholds) > 0).all()
    for threshold in rates.thresholds[::17]:
        (tn, fp), (fn, tp) = confusion_matrix(labels, probabilities, threshold)
        assert at(rates, threshold, rates.ys[0]) == pytest.approx(tp / (tp + fn))
        assert at(rates, threshold, rates.ys[1]) == pytest.approx(tn / (tn + fp))


def test_films_of_probability_one_leave_room_above():
    roc, _, _ = sample_points(np.array([0, 1, 1]), np.array([0.0, 1.0, 1.0]))
    assert roc.stops[-1] == np.nextafter(1.0, 2)
