"""Data of the plots, worked out by hand or from the confusion matrix."""

import numpy as np
import pytest

from core.metrics.curves import (
    BAND_THRESHOLDS,
    confusion_matrix,
    rate_band,
    reliability_bins,
    score_histogram,
    threshold_curves,
)
from core.metrics.intervals import proportion
from core.metrics.roc import average_precision

# thresholds from above 0.9 down to 0.2 classify 0, 1, 2, 3, 4 films as positive
LABELS, PROBABILITIES = np.array([0, 1, 0, 1]), np.array([0.2, 0.4, 0.6, 0.9])


def many(seed=9):
    random = np.random.default_rng(seed)
    probabilities = np.append(random.random(200), [0.0, 1.0])
    return (random.random(202) < probabilities).astype(int), probabilities


def test_reliability_bins_hold_each_film_once():
    labels, probabilities = many()
    bins = reliability_bins(labels, probabilities)
    assert sorted(np.concatenate([one.films for one in bins]).tolist()) == list(range(202))
    for one in bins:
        assert one.predicted == pytest.approx(probabilities[one.films].mean())
        assert one.observed.value == pytest.approx(labels[one.films].mean())
        assert one.low <= one.predicted <= one.high


def test_histogram_holds_each_film_once():
    labels, probabilities = many()
    histogram = score_histogram(labels, probabilities)
    found = [film for bins in histogram.films for films in bins for film in films.tolist()]
    assert sorted(found) == list(range(202))
    assert histogram.counts.sum(axis=1).tolist() == [(labels == 0).sum(), (labels == 1).sum()]
    assert set(labels[histogram.films[1][19]]) == {1}
    assert (probabilities[histogram.films[1][19]] >= 0.95).all()


def test_rates_change_at_every_film():
    curves = threshold_curves(LABELS, PROBABILITIES)
    assert curves.thresholds.tolist() == [0.2, 0.4, 0.6, 0.9, np.nextafter(0.9, 2)]
    assert curves.sensitivity.tolist() == [1, 1, 0.5, 0.5, 0]
    assert curves.specificity.tolist() == [0, 0.5, 0.5, 1, 1]
    assert curves.precision == pytest.approx([0.5, 2 / 3, 0.5, 1, np.nan], nan_ok=True)
    assert (curves.prevalence, curves.highest) == (0.5, 0.9)


def test_rates_are_those_of_the_confusion_matrix_at_any_threshold():
    labels, probabilities = many(3)
    curves = threshold_curves(labels, probabilities)
    for threshold in np.linspace(0, 1, 37):
        (tn, fp), (fn, tp) = confusion_matrix(labels, probabilities, threshold)
        index = curves.index_at(threshold)
        assert curves.sensitivity[index] == pytest.approx(tp / (tp + fn))
        assert curves.specificity[index] == pytest.approx(tn / (tn + fp))
        assert curves.precision[index] == pytest.approx(tp / (tp + fp))


def test_steps_run_from_0_to_1_and_enclose_the_average_precision():
    curves = threshold_curves(LABELS, PROBABILITIES)
    recall, precision = curves.precision_recall_steps()
    assert abs(np.trapezoid(precision, recall)) == pytest.approx(average_precision(LABELS, PROBABILITIES))
    thresholds, sensitivity = curves.steps_over_thresholds(curves.sensitivity)
    assert thresholds.tolist() == [0, 0.2, 0.2, 0.4, 0.4, 0.6, 0.6, 0.9, 0.9, 1]
    assert sensitivity.tolist() == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0, 0]


def test_one_class_leaves_undefined_what_it_cannot_tell():
    positive = threshold_curves(np.array([1, 1, 1]), np.array([0.0, 1.0, 1.0]))
    assert positive.thresholds[-1] == np.nextafter(1.0, 2)
    assert np.isnan(positive.specificity).all()
    assert positive.sensitivity.tolist() == [1, 2 / 3, 0]
    negative = threshold_curves(np.array([0]), np.array([0.5]))
    assert np.isnan(negative.sensitivity).all()
    assert np.isnan(negative.precision).all()
    assert negative.specificity.tolist() == [0, 1]


def test_bands_are_the_intervals_of_the_figures():
    labels, probabilities = many()
    patients = np.arange(202) // 2
    for label in (0, 1):
        low, high = rate_band(labels, probabilities, patients, label)
        films = labels == label
        wanted = proportion((probabilities[films] >= BAND_THRESHOLDS[20]) == label, patients[films])
        assert (low[20], high[20]) == (wanted.low, wanted.high)
    assert np.isnan(rate_band(np.ones(2, int), np.ones(2), np.arange(2), 0)).all()
