"""ROC and precision-recall curves and the areas under them."""

from math import sqrt

import numpy as np
import numpy.typing as npt

from core.metrics.intervals import Z_95, Figure, Groups, wilson_interval

Labels = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def _midranks(values: Floats) -> Floats:
    """Return ranks from 1; ties share their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[inverse])


def roc_auc(labels: Labels, scores: Floats) -> float:
    """Return the area under the ROC curve, with ties counted half; nan where a class is missing."""
    positives = int((labels == 1).sum())
    negatives = len(labels) - positives
    if positives == 0 or negatives == 0:
        return float("nan")
    ranks = float(_midranks(scores)[labels == 1].sum())
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives)


def placements(labels: Labels, scores: Floats) -> tuple[Floats, Floats]:
    """Return DeLong's placement values of the positive and of the negative films.

    For a positive film it is the fraction of negatives below it, for a negative film the fraction
    of positives above it, ties counting half. The mean of either is the AUC, and their variances
    give its variance: DeLong 1988, in the midrank form of Sun and Xu 2014.
    """
    positive, negative = scores[labels == 1], scores[labels != 1]
    m, n = len(positive), len(negative)
    ranks = _midranks(np.concatenate([positive, negative]))
    return (ranks[:m] - _midranks(positive)) / n, 1 - (ranks[m:] - _midranks(negative)) / m


def auc_figure(labels: Labels, scores: Floats, groups: Groups) -> Figure | None:
    """Return ROC AUC with its 95 % interval, clustered by patient; None where a class is missing.

    groups: (n,) patient of each film. The variance is that of Obuchowski 1997, equations 6 to 9,
    which sums DeLong's placements over each patient, and so equals DeLong's where each patient has
    one film. Where it is 0 (every positive above every negative), Wilson's interval on the patients
    of the rarer class is used instead.
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
    half_width = Z_95 * sqrt(variance)
    return Figure(area, max(0.0, area - half_width), min(1.0, area + half_width))


def delong_interval(labels: Labels, scores: Floats) -> Figure | None:
    """Return ROC AUC with the interval of DeLong 1988; None where a class is missing.

    Films count as independent.
    """
    return auc_figure(labels, scores, np.arange(len(labels)))


def _cumulative_counts(labels: Labels, scores: Floats) -> tuple[Floats, npt.NDArray[np.int64], Floats]:
    """Return positives and films at or above each distinct score, and the scores, highest first."""
    order = np.argsort(-scores, kind="stable")
    sorted_scores, hits = scores[order], (labels[order] == 1).astype(np.float64)
    ends = np.append(np.flatnonzero(np.diff(sorted_scores)), len(scores) - 1)
    return np.cumsum(hits)[ends], ends + 1, sorted_scores[ends]


def roc_curve(labels: Labels, scores: Floats) -> tuple[Floats, Floats, Floats]:
    """Return false positive rates, true positive rates and thresholds, "score >= threshold".

    The highest threshold comes first; the curve begins at (0, 0) with threshold inf.
    """
    true_positives, predicted, thresholds = _cumulative_counts(labels, scores)
    false_positives = predicted - true_positives
    false_rates = np.append(0.0, false_positives) / max(1.0, false_positives[-1])
    true_rates = np.append(0.0, true_positives) / max(1.0, true_positives[-1])
    return false_rates, true_rates, np.append(np.inf, thresholds)


def precision_recall_curve(labels: Labels, scores: Floats) -> tuple[Floats, Floats, Floats]:
    """Return precisions, recalls and thresholds, highest first; empty without positive films."""
    true_positives, predicted, thresholds = _cumulative_counts(labels, scores)
    if true_positives[-1] == 0:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    return true_positives / predicted, true_positives / true_positives[-1], thresholds


def average_precision(labels: Labels, scores: Floats) -> float:
    """Return the area under the precision-recall curve, a sum over steps; nan without positives."""
    precision, recall, _ = precision_recall_curve(labels, scores)
    return float(np.sum(np.diff(np.append(0.0, recall)) * precision)) if len(recall) else float("nan")


def mean_auc(labels: Labels, probabilities: Floats) -> float:
    """Return the AUC for (n,), the mean one-against-rest AUC for (n, classes); nan if undefined."""
    if probabilities.ndim == 1:
        return roc_auc(labels, probabilities)
    areas = [roc_auc((labels == k).astype(np.int64), probabilities[:, k]) for k in range(probabilities.shape[1])]
    return float(np.nanmean(areas)) if not all(np.isnan(areas)) else float("nan")
