"""Where thresholds lie in the plots of an evaluation. Draws nothing."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.metrics.curves import rates_over_thresholds
from core.metrics.roc import Floats, Labels, precision_recall_curve, roc_curve
from core.system.language import marked, tr


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the three plots; all texts are marked English, and are shown translated.

    falls: the threshold falls from left to right. guide: what the quiet line is.
    heading: a shorter title for the caption, where the caption names the curves.
    """

    title: str
    across: str
    up: str
    falls: bool
    guide: str = ""
    curves: tuple[str, ...] = ()
    heading: str = ""


ROC: Final = Kind("ROC", marked("False positive rate"), marked("Sensitivity"), True, marked("chance"))
RECALL: Final = Kind(
    marked("Precision and recall"),
    marked("Recall (sensitivity)"),
    marked("Precision"),
    True,
    marked("share of positives"),
)
RATES: Final = Kind(
    marked("Sensitivity and specificity against threshold"),
    marked("Threshold"),
    marked("Share of films"),
    False,
    curves=(marked("sensitivity"), marked("specificity")),
    heading=marked("Against threshold"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Where thresholds, rising, (n,), lie in one plot.

    across (n,), ups: (n,) for each curve. figures: what a reading tells, a name and (n,) values each.
    stops (m,): thresholds between which keys go. highest: probability, above which no film is called.
    line: corners of the first curve as it is drawn, where not the points themselves.
    """

    thresholds: Floats
    across: Floats
    ups: tuple[Floats, ...]
    figures: tuple[tuple[str, Floats], ...]
    stops: Floats
    highest: float
    line: tuple[Floats, Floats] | None = None


def sample_points(labels: Labels, probabilities: Floats) -> tuple[Points, Points, Points]:
    """Points of the three plots for (n,) labels 0 and 1, both there, with (n,) probabilities of 1."""
    highest = float(probabilities.max())
    nothing = min(np.nextafter(highest, 2), np.nextafter(1.0, 2))  # the least threshold that calls no film
    false, true, thresholds = (column[::-1] for column in roc_curve(labels, probabilities))
    stops = np.append(thresholds[:-1], nothing)
    figures = ((tr("sensitivity"), true), (tr("specificity"), 1 - false))
    roc = Points(stops, false, (true,), figures, stops, highest)

    precision, recall, _ = (column[::-1] for column in precision_recall_curve(labels, probabilities))
    corners = np.repeat(np.append(recall, 0.0), 2)[1:-1], np.repeat(precision, 2)  # steps, as average precision sums
    figures = ((tr("precision"), precision), (tr("recall"), recall))
    found = Points(stops[:-1], recall, (precision,), figures, stops[:-1], highest, corners)

    grid, sensitivity, specificity = rates_over_thresholds(labels, probabilities)
    place = np.searchsorted(grid, nothing)
    grid, sensitivity = np.insert(grid, place, nothing), np.insert(sensitivity, place, 0.0)
    specificity = np.insert(specificity, place, 1.0)
    figures = ((tr("sensitivity"), sensitivity), (tr("specificity"), specificity))
    return roc, found, Points(grid, grid, (sensitivity, specificity), figures, stops, highest)
