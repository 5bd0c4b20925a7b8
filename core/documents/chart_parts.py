"""Parts of charts: axes with ticks, curves, markers, labels and legend."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

import numpy as np
from reportlab.graphics.shapes import Circle, Drawing, Group, Line, PolyLine, Rect, String
from reportlab.lib.colors import HexColor

from core.documents.fonts import BOLD, SANS, escape_undrawable, register_typeface, text_width
from core.metrics.roc import Floats
from core.system.language import format_number

# Okabe and Ito 2008: distinguishable with every common kind of colour vision
ORANGE: Final = HexColor("#e69f00")
BLUE: Final = HexColor("#0072b2")
INK: Final = HexColor("#1a1a1a")
QUIET: Final = HexColor("#6e6e6e")
GRID: Final = HexColor("#e4e4e4")
WHITE: Final = HexColor("#ffffff")
BAND: Final = HexColor("#dcedf8")  # their sky blue #56b4e9, lightened

SMALL: Final = 7.5
LABEL: Final = 8.5
QUARTERS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
WIDTH: Final = 240
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 8, 56
SIDE: Final = WIDTH - LEFT - RIGHT
HEIGHT: Final = SIDE + TOP + BOTTOM
LEGEND_ROW: Final = 12


class LegendMark(Enum):
    """How the key of a legend entry is drawn."""

    LINE = auto()
    DASHES = auto()
    DOT = auto()
    RING = auto()
    AREA = auto()


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """An entry of a legend."""

    mark: LegendMark
    colour: Any
    text: str


@dataclass(frozen=True, slots=True)
class Axes:
    """Plot area in a drawing, in points from its lower left corner. x is 0..1, y is low..high."""

    drawing: Drawing
    left: float
    bottom: float
    width: float
    height: float
    low: float = 0.0
    high: float = 1.0

    def x(self, value: float) -> float:
        """Return the position in points of a value 0..1, clipped to the plot area."""
        return round(self.left + self.width * min(1.0, max(0.0, value)), 2)

    def y(self, value: float) -> float:
        """Return the position in points of a value low..high, clipped to the plot area."""
        fraction = (value - self.low) / (self.high - self.low)
        return round(self.bottom + self.height * min(1.0, max(0.0, fraction)), 2)


def text_label(
    x: float, y: float, text: str, size: float = SMALL, anchor: str = "start", colour: Any = INK, bold: bool = False
) -> String:
    """Return text with its baseline at (x, y) points; anchor: start, middle or end."""
    font = BOLD if bold else SANS
    drawable = escape_undrawable(text)
    return String(round(x, 2), round(y, 2), drawable, fontName=font, fontSize=size, textAnchor=anchor, fillColor=colour)


def rotated_label(x: float, y: float, text: str, size: float = LABEL, anchor: str = "middle") -> Group:
    """Return text that runs upward from (x, y) points."""
    group = Group(text_label(0, 0, text, size, anchor))
    group.translate(round(x, 2), round(y, 2))
    group.rotate(90)
    return group


def new_drawing(width: float, height: float) -> Drawing:
    """Return an empty drawing, sizes in points, that uses the program's typeface."""
    register_typeface()
    drawing = Drawing(width, height)
    # platypus and SVG begin with these; reportlab's defaults are typefaces that are not bundled
    drawing.initialFontName, drawing.initialFontSize = SANS, SMALL
    return drawing


def quarter_ticks() -> list[tuple[float, str]]:
    """Return the quarters of 0..1 and their labels in the current language."""
    return [(value, format_number(value, "g")) for value in QUARTERS]


def unit_axes(
    x_label: str,
    y_label: str,
    y_ticks: Sequence[tuple[float, str]] | None = None,
    low: float = 0.0,
    high: float = 1.0,
) -> Axes:
    """Return square axes with labels, ticks at the quarters of x and room for a legend.

    y_ticks: values and labels; None for the quarters.
    """
    drawing = new_drawing(WIDTH, HEIGHT)
    axes = Axes(drawing, LEFT, BOTTOM, SIDE, SIDE, low, high)
    for value, text in quarter_ticks():
        x = axes.x(value)
        drawing.add(Line(x, BOTTOM, x, BOTTOM + SIDE, strokeColor=GRID, strokeWidth=0.5))
        drawing.add(text_label(x, BOTTOM - 11, text, anchor="middle"))
    for value, text in quarter_ticks() if y_ticks is None else y_ticks:
        y = axes.y(value)
        drawing.add(Line(LEFT, y, LEFT + SIDE, y, strokeColor=GRID, strokeWidth=0.5))
        drawing.add(text_label(LEFT - 4, y - 2.7, text, anchor="end"))
    drawing.add(text_label(LEFT + SIDE / 2, BOTTOM - 23, x_label, LABEL, "middle"))
    drawing.add(rotated_label(12, BOTTOM + SIDE / 2, y_label))
    return axes


def finish_axes(axes: Axes, entries: Sequence[LegendEntry] = ()) -> Drawing:
    """Draw the axis lines over the plot and the legend below it; return the drawing."""
    right, top = axes.left + axes.width, axes.bottom + axes.height
    axes.drawing.add(Line(axes.left, axes.bottom, right, axes.bottom, strokeColor=INK, strokeWidth=0.8))
    axes.drawing.add(Line(axes.left, axes.bottom, axes.left, top, strokeColor=INK, strokeWidth=0.8))
    x, y = float(axes.left), axes.bottom - 38.0
    for entry in entries:
        width = 18 + text_width(entry.text, SMALL)
        if x > axes.left and x + width > axes.drawing.width - 2:
            x, y = float(axes.left), y - LEGEND_ROW
        axes.drawing.add(_legend_key(entry, x, y + 2.7))
        axes.drawing.add(text_label(x + 16, y, entry.text))
        x += width + 10
    return axes.drawing


def _legend_key(entry: LegendEntry, x: float, y: float) -> Any:
    """Return the key of a legend entry, 12 points wide and centred on the height y."""
    match entry.mark:
        case LegendMark.LINE | LegendMark.DASHES:
            dashes = [3, 2] if entry.mark is LegendMark.DASHES else None
            return Line(x, y, x + 12, y, strokeColor=entry.colour, strokeWidth=1.6, strokeDashArray=dashes)
        case LegendMark.DOT:
            return filled_marker(x + 6, y, entry.colour)
        case LegendMark.RING:
            return hollow_marker(x + 6, y, entry.colour)
        case LegendMark.AREA:
            return Rect(x, y - 4, 12, 8, fillColor=entry.colour, strokeColor=None)


def filled_marker(x: float, y: float, colour: Any, radius: float = 3.4) -> Circle:
    """Return a filled dot with a dark outline; position and radius in points."""
    return Circle(x, y, radius, fillColor=colour, strokeColor=INK, strokeWidth=0.7)


def hollow_marker(x: float, y: float, colour: Any, radius: float = 2.8) -> Circle:
    """Return a hollow dot; position and radius in points."""
    return Circle(x, y, radius, fillColor=WHITE, strokeColor=colour, strokeWidth=1)


def draw_curve(axes: Axes, xs: Floats, ys: Floats, colour: Any, dashed: bool = False) -> None:
    """Draw a line through xs (n,), ys (n,); nothing for fewer than two points or if a y is nan."""
    points = np.column_stack([[axes.x(x) for x in xs], [axes.y(y) for y in ys]]) if len(xs) else np.zeros((0, 2))
    if len(points) < 2 or np.isnan(ys).any():
        return
    dashes = [3, 2] if dashed else None
    vertices = [float(value) for value in _drop_redundant_points(np.round(points, 1)).reshape(-1)]
    axes.drawing.add(PolyLine(vertices, strokeColor=colour, strokeWidth=1.6, strokeDashArray=dashes, strokeLineJoin=1))


def _drop_redundant_points(points: Floats) -> Floats:
    """Return points (n, 2) without repeats and points inside horizontal or vertical runs."""
    moved = np.append(True, (np.diff(points, axis=0) != 0).any(axis=1))
    points = points[moved]
    steps = np.diff(points, axis=0)
    straight = ((steps[1:] == 0) & (steps[:-1] == 0) & (np.sign(steps[1:]) == np.sign(steps[:-1]))).any(axis=1)
    return points[np.concatenate([[True], ~straight, [True]])] if len(points) > 2 else points


def draw_vertical_line(axes: Axes, value: float, colour: Any = INK) -> None:
    """Draw a dashed line over the full height of the plot at a value of x."""
    x, top = axes.x(value), axes.bottom + axes.height
    axes.drawing.add(Line(x, axes.bottom, x, top, strokeColor=colour, strokeWidth=1, strokeDashArray=[3, 2]))


def draw_note(axes: Axes, text: str) -> None:
    """Write in the middle of the plot, for example why nothing is drawn."""
    x, y = axes.left + axes.width / 2, axes.bottom + axes.height / 2
    axes.drawing.add(text_label(x, y, text, LABEL, "middle", QUIET))
