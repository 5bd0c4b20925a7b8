"""Calibrate the bundled model so that every hospital counts alike, and none is served badly."""

from dataclasses import replace

import numpy as np

from core.models.calibration import Calibration, compute_probabilities, fit_calibration, fit_temperature, log_loss
from core.models.operating_point import fit_conformal_band

# error rates that the review band bounds on validation films: of all hospitals together, each counting alike, and
# of any one with LEAST_FILMS or more
MEAN_ERROR, WORST_ERROR = 0.01, 0.015
GROUP_FILMS, MOST_REPEATS = 500, 10  # to which the films of each hospital and label are repeated
LEAST_FILMS = 20  # fewer films of a hospital and label say nothing about its errors


def balance_groups(labels: np.ndarray, hospitals: np.ndarray) -> np.ndarray:
    """Return indices in which every hospital and label has up to GROUP_FILMS films, rare ones repeated."""
    rng = np.random.default_rng(0)
    groups = [(hospitals == name) & (labels == label) for name in np.unique(hospitals) for label in (0, 1)]
    indices = [rng.permutation(np.flatnonzero(group)) for group in groups if group.any()]
    return np.concatenate([np.resize(group, min(GROUP_FILMS, MOST_REPEATS * len(group))) for group in indices])


def fit_bias(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the bias to add to logits (n, 1) for the least log loss (Platt 1999).

    Training with weights for classes and sources shifts the logits.
    """
    candidates = np.linspace(-4, 4, 81)

    def compute_loss(bias: float) -> float:
        shifted = (logits + bias).astype(np.float64)
        return log_loss(shifted / fit_temperature(shifted, labels), np.eye(2)[labels])

    return float(min(candidates, key=compute_loss))


def calibrate_hospitals(logits: np.ndarray, labels: np.ndarray, hospitals: np.ndarray) -> tuple[float, Calibration]:
    """Return the bias to add to the logits (n, 1), and the calibration of logits with it.

    labels: (n,) of 0 and 1. hospitals: (n,). Films of the same hospital and label share one weight.
    The band is wide enough for the films of all hospitals together (some of them repeated, so that
    this is no conformal guarantee), and for each hospital alone, where no error below 1 / (n + 1) of
    its rarer class can be promised: the largest of these is the error of the calibration.
    """
    balanced = balance_groups(labels, hospitals)
    bias = fit_bias(logits[balanced], labels[balanced])
    shifted = logits + bias
    calibration = fit_calibration(shifted[balanced], labels[balanced], temperature=True, balanced=True)
    probabilities = compute_probabilities(shifted, calibration.temperature)
    threshold = calibration.threshold
    pooled = fit_conformal_band(labels[balanced], probabilities[balanced], threshold, MEAN_ERROR)
    low, high, error = pooled.low, pooled.high, pooled.error
    for name in np.unique(hospitals):
        chosen = hospitals == name
        counts = np.bincount(labels[chosen], minlength=2)
        band = fit_conformal_band(labels[chosen], probabilities[chosen], threshold, WORST_ERROR)
        low = min(low, band.low) if counts[1] >= LEAST_FILMS else low
        high = max(high, band.high) if counts[0] >= LEAST_FILMS else high
        error = max(error, band.error) if min(counts) >= LEAST_FILMS else error
    return bias, replace(calibration, review_band=(low, high), band_error=error)
