"""Data of an evaluation's plots: rates at every threshold, reliability, histogram of scores, confusion matrix."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from core.metrics.intervals import Figure, Groups, proportion, wilson_interval
from core.metrics.roc import Floats, Labels, precision_recall_curve, roc_curve

BINS: Final = 10
SCORE_BINS: Final = 20
BAND_THRESHOLDS: Final = np.linspace(0, 1, 51)


@dataclass(frozen=True, slots=True, eq=False)
class ThresholdCurves:
    """Rates of two-class predictions at each threshold where they change; the columns are (n,).

    A film is positive where "probability >= threshold".
    thresholds: the distinct probabilities, increasing, and last the smallest number at which no film
    is positive. sensitivity, specificity: nan without films of the class. precision: nan where no
    film is positive, and without positive films. prevalence: fraction of positive films.
    """

    thresholds: Floats
    sensitivity: Floats
    specificity: Floats
    precision: Floats
    prevalence: float

    @property
    def highest(self) -> float:
        """The highest probability: above it no film is positive."""
        return float(self.thresholds[-2])

    def index_at(self, threshold: float) -> int:
        """Return the index of the rates at any threshold, not only those of `thresholds`."""
        return min(int(np.searchsorted(self.thresholds, threshold)), len(self.thresholds) - 1)

    def precision_recall_steps(self) -> tuple[Floats, Floats]:
        """Return recall and precision of the curve as steps, which enclose the average precision."""
        return np.repeat(self.sensitivity, 2)[1:-1], np.repeat(self.precision[:-1], 2)

    def steps_over_thresholds(self, rates: Floats) -> tuple[Floats, Floats]:
        """Return thresholds from 0 to 1, and one of the rates there, as a curve of steps."""
        inner = np.repeat(np.clip(self.thresholds[:-1], 0, 1), 2)
        return np.concatenate([[0.0], inner, [1.0]]), np.repeat(rates, 2)


def threshold_curves(labels: Labels, probabilities: Floats) -> ThresholdCurves:
    """Compute the rates of one or more films at every threshold; labels (n,) 0 or 1, probabilities (n,)."""
    false_positive_rate, sensitivity, thresholds = (column[::-1] for column in roc_curve(labels, probabilities))
    precision, _, _ = precision_recall_curve(labels, probabilities)
    no_positives = min(np.nextafter(thresholds[-2], 2), np.nextafter(1.0, 2))
    undefined = np.full(len(thresholds), np.nan)
    prevalence = float(np.mean(labels == 1))
    return ThresholdCurves(
        np.append(thresholds[:-1], no_positives),
        sensitivity if prevalence > 0 else undefined,
        1 - false_positive_rate if prevalence < 1 else undefined,
        np.append(precision[::-1], np.nan) if prevalence > 0 else undefined,
        prevalence,
    )


def rate_band(labels: Labels, probabilities: Floats, groups: Groups, label: int) -> tuple[Floats, Floats]:
    """Return pointwise 95 % bounds of a rate at BAND_THRESHOLDS, clustered by patient; nan without films.

    label: 1 for the sensitivity, 0 for the specificity. groups: (n,) patient of each film.
    """
    films = labels == label
    if not films.any():
        return np.full(len(BAND_THRESHOLDS), np.nan), np.full(len(BAND_THRESHOLDS), np.nan)
    values, owners = probabilities[films], groups[films]
    rates = [proportion((values >= threshold) == bool(label), owners) for threshold in BAND_THRESHOLDS]
    bounds = np.array([(rate.low, rate.high) for rate in rates if rate is not None])
    return bounds[:, 0], bounds[:, 1]


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


@dataclass(frozen=True, slots=True, eq=False)
class ScoreHistogram:
    """Films of two classes in SCORE_BINS bins of equal width of their probability, 0 to 1.

    films: indices of the films of each bin, films[label][bin].
    """

    films: tuple[tuple[npt.NDArray[np.int64], ...], ...]

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """Numbers of films, (2, SCORE_BINS), negative films first."""
        return np.array([[len(films) for films in bins] for bins in self.films], np.int64)


def score_histogram(labels: Labels, probabilities: Floats) -> ScoreHistogram:
    """Sort films into the bins of their probabilities; labels (n,) 0 or 1, probabilities (n,)."""
    numbers = bin_numbers(probabilities, SCORE_BINS)
    return ScoreHistogram(
        tuple(
            tuple(np.flatnonzero((numbers == number) & (labels == label)) for number in range(SCORE_BINS))
            for label in (0, 1)
        )
    )


@dataclass(frozen=True, slots=True, eq=False)
class BinaryPlots:
    """Data of the plots of a two-class evaluation. uncalibrated: reliability at temperature 1."""

    thresholds: ThresholdCurves
    reliability: tuple[ReliabilityBin, ...]
    uncalibrated: tuple[ReliabilityBin, ...]
    scores: ScoreHistogram


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
