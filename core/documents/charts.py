"""The plots of an evaluation as drawings that print to SVG and PDF alike. Computes no figure, writes no file."""

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
    QUARTERS,
    QUIET,
    SMALL,
    WHITE,
    Entry,
    Frame,
    Mark,
    close_frame,
    draw_curve,
    draw_note,
    draw_vertical_line,
    filled_marker,
    hollow_marker,
    new_drawing,
    rotated_label,
    text_label,
    unit_frame,
)
from core.documents.fonts import shorten, text_width
from core.metrics.curves import SCORE_BINS, ReliabilityBin, confusion_matrix, rates_over_thresholds, score_counts
from core.metrics.intervals import Figure
from core.metrics.roc import Floats, Labels, precision_recall_curve, roc_curve
from core.system.language import tr

DIAGONAL: Final = np.array([0.0, 1.0])
WIDE: Final = 430  # points: the width of a page without its margins, less a little
ROW: Final = 17
NAMES_AT_MOST: Final = 176
NAME_SIZE: Final = 8.0
FIGURES_WIDTH: Final = 90
SMALLEST_CELL: Final = 38.0
DARK: Final = 0.87  # from this share of our blue on, white letters have more contrast than ink


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def draw_roc(labels: Labels, probabilities: Floats, threshold: float) -> Drawing:
    """Sensitivity over 1 - specificity at every threshold, with a dot at the operating point."""
    frame = unit_frame(tr("1 − specificity"), tr("Sensitivity"))
    (tn, fp), (fn, tp) = confusion_matrix(labels, probabilities, threshold)
    sensitivity, false_rate = _ratio(tp, tp + fn), _ratio(fp, fp + tn)
    if sensitivity is None or false_rate is None:
        draw_note(frame, tr("Needs positive and negative films"))
        return close_frame(frame)
    draw_curve(frame, DIAGONAL, DIAGONAL, QUIET, dashed=True)
    false, true, _ = roc_curve(labels, probabilities)
    draw_curve(frame, false, true, BLUE)
    frame.drawing.add(filled_marker(frame.x(false_rate), frame.y(sensitivity), ORANGE))
    entries = (Entry(Mark.LINE, BLUE, tr("model")), Entry(Mark.DASHES, QUIET, tr("chance")))
    return close_frame(frame, (*entries, _operating_point(threshold)))


def _operating_point(threshold: float) -> Entry:
    return Entry(Mark.DOT, ORANGE, tr("operating point, threshold {threshold:.3g}", threshold=threshold))


def _threshold_line(threshold: float) -> Entry:
    return Entry(Mark.DASHES, INK, tr("threshold {threshold:.3g}", threshold=threshold))


def draw_precision_recall(labels: Labels, probabilities: Floats, threshold: float) -> Drawing:
    """Precision over recall in steps, as average precision sums them, with a dot at the operating point."""
    frame = unit_frame(tr("Recall (sensitivity)"), tr("Precision (positive predictive value)"))
    (_, fp), (fn, tp) = confusion_matrix(labels, probabilities, threshold)
    if tp + fn == 0:
        draw_note(frame, tr("Needs positive films"))
        return close_frame(frame)
    share = (tp + fn) / len(labels)
    draw_curve(frame, DIAGONAL, np.array([share, share]), QUIET, dashed=True)
    precision, recall, _ = precision_recall_curve(labels, probabilities)
    draw_curve(frame, np.repeat(np.append(0.0, recall), 2)[1:-1], np.repeat(precision, 2), BLUE)
    chance = Entry(Mark.DASHES, QUIET, tr("share of positives {share:.3g}", share=share))
    entries = [Entry(Mark.LINE, BLUE, tr("model")), chance]
    found = _ratio(tp, tp + fp)
    if found is not None:
        frame.drawing.add(filled_marker(frame.x(tp / (tp + fn)), frame.y(found), ORANGE))
        entries.append(_operating_point(threshold))
    return close_frame(frame, entries)


def draw_reliability(bins: Sequence[ReliabilityBin], before: Sequence[ReliabilityBin] | None = None) -> Drawing:
    """Observed share of positives over the stated probability, with 95 % intervals; before: uncalibrated bins."""
    frame = unit_frame(tr("Stated probability"), tr("Observed share of positives"))
    draw_curve(frame, DIAGONAL, DIAGONAL, QUIET, dashed=True)
    entries = [Entry(Mark.DASHES, QUIET, tr("ideal"))]
    for one in before or ():
        if one.stated is not None and one.observed is not None:
            frame.drawing.add(hollow_marker(frame.x(one.stated), frame.y(one.observed.value), QUIET))
    if before is not None:
        entries.append(Entry(Mark.RING, QUIET, tr("before calibration")))
    for one in bins:
        if one.stated is None or one.observed is None:
            continue
        x, low, high = frame.x(one.stated), frame.y(one.observed.low), frame.y(one.observed.high)
        frame.drawing.add(Line(x, low, x, high, strokeColor=BLUE, strokeWidth=1.4))
        frame.drawing.add(filled_marker(x, frame.y(one.observed.value), BLUE, 3))
    named = tr("observed, with 95 % interval") if before is None else tr("calibrated, with 95 % interval")
    return close_frame(frame, (*entries, Entry(Mark.DOT, BLUE, named)))


def _nice_step(highest: float) -> float:
    """The smallest of 1, 2, 5, 10, 20, 50 of which at most five reach `highest` %."""
    return next(step for step in (1.0, 2.0, 5.0, 10.0, 20.0, 50.0) if highest <= 5 * step)


def draw_score_histogram(
    labels: Labels, probabilities: Floats, threshold: float, band: tuple[float, float] | None = None
) -> Drawing:
    """How the probabilities of each class spread: positive films up, negative down, as shares of their class.

    band: lower and upper end of the review band, 0..1.
    """
    counts = score_counts(labels, probabilities)
    totals = counts.sum(axis=1)
    shares = 100 * counts / np.maximum(1, totals)[:, None]
    step = _nice_step(float(shares.max()))
    reach = step * max(1, ceil(float(shares.max()) / step))
    ticks = [(value, f"{abs(value):g}") for value in np.arange(-reach, reach + step / 2, step).tolist()]
    frame = unit_frame(tr("Probability"), tr("Share of the class, %"), ticks, -reach, reach)
    if band is not None:
        left, right = frame.x(band[0]), frame.x(band[1])
        shade = Rect(left, frame.bottom, right - left, frame.height, fillColor=BAND, strokeColor=None)
        frame.drawing.add(shade)
    for row, sign, colour in ((1, 1, ORANGE), (0, -1, BLUE)):
        for number in np.flatnonzero(counts[row]).tolist():
            x, y = frame.x(number / SCORE_BINS) + 0.5, frame.y(0)
            height = frame.y(sign * float(shares[row, number])) - y
            wide = frame.width / SCORE_BINS - 1
            bar = Rect(x, min(y, y + height), wide, abs(height), fillColor=colour, strokeColor=None)
            frame.drawing.add(bar)
    frame.drawing.add(Line(frame.left, frame.y(0), frame.left + frame.width, frame.y(0), strokeColor=INK))
    draw_vertical_line(frame, threshold)
    entries = [
        Entry(Mark.AREA, ORANGE, tr("{films} positive", films=totals[1])),
        Entry(Mark.AREA, BLUE, tr("{films} negative", films=totals[0])),
        _threshold_line(threshold),
    ]
    return close_frame(frame, [*entries, Entry(Mark.AREA, BAND, tr("review"))] if band is not None else entries)


def draw_rates(labels: Labels, probabilities: Floats, threshold: float) -> Drawing:
    """Sensitivity and specificity at every threshold, with a line at the chosen one."""
    frame = unit_frame(tr("Threshold"), tr("Rate"))
    thresholds, sensitivity, specificity = rates_over_thresholds(labels, probabilities)
    entries = []
    for name, values, colour in ((tr("sensitivity"), sensitivity, ORANGE), (tr("specificity"), specificity, BLUE)):
        draw_curve(frame, thresholds, values, colour)
        if not np.isnan(values).any():
            entries.append(Entry(Mark.LINE, colour, name))
    if not entries:
        draw_note(frame, tr("Needs films"))
    draw_vertical_line(frame, threshold)
    return close_frame(frame, (*entries, _threshold_line(threshold)))


def draw_intervals(figures: Sequence[tuple[str, Figure]]) -> Drawing:
    """Each figure as a dot on 0..1 with its 95 % interval as a bar, its name at the left and its numbers at the right.

    430 points wide, 17 points high for each row.
    """
    shown = [(name, figure) for name, figure in figures if isfinite(figure.value)]
    names = [shorten(name, NAMES_AT_MOST, NAME_SIZE) for name, _ in shown]
    left = max([40.0, *(text_width(name, NAME_SIZE) + 12 for name in names)])
    bottom, tall = 30, ROW * max(1, len(shown))
    drawing = new_drawing(WIDE, bottom + tall + 6)
    frame = Frame(drawing, left, bottom, WIDE - left - FIGURES_WIDTH, tall)
    for value, text in QUARTERS:
        drawing.add(Line(frame.x(value), bottom, frame.x(value), bottom + tall, strokeColor=GRID, strokeWidth=0.5))
        drawing.add(text_label(frame.x(value), bottom - 11, text, anchor="middle"))
    drawing.add(text_label(left + frame.width / 2, bottom - 24, tr("Value with 95 % interval"), LABEL, "middle"))
    for number, (name, (_, figure)) in enumerate(zip(names, shown, strict=True)):
        y = bottom + tall - ROW * (number + 0.5)
        drawing.add(text_label(left - 8, y - 3, name, NAME_SIZE, "end"))
        drawing.add(Line(frame.x(figure.low), y, frame.x(figure.high), y, strokeColor=BLUE, strokeWidth=3.2))
        drawing.add(filled_marker(frame.x(figure.value), y, ORANGE, 2.6))
        numbers = tr("{value:.2f} ({low:.2f} to {high:.2f})", value=figure.value, low=figure.low, high=figure.high)
        drawing.add(text_label(WIDE - 2, y - 3, numbers, SMALL, "end"))
    return close_frame(frame)


def _shade(share: float) -> Color:
    """White at 0 to our blue at 1."""
    return Color(*(1 - share * (1 - part) for part in (BLUE.red, BLUE.green, BLUE.blue)))


def draw_confusion(table: Sequence[Sequence[int]], classes: Sequence[str]) -> Drawing:
    """Counts of films, rows for the true class and columns for the called one, each with its share of the row.

    table (classes, classes). Up to eight classes stay readable.
    """
    cell = max(SMALLEST_CELL, 130 / len(classes))
    names = [shorten(name, 70, SMALL) for name in classes]
    longest = max(text_width(name, SMALL) for name in names)
    level = longest <= cell - 4
    left, head = 26 + longest, 28 if level else 22 + longest
    side = cell * len(classes)
    called = tr("Called class")
    wide = max(left + side + 4, 2 * (text_width(called, LABEL) / 2 + 4) + left)
    drawing = new_drawing(ceil(wide), ceil(side + head + 4))
    drawing.add(text_label(left + side / 2, side + head - 8, called, LABEL, "middle"))
    drawing.add(rotated_label(11, 4 + side / 2, tr("True class")))
    for number, name in enumerate(names):
        middle = left + cell * (number + 0.5)
        heading = text_label(middle, side + 10, name, anchor="middle")
        drawing.add(heading if level else rotated_label(middle + 2.7, side + 9, name, SMALL, "start"))
        drawing.add(text_label(left - 5, 4 + side - cell * (number + 0.5) - 2.7, name, anchor="end"))
    for row, counts in enumerate(table):
        total = sum(counts)
        for column, count in enumerate(counts):
            place = (left + cell * column, 4 + side - cell * (row + 1))
            _add_cell(drawing, place, cell, count, _ratio(count, total))
    return drawing


def _add_cell(drawing: Drawing, place: tuple[float, float], cell: float, count: int, share: float | None) -> None:
    """Draw one square of a confusion matrix at its lower left corner; share None: the row has no films."""
    x, y = place
    drawing.add(Rect(x, y, cell, cell, fillColor=_shade(share or 0), strokeColor=WHITE, strokeWidth=1))
    drawing.add(Rect(x, y, cell, cell, fillColor=None, strokeColor=GRID, strokeWidth=0.5))
    colour = WHITE if (share or 0) > DARK else INK
    size = min(11.0, 11 * (cell - 6) / max(1.0, text_width(str(count), 11)))
    drawing.add(text_label(x + cell / 2, y + cell / 2 + 1, str(count), size, "middle", colour, bold=True))
    drawing.add(
        text_label(x + cell / 2, y + cell / 2 - 10, "–" if share is None else f"{share:.0%}", SMALL, "middle", colour)
    )
