"""Every figure with its 95 % interval. Counts and arithmetic only: knows no model and no file."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from math import comb, erfc, sqrt
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Z_95: Final = 1.959964  # standard normal quantile of 97.5 %
RESAMPLES: Final = 1000
BINS: Final = 10
Labels = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its 95 % bounds."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class BinaryFigures:
    """All figures of a two-class evaluation; None where one is undefined, such as PPV without positive calls.

    confusion: ((true negative, false positive), (false negative, true positive)).
    """

    n: int
    threshold: float
    confusion: tuple[tuple[int, int], tuple[int, int]]
    accuracy: Figure | None
    balanced_accuracy: Figure | None
    f1: Figure | None
    sensitivity: Figure | None
    specificity: Figure | None
    ppv: Figure | None
    npv: Figure | None
    roc_auc: Figure | None
    pr_auc: Figure | None
    brier: Figure | None
    ece: Figure | None


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Figures with more than two classes; confusion[true][called]."""

    n: int
    classes: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    accuracy: Figure | None
    macro_f1: Figure | None
    macro_auc: Figure | None


def wilson(successes: int, trials: int) -> Figure | None:
    """A proportion with the score interval of Wilson 1927; None for no trials.

    Stays honest near 0 and 1, where the usual interval has no width.
    """
    if trials < 1:
        return None
    share, spread = successes / trials, Z_95**2 / trials
    centre = (share + spread / 2) / (1 + spread)
    reach = Z_95 / (1 + spread) * sqrt(share * (1 - share) / trials + spread / (4 * trials))
    return Figure(share, min(share, max(0.0, centre - reach)), max(share, min(1.0, centre + reach)))


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


def delong(labels: Labels, scores: Floats) -> Figure | None:
    """ROC AUC with the interval of DeLong 1988 in the midrank form of Sun and Xu 2014; None if a class is missing.

    Where the variance is 0 (every positive above every negative) Wilson's bound on the rarer class stands in.
    """
    positive, negative = scores[labels == 1], scores[labels != 1]
    m, n = len(positive), len(negative)
    if m == 0 or n == 0:
        return None
    every = _midranks(np.concatenate([positive, negative]))
    over_negative = (every[:m] - _midranks(positive)) / n
    over_positive = 1 - (every[m:] - _midranks(negative)) / m
    area = float(over_negative.mean())
    variance = (over_negative.var(ddof=1) / m if m > 1 else 0) + (over_positive.var(ddof=1) / n if n > 1 else 0)
    if variance <= 0:
        bound = wilson(round(area * min(m, n)), min(m, n))
        return Figure(area, min(area, bound.low), max(area, bound.high)) if bound else None
    reach = Z_95 * sqrt(float(variance))
    return Figure(area, max(0.0, area - reach), min(1.0, area + reach))


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference between two models on the same films, its 95 % bounds, and the two-sided p of there being none."""

    value: float
    low: float
    high: float
    p: float


def delong_difference(labels: Labels, first: Floats, second: Floats) -> Difference | None:
    """AUC of `second` minus that of `first` on the same films. DeLong 1988; None if a class is missing or has one film.

    Where both order every film alike the difference is 0 and p is 1.
    """
    m, n = int((labels == 1).sum()), int((labels != 1).sum())
    if m < 2 or n < 2:
        return None
    parts = []
    for scores in (first, second):
        positive, negative = scores[labels == 1], scores[labels != 1]
        every = _midranks(np.concatenate([positive, negative]))
        parts.append(((every[:m] - _midranks(positive)) / n, 1 - (every[m:] - _midranks(negative)) / m))
    (one_positive, one_negative), (two_positive, two_negative) = parts
    value = float(two_positive.mean() - one_positive.mean())
    variance = float((two_positive - one_positive).var(ddof=1) / m + (two_negative - one_negative).var(ddof=1) / n)
    if variance <= 0:
        return Difference(value, value, value, 1.0 if value == 0 else 0.0)
    deviation = sqrt(variance)
    p = erfc(abs(value) / deviation / sqrt(2))
    return Difference(value, value - Z_95 * deviation, value + Z_95 * deviation, p)


def mcnemar(first_right: npt.NDArray[np.bool_], second_right: npt.NDArray[np.bool_]) -> Difference | None:
    """Accuracy of the second minus the first on the same films; p exact (McNemar 1947, binomial form).

    The interval is that of Agresti and Min 2005 (half a film added to each cell). None for no films.
    """
    count = len(first_right)
    if count == 0:
        return None
    only_first, only_second = int((first_right & ~second_right).sum()), int((~first_right & second_right).sum())
    apart = only_first + only_second
    tail = sum(comb(apart, k) for k in range(min(only_first, only_second) + 1)) / 2**apart
    value = (only_second - only_first) / count
    b, c, total = only_second + 0.5, only_first + 0.5, count + 2
    centre, reach = (b - c) / total, Z_95 * sqrt(b + c - (b - c) ** 2 / total) / total
    return Difference(value, min(value, centre - reach), max(value, centre + reach), min(1.0, 2 * tail))


def adjusted(differences: Sequence[Difference | None]) -> list[Difference | None]:
    """The same differences with p for all these tests together: Holm 1979. One alone stays as it is."""
    order = sorted((found.p, place) for place, found in enumerate(differences) if found is not None)
    result, highest = list(differences), 0.0
    for rank, (p, place) in enumerate(order):
        highest = max(highest, min(1.0, p * (len(order) - rank)))
        found = differences[place]
        result[place] = replace(found, p=highest) if found is not None else None
    return result


def roc_curve(labels: Labels, scores: Floats) -> tuple[Floats, Floats, Floats]:
    """False and true positive rates at each threshold, "score >= threshold", from the strictest on; starts at 0, 0."""
    order = np.argsort(-scores, kind="stable")
    sorted_scores, hits = scores[order], (labels[order] == 1).astype(np.float64)
    ends = np.append(np.flatnonzero(np.diff(sorted_scores)), len(scores) - 1)
    true = np.cumsum(hits)[ends]
    false = ends + 1 - true
    thresholds = np.append(np.inf, sorted_scores[ends])
    rates = [np.append(0.0, counts) / max(1.0, counts[-1]) for counts in (false, true)]
    return rates[0], rates[1], thresholds


def average_precision(labels: Labels, scores: Floats) -> float:
    """Area under the precision-recall curve as a sum over its steps; nan without positives."""
    order = np.argsort(-scores, kind="stable")
    sorted_scores, hits = scores[order], (labels[order] == 1).astype(np.float64)
    if hits.sum() == 0:
        return float("nan")
    ends = np.append(np.flatnonzero(np.diff(sorted_scores)), len(scores) - 1)
    true = np.cumsum(hits)[ends]
    precision, recall = true / (ends + 1), true / hits.sum()
    return float(np.sum(np.diff(np.append(0.0, recall)) * precision))


def expected_calibration_error(labels: Labels, probabilities: Floats) -> float:
    """Mean gap between stated probability and observed share over ten equal bins. Naeini et al. 2015."""
    bins = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    gaps = np.abs(np.bincount(bins, probabilities - labels, BINS))
    return float(gaps.sum() / len(labels))


def _f1(labels: Labels, calls: Labels) -> float:
    hits = float(((labels == 1) & (calls == 1)).sum())
    wrong = float((labels != calls).sum())
    return 2 * hits / (2 * hits + wrong) if hits + wrong else float("nan")


def _balanced(labels: Labels, calls: Labels) -> float:
    shares = [float((calls[labels == label] == label).mean()) for label in (0, 1) if (labels == label).any()]
    return float(np.mean(shares)) if len(shares) == 2 else float("nan")


def _resampled(patients: Sequence[str], figure: "_Statistic", *columns: npt.NDArray[Any]) -> Figure | None:
    """A figure with its percentile interval over resamples of whole patients (clustered bootstrap, seeded)."""
    value = figure(*columns)
    if np.isnan(value):
        return None
    _, groups = np.unique(np.asarray(patients), return_inverse=True)
    films_of = np.split(np.argsort(groups, kind="stable"), np.cumsum(np.bincount(groups))[:-1])
    random = np.random.default_rng(0)
    values = []
    for _ in range(RESAMPLES):
        drawn = np.concatenate([films_of[group] for group in random.integers(0, len(films_of), len(films_of))])
        values.append(figure(*(column[drawn] for column in columns)))
    low, high = np.nanquantile(values, [0.025, 0.975])
    return Figure(value, min(value, float(low)), max(value, float(high)))


class _Statistic:
    """A figure of several columns; exists to give `_resampled` a type."""

    def __call__(self, *columns: npt.NDArray[Any]) -> float:
        raise NotImplementedError


def binary_figures(
    labels: Labels, probabilities: Floats, threshold: float, patients: Sequence[str] | None = None
) -> BinaryFigures:
    """Every figure of two-class answers: labels (n,) 0 or 1, probabilities (n,) of class 1.

    Proportions have Wilson's intervals, AUC DeLong's, the rest a bootstrap by patient. Raises ValueError for no films.
    """
    if len(labels) == 0:
        raise ValueError("figures need at least one film")
    calls = (probabilities >= threshold).astype(np.int64)
    tn, fp, fn, tp = (int(((labels == truth) & (calls == call)).sum()) for truth in (0, 1) for call in (0, 1))
    groups = patients if patients is not None else [str(number) for number in range(len(labels))]
    return BinaryFigures(
        n=len(labels),
        threshold=threshold,
        confusion=((tn, fp), (fn, tp)),
        accuracy=wilson(tp + tn, len(labels)),
        balanced_accuracy=_resampled(groups, _balanced, labels, calls),  # type: ignore[arg-type]
        f1=_resampled(groups, _f1, labels, calls),  # type: ignore[arg-type]
        sensitivity=wilson(tp, tp + fn),
        specificity=wilson(tn, tn + fp),
        ppv=wilson(tp, tp + fp),
        npv=wilson(tn, tn + fn),
        roc_auc=delong(labels, probabilities),
        pr_auc=_resampled(groups, average_precision, labels, probabilities),  # type: ignore[arg-type]
        brier=_resampled(groups, _brier, labels, probabilities),  # type: ignore[arg-type]
        ece=_resampled(groups, expected_calibration_error, labels, probabilities),  # type: ignore[arg-type]
    )


def _brier(labels: Labels, probabilities: Floats) -> float:
    return float(np.mean((probabilities - labels) ** 2))


def mean_auc(labels: Labels, probabilities: Floats) -> float:
    """AUC of class 1 from (n,), or the mean of one class against the rest from (n, classes); nan if undefined."""
    if probabilities.ndim == 1:
        return roc_auc(labels, probabilities)
    areas = [roc_auc((labels == k).astype(np.int64), probabilities[:, k]) for k in range(probabilities.shape[1])]
    return float(np.nanmean(areas)) if not all(np.isnan(areas)) else float("nan")


@dataclass(frozen=True, slots=True)
class ValidationFigures:
    """Figures of one epoch, at 0.5, without intervals; sensitivity and specificity None with several classes."""

    accuracy: float
    auc: float
    sensitivity: float | None
    specificity: float | None


def validation_figures(labels: Labels, logits: npt.NDArray[np.float32]) -> ValidationFigures:
    """Figures of logits (n, 1) or (n, classes) against labels (n,)."""
    if logits.shape[1] > 1:
        scores = np.exp(logits - logits.max(axis=1, keepdims=True), dtype=np.float64)
        scores /= scores.sum(axis=1, keepdims=True)
        calls = logits.argmax(axis=1)
        return ValidationFigures(float((calls == labels).mean()), mean_auc(labels, scores), None, None)
    calls = (logits[:, 0] >= 0).astype(np.int64)
    sensitivity, specificity = (float((calls[labels == label] == label).mean()) for label in (1, 0))
    auc = mean_auc(labels, logits[:, 0].astype(np.float64))
    return ValidationFigures(float((calls == labels).mean()), auc, sensitivity, specificity)


def _macro_f1(labels: Labels, calls: Labels) -> float:
    kinds = np.unique(np.concatenate([labels, calls]))
    return float(np.mean([_f1((labels == k).astype(np.int64), (calls == k).astype(np.int64)) for k in kinds]))


def class_figures(
    labels: Labels, probabilities: Floats, classes: tuple[str, ...], patients: Sequence[str] | None = None
) -> ClassFigures:
    """Figures of (n, classes) probabilities; the largest one is the call. Raises ValueError for no films."""
    if len(labels) == 0:
        raise ValueError("figures need at least one film")
    calls = probabilities.argmax(axis=1)
    table = np.zeros((len(classes), len(classes)), int)
    np.add.at(table, (labels, calls), 1)
    groups = patients if patients is not None else [str(number) for number in range(len(labels))]
    return ClassFigures(
        n=len(labels),
        classes=classes,
        confusion=tuple(tuple(int(count) for count in row) for row in table),
        accuracy=wilson(int(np.trace(table)), len(labels)),
        macro_f1=_resampled(groups, _macro_f1, labels, calls),  # type: ignore[arg-type]
        macro_auc=_resampled(groups, mean_auc, labels, probabilities),  # type: ignore[arg-type]
    )


def to_json_object(figures: BinaryFigures | ClassFigures) -> dict[str, Any]:
    """The content of metrics.json: every figure as {value, low, high}, null where undefined."""
    content: dict[str, Any] = {}
    for field in fields(figures):
        value = getattr(figures, field.name)
        if isinstance(value, Figure):
            value = {"value": value.value, "low": value.low, "high": value.high}
        content[field.name] = value
    return content


def summary_lines(figures: BinaryFigures | ClassFigures) -> list[str]:
    """One readable line for each figure, with interval and number of films."""
    lines = []
    for field in fields(figures):
        value = getattr(figures, field.name)
        if isinstance(value, Figure):
            title = field.name.replace("_", " ")
            lines.append(
                f"{title:18} {value.value:.3f}  (95 % interval {value.low:.3f} to {value.high:.3f}, n = {figures.n})"
            )
    return lines
