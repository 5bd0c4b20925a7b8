"""The charts of an evaluation as reportlab drawings, which render to SVG and PDF alike."""

from collections.abc import Sequence
from math import ceil, isfinite
from typing import Final

import numpy as np
from reportlab.graphics.shapes import Drawing, Line, Rect
from reportlab.lib.colors import Color

from core.documents.chart_parts import (
    BAND,
    BLUE,
    GRID,
    INK,
    LABEL,
    ORANGE,
    QUIET,
    SMALL,
    WHITE,
    Axes,
    LegendEntry,
    LegendMark,
    draw_curve,
    draw_note,
    draw_vertical_line,
    filled_marker,
    finish_axes,
    hollow_marker,
    new_drawing,
    quarter_ticks,
    rotated_label,
    text_label,
    unit_axes,
)
from core.documents.fonts import shorten, text_width
from core.metrics.curves import SCORE_BINS, ReliabilityBin, confusion_matrix, rates_over_thresholds, score_counts
from core.metrics.intervals import Figure
from core.metrics.roc import Floats, Labels, precision_recall_curve, roc_curve
from core.system.language import format_number, tr

DIAGONAL: Final = np.array([0.0, 1.0])
WIDE: Final = 430  # points: slightly less than the width of a page between its margins
ROW: Final = 17  # points
MAX_NAME_WIDTH: Final = 176  # points
NAME_SIZE: Final = 8.0
FIGURES_WIDTH: Final = 90
SMALLEST_CELL: Final = 38.0
DARK: Final = 0.87  # fraction of full blue from which white text has more contrast than dark text


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def draw_roc(labels: Labels, probabilities: Floats, threshold: float) -> Drawing:
    """Draw the ROC curve with a dot at the operating point."""
    axes = unit_axes(tr("1 − specificity"), tr("Sensitivity"))
    (tn, fp), (fn, tp) = confusion_matrix(labels, probabilities, threshold)
    sensitivity, false_rate = _ratio(tp, tp + fn), _ratio(fp, fp + tn)
    if sensitivity is None or false_rate is None:
        draw_note(axes, tr("Requires positive and negative films"))
        return finish_axes(axes)
    draw_curve(axes, DIAGONAL, DIAGONAL, QUIET, dashed=True)
    false_rates, true_rates, _ = roc_curve(labels, probabilities)
    draw_curve(axes, false_rates, true_rates, BLUE)
    axes.drawing.add(filled_marker(axes.x(false_rate), axes.y(sensitivity), ORANGE))
    entries = (LegendEntry(LegendMark.LINE, BLUE, tr("model")), LegendEntry(LegendMark.DASHES, QUIET, tr("chance")))
    return finish_axes(axes, (*entries, _operating_point_entry(threshold)))


def _operating_point_entry(threshold: float) -> LegendEntry:
    return LegendEntry(LegendMark.DOT, ORANGE, tr("operating point, threshold {threshold:.3g}", threshold=threshold))


def _threshold_entry(threshold: float) -> LegendEntry:
    return LegendEntry(LegendMark.DASHES, INK, tr("threshold {threshold:.3g}", threshold=threshold))


def draw_precision_recall(labels: Labels, probabilities: Floats, threshold: float) -> Drawing:
    """Draw precision over recall with a dot at the operating point.

    The curve has steps, because average precision is a sum over them.
    """
    axes = unit_axes(tr("Recall (sensitivity)"), tr("Precision (positive predictive value)"))
    (_, fp), (fn, tp) = confusion_matrix(labels, probabilities, threshold)
    if tp + fn == 0:
        draw_note(axes, tr("Requires positive films"))
        return finish_axes(axes)
    prevalence = (tp + fn) / len(labels)
    draw_curve(axes, DIAGONAL, np.array([prevalence, prevalence]), QUIET, dashed=True)
    precision, recall, _ = precision_recall_curve(labels, probabilities)
    draw_curve(axes, np.repeat(np.append(0.0, recall), 2)[1:-1], np.repeat(precision, 2), BLUE)
    chance = LegendEntry(LegendMark.DASHES, QUIET, tr("prevalence {share:.3g}", share=prevalence))
    entries = [LegendEntry(LegendMark.LINE, BLUE, tr("model")), chance]
    point_precision = _ratio(tp, tp + fp)
    if point_precision is not None:
        axes.drawing.add(filled_marker(axes.x(tp / (tp + fn)), axes.y(point_precision), ORANGE))
        entries.append(_operating_point_entry(threshold))
    return finish_axes(axes, entries)


def draw_reliability(bins: Sequence[ReliabilityBin], before: Sequence[ReliabilityBin] | None = None) -> Drawing:
    """Draw observed fraction of positives over predicted probability, with 95 % intervals.

    before: the bins before calibration.
    """
    axes = unit_axes(tr("Predicted probability"), tr("Observed fraction of positives"))
    draw_curve(axes, DIAGONAL, DIAGONAL, QUIET, dashed=True)
    entries = [LegendEntry(LegendMark.DASHES, QUIET, tr("ideal"))]
    for part in before or ():
        if part.predicted is not None and part.observed is not None:
            axes.drawing.add(hollow_marker(axes.x(part.predicted), axes.y(part.observed.value), QUIET))
    if before is not None:
        entries.append(LegendEntry(LegendMark.RING, QUIET, tr("before calibration")))
    for part in bins:
        if part.predicted is None or part.observed is None:
            continue
        x, low, high = axes.x(part.predicted), axes.y(part.observed.low), axes.y(part.observed.high)
        axes.drawing.add(Line(x, low, x, high, strokeColor=BLUE, strokeWidth=1.4))
        axes.drawing.add(filled_marker(x, axes.y(part.observed.value), BLUE, 3))
    name = tr("observed, with 95 % interval") if before is None else tr("calibrated, with 95 % interval")
    return finish_axes(axes, (*entries, LegendEntry(LegendMark.DOT, BLUE, name)))


def _nice_step(highest: float) -> float:
    """Return the smallest step of 1, 2, 5, 10, 20, 50 of which at most five cover `highest` %."""
    return next(step for step in (1.0, 2.0, 5.0, 10.0, 20.0, 50.0) if highest <= 5 * step)


def draw_score_histogram(
    labels: Labels, probabilities: Floats, threshold: float, band: tuple[float, float] | None = None
) -> Drawing:
    """Draw the distribution of probabilities, positive films upward and negative films downward.

    Heights are percentages of the films of each class. band: ends of the review band, 0..1.
    """
    counts = score_counts(labels, probabilities)
    totals = counts.sum(axis=1)
    percentages = 100 * counts / np.maximum(1, totals)[:, None]
    step = _nice_step(float(percentages.max()))
    limit = step * max(1, ceil(float(percentages.max()) / step))
    ticks = [(value, format_number(abs(value), "g")) for value in np.arange(-limit, limit + step / 2, step).tolist()]
    axes = unit_axes(tr("Probability"), tr("Percentage of the class"), ticks, -limit, limit)
    if band is not None:
        left, right = axes.x(band[0]), axes.x(band[1])
        shade = Rect(left, axes.bottom, right - left, axes.height, fillColor=BAND, strokeColor=None)
        axes.drawing.add(shade)
    _draw_bars(axes, percentages[1], ORANGE)
    _draw_bars(axes, -percentages[0], BLUE)
    axes.drawing.add(Line(axes.left, axes.y(0), axes.left + axes.width, axes.y(0), strokeColor=INK))
    draw_vertical_line(axes, threshold)
    entries = [
        LegendEntry(LegendMark.AREA, ORANGE, tr("{films} positive", films=totals[1])),
        LegendEntry(LegendMark.AREA, BLUE, tr("{films} negative", films=totals[0])),
        _threshold_entry(threshold),
    ]
    return finish_axes(
        axes, [*entries, LegendEntry(LegendMark.AREA, BAND, tr("review"))] if band is not None else entries
    )


def _draw_bars(axes: Axes, heights: Floats, colour: Color) -> None:
    """Draw a bar for each non-zero bin of `heights` (SCORE_BINS,), downward where negative."""
    zero = axes.y(0)
    width = axes.width / SCORE_BINS - 1
    for number in np.flatnonzero(heights).tolist():
        x = axes.x(number / SCORE_BINS) + 0.5
        height = axes.y(float(heights[number])) - zero
        bar = Rect(x, min(zero, zero + height), width, abs(height), fillColor=colour, strokeColor=None)
        axes.drawing.add(bar)


def draw_rates(labels: Labels, probabilities: Floats, threshold: float) -> Drawing:
    """Draw sensitivity and specificity over the threshold, with a line at the chosen one."""
    axes = unit_axes(tr("Threshold"), tr("Rate"))
    thresholds, sensitivity, specificity = rates_over_thresholds(labels, probabilities)
    entries = []
    for name, values, colour in ((tr("sensitivity"), sensitivity, ORANGE), (tr("specificity"), specificity, BLUE)):
        draw_curve(axes, thresholds, values, colour)
        if not np.isnan(values).any():
            entries.append(LegendEntry(LegendMark.LINE, colour, name))
    if not entries:
        draw_note(axes, tr("Requires films"))
    draw_vertical_line(axes, threshold)
    return finish_axes(axes, (*entries, _threshold_entry(threshold)))


def draw_intervals(figures: Sequence[tuple[str, Figure]]) -> Drawing:
    """Draw each figure as a dot on 0..1 with its 95 % interval as a bar, name and numbers.

    The drawing is WIDE points wide and ROW points high for each figure.
    """
    shown = [(name, figure) for name, figure in figures if isfinite(figure.value)]
    names = [shorten(name, MAX_NAME_WIDTH, NAME_SIZE) for name, _ in shown]
    left = max([40.0, *(text_width(name, NAME_SIZE) + 12 for name in names)])
    bottom, height = 30, ROW * max(1, len(shown))
    drawing = new_drawing(WIDE, bottom + height + 6)
    axes = Axes(drawing, left, bottom, WIDE - left - FIGURES_WIDTH, height)
    for value, text in quarter_ticks():
        drawing.add(Line(axes.x(value), bottom, axes.x(value), bottom + height, strokeColor=GRID, strokeWidth=0.5))
        drawing.add(text_label(axes.x(value), bottom - 11, text, anchor="middle"))
    drawing.add(text_label(left + axes.width / 2, bottom - 24, tr("Value with 95 % interval"), LABEL, "middle"))
    for number, (name, (_, figure)) in enumerate(zip(names, shown, strict=True)):
        y = bottom + height - ROW * (number + 0.5)
        drawing.add(text_label(left - 8, y - 3, name, NAME_SIZE, "end"))
        drawing.add(Line(axes.x(figure.low), y, axes.x(figure.high), y, strokeColor=BLUE, strokeWidth=3.2))
        drawing.add(filled_marker(axes.x(figure.value), y, ORANGE, 2.6))
        numbers = tr("{value:.2f} ({low:.2f} to {high:.2f})", value=figure.value, low=figure.low, high=figure.high)
        drawing.add(text_label(WIDE - 2, y - 3, numbers, SMALL, "end"))
    return finish_axes(axes)


def _cell_colour(fraction: float) -> Color:
    """Return a colour from white at 0 to blue at 1."""
    return Color(*(1 - fraction * (1 - channel) for channel in (BLUE.red, BLUE.green, BLUE.blue)))


def draw_confusion(table: Sequence[Sequence[int]], classes: Sequence[str]) -> Drawing:
    """Draw a confusion matrix, true classes in rows, each cell with its percentage of the row.

    table: (classes, classes) counts of films. Up to eight classes are readable.
    """
    cell = max(SMALLEST_CELL, 130 / len(classes))
    names = [shorten(name, 70, SMALL) for name in classes]
    longest = max(text_width(name, SMALL) for name in names)
    fits = longest <= cell - 4
    left, head = 26 + longest, 28 if fits else 22 + longest
    side = cell * len(classes)
    title = tr("Predicted class")
    width = max(left + side + 4, 2 * (text_width(title, LABEL) / 2 + 4) + left)
    drawing = new_drawing(ceil(width), ceil(side + head + 4))
    drawing.add(text_label(left + side / 2, side + head - 8, title, LABEL, "middle"))
    drawing.add(rotated_label(11, 4 + side / 2, tr("True class")))
    for number, name in enumerate(names):
        middle = left + cell * (number + 0.5)
        heading = text_label(middle, side + 10, name, anchor="middle")
        drawing.add(heading if fits else rotated_label(middle + 2.7, side + 9, name, SMALL, "start"))
        drawing.add(text_label(left - 5, 4 + side - cell * (number + 0.5) - 2.7, name, anchor="end"))
    for row, counts in enumerate(table):
        total = sum(counts)
        for column, count in enumerate(counts):
            x, y = left + cell * column, 4 + side - cell * (row + 1)
            _draw_cell(drawing, x, y, cell, count, _ratio(count, total))
    return drawing


def _draw_cell(drawing: Drawing, x: float, y: float, cell: float, count: int, fraction: float | None) -> None:
    """Draw a cell of a confusion matrix, lower left at (x, y); fraction None: the row is empty."""
    drawing.add(Rect(x, y, cell, cell, fillColor=_cell_colour(fraction or 0), strokeColor=WHITE, strokeWidth=1))
    drawing.add(Rect(x, y, cell, cell, fillColor=None, strokeColor=GRID, strokeWidth=0.5))
    colour = WHITE if (fraction or 0) > DARK else INK
    size = min(11.0, 11 * (cell - 6) / max(1.0, text_width(str(count), 11)))
    drawing.add(text_label(x + cell / 2, y + cell / 2 + 1, str(count), size, "middle", colour, bold=True))
    percentage = "–" if fraction is None else format_number(fraction, ".0%")
    drawing.add(text_label(x + cell / 2, y + cell / 2 - 10, percentage, SMALL, "middle", colour))
