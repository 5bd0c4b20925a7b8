"""The plots of an evaluation as matplotlib figures, which documents show as SVG or in PDF."""

from collections.abc import Sequence
from math import ceil, isfinite
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from core.documents.fonts import shorten, text_width
from core.documents.plot_style import (
    BLUE,
    GRID,
    INK,
    LABEL,
    ORANGE,
    PALE_BLUE,
    PALE_ORANGE,
    QUARTERS,
    QUIET,
    SMALL,
    add_axes,
    draw_dots,
    draw_reference,
    finish_plot,
    mark_threshold,
    new_figure,
    set_ticks,
    unit_axes,
    write_note,
)
from core.metrics.curves import BAND_THRESHOLDS, SCORE_BINS, ReliabilityBin, ScoreHistogram, ThresholdCurves
from core.metrics.figures import BinaryFigures
from core.metrics.intervals import Figure as Interval
from core.metrics.roc import Floats
from core.system.language import format_number, tr

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE: Final = 430  # points: slightly less than the width of a page between its margins
ROW: Final = 17  # points
MAX_NAME_WIDTH: Final = 176  # points
NUMBERS_WIDTH: Final = 90
SMALLEST_CELL: Final = 38.0
DARK: Final = 0.87  # fraction of full blue from which white text has more contrast than dark text


def draw_roc(curves: ThresholdCurves, figures: BinaryFigures) -> "Figure":
    """Draw the ROC curve, and the operating point with the 95 % intervals of both rates."""
    axes = unit_axes(tr("1 − specificity"), tr("Sensitivity"))
    sensitivity, specificity = figures.sensitivity, figures.specificity
    if sensitivity is None or specificity is None:
        write_note(axes, tr("Requires positive and negative films"))
        return finish_plot(axes)
    axes.plot(1 - curves.specificity, curves.sensitivity, color=BLUE, label=tr("model"))
    draw_reference(axes, (0, 1), tr("chance"))
    false_alarms = Interval(1 - specificity.value, 1 - specificity.high, 1 - specificity.low)
    _draw_operating_point(axes, false_alarms, sensitivity, figures.threshold)
    return finish_plot(axes)


def _draw_operating_point(axes: "Axes", x: Interval, y: Interval, threshold: float) -> None:
    name = tr("operating point, threshold {threshold:.3g}", threshold=threshold)
    draw_dots(axes, x.value, y.value, ORANGE, label=name, xerr=_distances([x]), yerr=_distances([y]))


def _distances(intervals: Sequence[Interval]) -> Floats:
    """Return the distances of the lower and the upper bounds from the values, (2, intervals)."""
    bounds = [(interval.value - interval.low, interval.high - interval.value) for interval in intervals]
    return np.array(bounds, np.float64).reshape(-1, 2).T


def draw_precision_recall(curves: ThresholdCurves, figures: BinaryFigures) -> "Figure":
    """Draw precision over recall, and the operating point with the 95 % intervals of both.

    The curve has steps, because average precision is a sum over them.
    """
    axes = unit_axes(tr("Recall (sensitivity)"), tr("Precision (positive predictive value)"))
    if figures.sensitivity is None:
        write_note(axes, tr("Requires positive films"))
        return finish_plot(axes)
    prevalence = curves.prevalence
    axes.plot(*curves.precision_recall_steps(), color=BLUE, label=tr("model"))
    draw_reference(axes, (prevalence, prevalence), tr("prevalence {share:.3g}", share=prevalence))
    if figures.ppv is not None:
        _draw_operating_point(axes, figures.sensitivity, figures.ppv, figures.threshold)
    return finish_plot(axes)


def draw_reliability(bins: Sequence[ReliabilityBin], before: Sequence[ReliabilityBin] | None = None) -> "Figure":
    """Draw observed fraction of positives over predicted probability, with 95 % intervals.

    before: the bins before calibration.
    """
    axes = unit_axes(tr("Predicted probability"), tr("Observed fraction of positives"))
    draw_reference(axes, (0, 1), tr("ideal"))
    if before is not None:
        predicted, observed = _points_of(before)
        ring: dict[str, Any] = {
            "color": "white",
            "markeredgecolor": QUIET,
            "markersize": 5.6,
            "clip_on": False,
            "zorder": 2.5,
        }
        axes.plot(predicted, [figure.value for figure in observed], "o", label=tr("before calibration"), **ring)
    name = tr("observed, with 95 % interval") if before is None else tr("calibrated, with 95 % interval")
    predicted, observed = _points_of(bins)
    values = [figure.value for figure in observed]
    draw_dots(axes, predicted, values, BLUE, BLUE, label=name, yerr=_distances(observed))
    return finish_plot(axes)


def _points_of(bins: Sequence[ReliabilityBin]) -> tuple[list[float], list[Interval]]:
    """Return predicted probability and observed fraction of the bins that have films."""
    points = [(part.predicted, part.observed) for part in bins if part.predicted is not None and part.observed]
    return [predicted for predicted, _ in points], [observed for _, observed in points]


def _nice_step(highest: float) -> float:
    """Return the smallest step of 1, 2, 5, 10, 20, 50 of which at most five cover `highest` %."""
    return next(step for step in (1.0, 2.0, 5.0, 10.0, 20.0, 50.0) if highest <= 5 * step)


def draw_score_histogram(
    histogram: ScoreHistogram, threshold: float, band: tuple[float, float] | None = None
) -> "Figure":
    """Draw the distribution of probabilities, positive films upward and negative films downward.

    Heights are percentages of the films of each class. band: ends of the review band, 0..1.
    """
    totals = histogram.counts.sum(axis=1)
    percentages = 100 * histogram.counts / np.maximum(1, totals)[:, None]
    step = _nice_step(float(percentages.max()))
    limit = step * max(1, ceil(float(percentages.max()) / step))
    axes = unit_axes(tr("Probability"), tr("Percentage of the class"))
    axes.set_ylim(-limit, limit)
    set_ticks(axes.yaxis, np.arange(-limit, limit + step / 2, step).tolist())
    edges = np.arange(SCORE_BINS) / SCORE_BINS
    for heights, colour, name in (
        (percentages[1], ORANGE, tr("{films} positive", films=totals[1])),
        (-percentages[0], BLUE, tr("{films} negative", films=totals[0])),
    ):
        filled = heights != 0
        bars: dict[str, Any] = {"align": "edge", "color": colour, "edgecolor": "white", "linewidth": 0.5, "zorder": 2}
        axes.bar(edges[filled], heights[filled], 1 / SCORE_BINS, label=name, **bars)
    if band is not None:
        axes.axvspan(*band, color=PALE_BLUE, linewidth=0, zorder=0, label=tr("review"))
    axes.axhline(0, color=INK, linewidth=0.6)
    mark_threshold(axes, threshold, tr("threshold {threshold:.3g}", threshold=threshold))
    return finish_plot(axes)


def draw_rates(curves: ThresholdCurves, bands: Sequence[tuple[Floats, Floats]], threshold: float) -> "Figure":
    """Draw sensitivity and specificity over the threshold, with a line at the chosen one.

    bands: bounds of the 95 % intervals of both at BAND_THRESHOLDS.
    """
    axes = unit_axes(tr("Threshold"), tr("Rate"))
    names, rates = (tr("sensitivity"), tr("specificity")), (curves.sensitivity, curves.specificity)
    colours = ((ORANGE, PALE_ORANGE), (BLUE, PALE_BLUE))
    for name, values, (low, high), (colour, pale) in zip(names, rates, bands, colours, strict=True):
        if not np.isnan(values).any():
            axes.fill_between(BAND_THRESHOLDS, low, high, color=pale, linewidth=0, zorder=1.5)
            axes.plot(*curves.steps_over_thresholds(values), color=colour, label=name)
    mark_threshold(axes, threshold, tr("threshold {threshold:.3g}", threshold=threshold))
    return finish_plot(axes)


def draw_intervals(figures: Sequence[tuple[str, Interval]]) -> "Figure":
    """Draw each figure as a dot on 0..1 with its 95 % interval as a bar, name and numbers.

    The drawing is WIDE points wide and ROW points high for each figure.
    """
    shown = [(name, figure) for name, figure in figures if isfinite(figure.value)]
    names = [shorten(name, MAX_NAME_WIDTH, LABEL) for name, _ in shown]
    left = max([40.0, *(text_width(name, LABEL) + 12 for name in names)])
    bottom, height = 30, ROW * max(1, len(shown))
    axes = add_axes(new_figure(WIDE, bottom + height + 6), left, bottom, WIDE - left - NUMBERS_WIDTH, height)
    axes.set(xlim=(0, 1), ylim=(max(1, len(shown)) - 0.5, -0.5), xlabel=tr("Value with 95 % interval"))
    set_ticks(axes.xaxis, QUARTERS)
    axes.yaxis.set_ticks(range(len(names)), names, fontsize=LABEL)
    axes.yaxis.grid(False)
    for row, (_, figure) in enumerate(shown):
        low, value, high = np.clip((figure.low, figure.value, figure.high), 0, 1).tolist()
        draw_dots(axes, value, row, ORANGE, BLUE, elinewidth=2.6, xerr=_distances([Interval(value, low, high)]))
        numbers = tr("{value:.2f} ({low:.2f} to {high:.2f})", value=figure.value, low=figure.low, high=figure.high)
        beside: dict[str, Any] = {"textcoords": "offset points", "ha": "right", "va": "center"}
        axes.annotate(numbers, (1, row), (NUMBERS_WIDTH - 2, 0), axes.get_yaxis_transform(), **beside)
    return finish_plot(axes)


def draw_confusion(table: Sequence[Sequence[int]], classes: Sequence[str]) -> "Figure":
    """Draw a confusion matrix, true classes in rows, each cell with its percentage of the row.

    table: (classes, classes) counts of films. Up to eight classes are readable.
    """
    from matplotlib.colors import LinearSegmentedColormap

    cell = max(SMALLEST_CELL, 130 / len(classes))
    names = [shorten(name, 70, SMALL) for name in classes]
    longest = max(text_width(name, SMALL) for name in names)
    fits = longest <= cell - 4
    left, head, side = 26 + longest, 28 if fits else 22 + longest, cell * len(classes)
    title = tr("Predicted class")
    width = max(left + side + 4, 2 * (text_width(title, LABEL) / 2 + 4) + left)
    axes = add_axes(new_figure(ceil(width), ceil(side + head + 4)), left, 4, side, side)
    counts = np.array(table)
    totals = counts.sum(axis=1, keepdims=True)
    fractions = counts / np.maximum(1, totals)
    blues = LinearSegmentedColormap.from_list("blues", ["white", BLUE])
    axes.pcolormesh(fractions, cmap=blues, vmin=0, vmax=1, edgecolors=GRID, linewidth=0.5)
    axes.invert_yaxis()
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.grid(False)
    axes.spines[:].set_visible(False)
    middles = np.arange(len(names)) + 0.5
    axes.xaxis.set_ticks(middles, names, rotation=0 if fits else 90)
    axes.yaxis.set_ticks(middles, names)
    axes.set_xlabel(title, labelpad=6)
    axes.set_ylabel(tr("True class"))
    for (row, column), count in np.ndenumerate(counts):
        _write_cell(axes, column + 0.5, row + 0.5, int(count), fractions[row, column] if totals[row] else None, cell)
    return finish_plot(axes)


def _write_cell(axes: "Axes", x: float, y: float, count: int, fraction: float | None, cell: float) -> None:
    """Write a count, smaller where it is wider than the cell, over its fraction; None: the row is empty."""
    colour = "white" if (fraction or 0) > DARK else INK
    size = min(11.0, 11 * (cell - 6) / max(1.0, text_width(str(count), 11)))
    text: dict[str, Any] = {"ha": "center", "color": colour}
    axes.annotate(str(count), (x, y), (0, 1), textcoords="offset points", weight="bold", fontsize=size, **text)
    percentage = "–" if fraction is None else format_number(fraction, ".0%")
    axes.annotate(percentage, (x, y), (0, -10), textcoords="offset points", **text)
