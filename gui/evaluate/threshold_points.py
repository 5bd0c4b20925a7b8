"""Compute the curves of the threshold plots: axes, points per threshold, readings."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.metrics.curves import rates_over_thresholds
from core.metrics.roc import Floats, Labels, precision_recall_curve, roc_curve
from core.system.language import marked, tr


@dataclass(frozen=True, slots=True)
class PlotKind:
    """Texts and direction of one of the three plots; texts are marked English.

    threshold_falls: thresholds decrease from left to right. guide: name of the reference line, if
    any. curves: names for the legend. heading: a shorter title for a caption that has a legend.
    """

    title: str
    x_label: str
    y_label: str
    threshold_falls: bool
    guide: str = ""
    curves: tuple[str, ...] = ()
    heading: str = ""


ROC: Final = PlotKind("ROC", marked("False positive rate"), marked("Sensitivity"), True, marked("chance"))
RECALL: Final = PlotKind(
    marked("Precision and recall"),
    marked("Recall (sensitivity)"),
    marked("Precision"),
    True,
    marked("fraction of positives"),
)
RATES: Final = PlotKind(
    marked("Sensitivity and specificity against threshold"),
    marked("Threshold"),
    marked("Fraction of films"),
    False,
    curves=(marked("sensitivity"), marked("specificity")),
    heading=marked("Against threshold"),
)


@dataclass(frozen=True, slots=True, eq=False)
class CurvePoints:
    """Coordinates of the curves of one plot at increasing thresholds, (n,).

    x: (n,). ys: (n,) for each curve. figures: name and values (n,) of each figure in the reading.
    stops: thresholds (m,) that arrow keys step through. highest: the highest probability; above it
    no film is classified as positive. line: vertices of the first curve, if it is not drawn through
    the points.
    """

    thresholds: Floats
    x: Floats
    ys: tuple[Floats, ...]
    figures: tuple[tuple[str, Floats], ...]
    stops: Floats
    highest: float
    line: tuple[Floats, Floats] | None = None


def sample_points(labels: Labels, probabilities: Floats) -> tuple[CurvePoints, CurvePoints, CurvePoints]:
    """Return the points of the ROC, precision-recall and rates plots.

    labels: 0 and 1, both present, (n,). probabilities: of class 1, (n,).
    """
    highest = float(probabilities.max())
    # the smallest threshold at which no film is positive
    no_positives = min(np.nextafter(highest, 2), np.nextafter(1.0, 2))
    false_positive_rate, sensitivity, thresholds = (column[::-1] for column in roc_curve(labels, probabilities))
    stops = np.append(thresholds[:-1], no_positives)
    figures = ((tr("sensitivity"), sensitivity), (tr("specificity"), 1 - false_positive_rate))
    roc = CurvePoints(stops, false_positive_rate, (sensitivity,), figures, stops, highest)
    precision_recall = _sample_precision_recall(labels, probabilities, stops[:-1], highest)
    rates = _sample_rates(labels, probabilities, stops, highest)
    return roc, precision_recall, rates


def _sample_precision_recall(labels: Labels, probabilities: Floats, stops: Floats, highest: float) -> CurvePoints:
    precision, recall, _ = (column[::-1] for column in precision_recall_curve(labels, probabilities))
    # drawn as steps, the area that average precision sums
    vertices = np.repeat(np.append(recall, 0.0), 2)[1:-1], np.repeat(precision, 2)
    figures = ((tr("precision"), precision), (tr("recall"), recall))
    return CurvePoints(stops, recall, (precision,), figures, stops, highest, vertices)


def _sample_rates(labels: Labels, probabilities: Floats, stops: Floats, highest: float) -> CurvePoints:
    grid, sensitivity, specificity = rates_over_thresholds(labels, probabilities)
    no_positives = stops[-1]
    index = np.searchsorted(grid, no_positives)
    grid = np.insert(grid, index, no_positives)
    sensitivity = np.insert(sensitivity, index, 0.0)
    specificity = np.insert(specificity, index, 1.0)
    figures = ((tr("sensitivity"), sensitivity), (tr("specificity"), specificity))
    return CurvePoints(grid, grid, (sensitivity, specificity), figures, stops, highest)
