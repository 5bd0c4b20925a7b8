"""What each of the threshold plots shows of the rates at every threshold: texts, points, lines."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from core.metrics.curves import ThresholdCurves
from core.metrics.roc import Floats
from core.system.language import marked, tr


@dataclass(frozen=True, slots=True, eq=False)
class CurvePoints:
    """Coordinates of one plot at the first m thresholds of its curves.

    x: (m,). ys: (m,) for each curve. lines: vertices of each curve. figures: name and values (m,) of
    each figure in the reading. guide: y of the reference line at x = 0 and at x = 1, if any.
    """

    x: Floats
    ys: tuple[Floats, ...]
    lines: tuple[tuple[Floats, Floats], ...]
    figures: tuple[tuple[str, Floats], ...]
    guide: tuple[float, float] | None = None


def _view_roc(curves: ThresholdCurves) -> CurvePoints:
    x, y = 1 - curves.specificity, curves.sensitivity
    return CurvePoints(x, (y,), ((x, y),), _rate_figures(curves), (0.0, 1.0))


def _view_precision_recall(curves: ThresholdCurves) -> CurvePoints:
    recall, precision = curves.sensitivity[:-1], curves.precision[:-1]  # at the last there is no precision
    figures = ((tr("precision"), precision), (tr("recall"), recall))
    guide = (curves.prevalence, curves.prevalence)
    return CurvePoints(recall, (precision,), (curves.precision_recall_steps(),), figures, guide)


def _view_rates(curves: ThresholdCurves) -> CurvePoints:
    rates = (curves.sensitivity, curves.specificity)
    lines = tuple(curves.steps_over_thresholds(values) for values in rates)
    return CurvePoints(curves.thresholds, rates, lines, _rate_figures(curves))


def _rate_figures(curves: ThresholdCurves) -> tuple[tuple[str, Floats], ...]:
    return (tr("sensitivity"), curves.sensitivity), (tr("specificity"), curves.specificity)


@dataclass(frozen=True, slots=True)
class PlotKind:
    """Texts, content and direction of one of the three plots; texts are marked English.

    threshold_falls: thresholds decrease from left to right, else x is the threshold. guide: name of
    the reference line, if any. curves: names for the legend. heading: a shorter title for a caption
    that has a legend.
    """

    title: str
    x_label: str
    y_label: str
    view: Callable[[ThresholdCurves], CurvePoints]
    threshold_falls: bool
    guide: str = ""
    curves: tuple[str, ...] = ()
    heading: str = ""


ROC: Final = PlotKind("ROC", marked("False positive rate"), marked("Sensitivity"), _view_roc, True, marked("chance"))
RECALL: Final = PlotKind(
    marked("Precision and recall"),
    marked("Recall (sensitivity)"),
    marked("Precision"),
    _view_precision_recall,
    True,
    marked("fraction of positives"),
)
RATES: Final = PlotKind(
    marked("Sensitivity and specificity against threshold"),
    marked("Threshold"),
    marked("Fraction of films"),
    _view_rates,
    False,
    curves=(marked("sensitivity"), marked("specificity")),
    heading=marked("Against threshold"),
)
