"""What an evaluation's plots are drawn from: rates over thresholds, reliability, spread of scores. Draws nothing."""

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
    """Films whose stated probability lies between low and high.

    stated: their mean probability, None for no films. observed: share of positives among them with its interval.
    films: their indices.
    """

    low: float
    high: float
    stated: float | None
    observed: Figure | None
    films: npt.NDArray[np.int64]


def bin_numbers(probabilities: Floats, bins: int) -> npt.NDArray[np.int64]:
    """For each probability the number of its bin of equal width, 1.0 in the last one."""
    return np.minimum((probabilities * bins).astype(np.int64), bins - 1)


def reliability_bins(labels: Labels, probabilities: Floats) -> tuple[ReliabilityBin, ...]:
    """Ten bins of equal width, from 0 to 1, of stated probabilities of class 1 with what was observed."""
    places = bin_numbers(probabilities, BINS)
    made = []
    for number in range(BINS):
        films = np.flatnonzero(places == number)
        stated = float(probabilities[films].mean()) if len(films) else None
        observed = wilson_interval(int((labels[films] == 1).sum()), len(films))
        made.append(ReliabilityBin(number / BINS, (number + 1) / BINS, stated, observed, films))
    return tuple(made)


def score_counts(labels: Labels, probabilities: Floats) -> npt.NDArray[np.int64]:
    """Films in each of SCORE_BINS bins of equal width: (2, SCORE_BINS), negative films first."""
    places = bin_numbers(probabilities, SCORE_BINS)
    return np.stack([np.bincount(places[labels == label], minlength=SCORE_BINS) for label in (0, 1)])


def rates_over_thresholds(labels: Labels, probabilities: Floats) -> tuple[Floats, Floats, Floats]:
    """Thresholds from 0 to 1 with sensitivity and specificity, "score >= threshold", at each; nan if undefined."""
    grid = np.unique(np.concatenate([np.linspace(0, 1, 201), probabilities]))
    sides = []
    for label in (1, 0):
        mine = np.sort(probabilities[labels == label])
        below = np.searchsorted(mine, grid, side="left") / len(mine) if len(mine) else np.full(len(grid), np.nan)
        sides.append(1 - below if label == 1 else below)
    return grid, sides[0], sides[1]


def confusion_matrix(
    labels: Labels, probabilities: Floats, threshold: float
) -> tuple[tuple[int, int], tuple[int, int]]:
    """((true negative, false positive), (false negative, true positive)) at "probability >= threshold"."""
    calls = (probabilities >= threshold).astype(np.int64)
    tn, fp, fn, tp = (int(((labels == truth) & (calls == call)).sum()) for truth in (0, 1) for call in (0, 1))
    return (tn, fp), (fn, tp)
