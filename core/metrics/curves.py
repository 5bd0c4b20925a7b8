"""Data of evaluation plots: rates over thresholds, reliability, scores, confusion matrix."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from core.metrics.intervals import Figure, wilson_interval
from core.metrics.roc import Floats, Labels

BINS: Final = 10
SCORE_BINS: Final = 20


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Films whose predicted probability is between low and high.

    predicted: their mean probability, None for no films. observed: fraction of positives among them
    with its 95 % interval. films: their indices.
    """

    low: float
    high: float
    predicted: float | None
    observed: Figure | None
    films: npt.NDArray[np.int64]


def bin_numbers(probabilities: Floats, bins: int) -> npt.NDArray[np.int64]:
    """Return the number of the equal-width bin of each probability (n,); 1.0 is in the last bin."""
    return np.minimum((probabilities * bins).astype(np.int64), bins - 1)


def reliability_bins(labels: Labels, probabilities: Floats) -> tuple[ReliabilityBin, ...]:
    """Return predicted probability and observed fraction in ten bins of equal width, 0 to 1."""
    numbers = bin_numbers(probabilities, BINS)
    bins = []
    for number in range(BINS):
        films = np.flatnonzero(numbers == number)
        predicted = float(probabilities[films].mean()) if len(films) else None
        observed = wilson_interval(int((labels[films] == 1).sum()), len(films))
        bins.append(ReliabilityBin(number / BINS, (number + 1) / BINS, predicted, observed, films))
    return tuple(bins)


def score_counts(labels: Labels, probabilities: Floats) -> npt.NDArray[np.int64]:
    """Return the number of films in each equal-width bin: (2, SCORE_BINS), negative films first."""
    numbers = bin_numbers(probabilities, SCORE_BINS)
    return np.stack([np.bincount(numbers[labels == label], minlength=SCORE_BINS) for label in (0, 1)])


def rates_over_thresholds(labels: Labels, probabilities: Floats) -> tuple[Floats, Floats, Floats]:
    """Return thresholds from 0 to 1 with sensitivity and specificity at each; nan if undefined.

    A film is positive where "probability >= threshold".
    """
    thresholds = np.unique(np.concatenate([np.linspace(0, 1, 201), probabilities]))
    sensitivity = 1 - _fraction_below(probabilities[labels == 1], thresholds)
    specificity = _fraction_below(probabilities[labels == 0], thresholds)
    return thresholds, sensitivity, specificity


def _fraction_below(values: Floats, thresholds: Floats) -> Floats:
    """Return the fraction of `values` below each threshold; nan for no values."""
    if len(values) == 0:
        return np.full(len(thresholds), np.nan)
    return np.searchsorted(np.sort(values), thresholds, side="left") / len(values)


def confusion_matrix(
    labels: Labels, probabilities: Floats, threshold: float
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return ((true negative, false positive), (false negative, true positive)) at a threshold.

    A film is positive where "probability >= threshold".
    """
    predicted = probabilities >= threshold
    positive, negative = labels == 1, labels == 0
    true_negative, false_positive = int((negative & ~predicted).sum()), int((negative & predicted).sum())
    false_negative, true_positive = int((positive & ~predicted).sum()), int((positive & predicted).sum())
    return (true_negative, false_positive), (false_negative, true_positive)
