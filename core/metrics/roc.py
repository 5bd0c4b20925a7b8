"""How well scores put positive films above negative ones: curves and areas under them. Knows no threshold."""

from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from core.metrics.intervals import Z_95, Figure, Groups, wilson_interval

Labels = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def _midranks(values: Floats) -> Floats:
    """Ranks from 1, ties sharing their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[inverse])


def roc_auc(labels: Labels, scores: Floats) -> float:
    """Area under the ROC curve, ties counting half; nan where a class is missing."""
    positives = int((labels == 1).sum())
    negatives = len(labels) - positives
    if positives == 0 or negatives == 0:
        return float("nan")
    ranks = float(_midranks(scores)[labels == 1].sum())
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives)


def placements(labels: Labels, scores: Floats) -> tuple[Floats, Floats]:
    """For each positive film the share of negatives below it, for each negative the share of positives above it.

    Their means are the AUC, their spread gives its variance: DeLong 1988, in the midrank form of Sun and Xu 2014.
    """
    positive, negative = scores[labels == 1], scores[labels != 1]
    m, n = len(positive), len(negative)
    every = _midranks(np.concatenate([positive, negative]))
    return (every[:m] - _midranks(positive)) / n, 1 - (every[m:] - _midranks(negative)) / m


def auc_figure(labels: Labels, scores: Floats, groups: Groups) -> Figure | None:
    """ROC AUC with DeLong's interval, or where patients have several films that of Obuchowski 1997; None if undefined.

    groups (n,): the patient of each film. Obuchowski sums DeLong's placements over each patient, and so is equal to
    DeLong where each has one film (equations 6 to 9). Where the variance is 0 (every positive above every negative)
    Wilson's bound on the rarer class stands in.
    """
    is_positive = labels == 1
    m, n = int(is_positive.sum()), int((~is_positive).sum())
    if m == 0 or n == 0:
        return None
    above, below = placements(labels, scores)
    area = float(above.mean())
    count = int(groups.max()) + 1
    positive_sums = np.bincount(groups[is_positive], above - area, count)
    negative_sums = np.bincount(groups[~is_positive], below - area, count)
    with_positive = len(np.unique(groups[is_positive]))
    with_negative = len(np.unique(groups[~is_positive]))
    patients = len(np.unique(groups))
    variance = 2 * patients / max(1, patients - 1) * float(positive_sums @ negative_sums) / (m * n)
    for sums, owners, films in ((positive_sums, with_positive, m), (negative_sums, with_negative, n)):
        variance += owners / (owners - 1) * float(sums @ sums) / films**2 if owners > 1 else 0
    if variance <= 1e-15:
        rarer = min(with_positive, with_negative)
        bound = wilson_interval(area * rarer, rarer)
        return Figure(area, min(area, bound.low), max(area, bound.high)) if bound else None
    reach = Z_95 * sqrt(variance)
    return Figure(area, max(0.0, area - reach), min(1.0, area + reach))


def delong_interval(labels: Labels, scores: Floats) -> Figure | None:
    """ROC AUC with the interval of DeLong 1988 where each film is a patient of its own; None if a class is missing."""
    return auc_figure(labels, scores, np.arange(len(labels)))


def _steps(labels: Labels, scores: Floats) -> tuple[Floats, npt.NDArray[np.int64], Floats]:
    """Positive films at or above each different score, films at or above it, and these scores, the highest first."""
    order = np.argsort(-scores, kind="stable")
    sorted_scores, hits = scores[order], (labels[order] == 1).astype(np.float64)
    ends = np.append(np.flatnonzero(np.diff(sorted_scores)), len(scores) - 1)
    return np.cumsum(hits)[ends], ends + 1, sorted_scores[ends]


def roc_curve(labels: Labels, scores: Floats) -> tuple[Floats, Floats, Floats]:
    """False and true positive rates at each threshold, "score >= threshold", from the strictest on; starts at 0, 0."""
    true, called, thresholds = _steps(labels, scores)
    rates: list[Any] = [np.append(0.0, counts) / max(1.0, counts[-1]) for counts in (called - true, true)]
    return rates[0], rates[1], np.append(np.inf, thresholds)


def precision_recall_curve(labels: Labels, scores: Floats) -> tuple[Floats, Floats, Floats]:
    """Precision and recall at each threshold, from the strictest on. Empty without positive films."""
    true, called, thresholds = _steps(labels, scores)
    if true[-1] == 0:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    return true / called, true / true[-1], thresholds


def average_precision(labels: Labels, scores: Floats) -> float:
    """Area under the precision-recall curve as a sum over its steps; nan without positives."""
    precision, recall, _ = precision_recall_curve(labels, scores)
    return float(np.sum(np.diff(np.append(0.0, recall)) * precision)) if len(recall) else float("nan")


def mean_auc(labels: Labels, probabilities: Floats) -> float:
    """AUC of class 1 from (n,), or the mean of one class against the rest from (n, classes); nan if undefined."""
    if probabilities.ndim == 1:
        return roc_auc(labels, probabilities)
    areas = [roc_auc((labels == k).astype(np.int64), probabilities[:, k]) for k in range(probabilities.shape[1])]
    return float(np.nanmean(areas)) if not all(np.isnan(areas)) else float("nan")
