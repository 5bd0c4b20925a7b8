"""What plots are made of: frame with ticks, curves, marks, legend. Knows no figure of ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

import numpy as np
from reportlab.graphics.shapes import Circle, Drawing, Group, Line, PolyLine, Rect, String
from reportlab.lib.colors import HexColor

from core.documents.fonts import BOLD, SANS, escape_undrawable, register_typeface, text_width
from core.metrics.roc import Floats

# Okabe and Ito 2008: told apart with every common kind of colour vision
ORANGE: Final = HexColor("#e69f00")
BLUE: Final = HexColor("#0072b2")
INK: Final = HexColor("#1a1a1a")
QUIET: Final = HexColor("#6e6e6e")
GRID: Final = HexColor("#e4e4e4")
WHITE: Final = HexColor("#ffffff")
BAND: Final = HexColor("#dcedf8")  # their sky blue #56b4e9, lightened

SMALL: Final = 7.5
LABEL: Final = 8.5
QUARTERS: Final = ((0.0, "0"), (0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75"), (1.0, "1"))
WIDTH: Final = 240
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 8, 56
SIDE: Final = WIDTH - LEFT - RIGHT
HEIGHT: Final = SIDE + TOP + BOTTOM
LEGEND_ROW: Final = 12


class Mark(Enum):
    """How a thing of the legend is drawn."""

    LINE = auto()
    DASHES = auto()
    DOT = auto()
    RING = auto()
    AREA = auto()


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of a legend."""

    mark: Mark
    colour: Any
    text: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A plot's area inside a drawing, in points from its lower left corner; x runs 0..1, y runs low..high."""

    drawing: Drawing
    left: float
    bottom: float
    width: float
    height: float
    low: float = 0.0
    high: float = 1.0

    def x(self, value: float) -> float:
        """Points from the left for a value of 0..1; what lies outside stands on the edge."""
        return round(self.left + self.width * min(1.0, max(0.0, value)), 2)

    def y(self, value: float) -> float:
        """Points from the bottom for a value of low..high; what lies outside stands on the edge."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.bottom + self.height * min(1.0, max(0.0, share)), 2)


def text_label(
    x: float, y: float, text: str, size: float = SMALL, anchor: str = "start", colour: Any = INK, bold: bool = False
) -> String:
    """Text standing on (x, y) points, `anchor` being start, middle or end."""
    font = BOLD if bold else SANS
    shown = escape_undrawable(text)
    return String(round(x, 2), round(y, 2), shown, fontName=font, fontSize=size, textAnchor=anchor, fillColor=colour)


def rotated_label(x: float, y: float, text: str, size: float = LABEL, anchor: str = "middle") -> Group:
    """Text that runs upward from (x, y) points."""
    group = Group(text_label(0, 0, text, size, anchor))
    group.translate(round(x, 2), round(y, 2))
    group.rotate(90)
    return group


def new_drawing(width: float, height: float) -> Drawing:
    """An empty drawing of so many points, on which our typeface can be used."""
    register_typeface()
    drawing = Drawing(width, height)
    # platypus and SVG start from these, so nothing asks for a typeface that is not carried along
    drawing.initialFontName, drawing.initialFontSize = SANS, SMALL
    return drawing


def unit_frame(
    x_label: str,
    y_label: str,
    y_ticks: Sequence[tuple[float, str]] = QUARTERS,
    low: float = 0.0,
    high: float = 1.0,
) -> Frame:
    """A square plot with labelled axes and ticks at the quarters of x; below it is room for a legend of two rows."""
    drawing = new_drawing(WIDTH, HEIGHT)
    frame = Frame(drawing, LEFT, BOTTOM, SIDE, SIDE, low, high)
    for value, text in QUARTERS:
        x = frame.x(value)
        drawing.add(Line(x, BOTTOM, x, BOTTOM + SIDE, strokeColor=GRID, strokeWidth=0.5))
        drawing.add(text_label(x, BOTTOM - 11, text, anchor="middle"))
    for value, text in y_ticks:
        y = frame.y(value)
        drawing.add(Line(LEFT, y, LEFT + SIDE, y, strokeColor=GRID, strokeWidth=0.5))
        drawing.add(text_label(LEFT - 4, y - 2.7, text, anchor="end"))
    drawing.add(text_label(LEFT + SIDE / 2, BOTTOM - 23, x_label, LABEL, "middle"))
    drawing.add(rotated_label(12, BOTTOM + SIDE / 2, y_label))
    return frame


def close_frame(frame: Frame, entries: Sequence[Entry] = ()) -> Drawing:
    """The drawing of a frame, with its two axes on top of what was drawn and its legend below."""
    right, top = frame.left + frame.width, frame.bottom + frame.height
    frame.drawing.add(Line(frame.left, frame.bottom, right, frame.bottom, strokeColor=INK, strokeWidth=0.8))
    frame.drawing.add(Line(frame.left, frame.bottom, frame.left, top, strokeColor=INK, strokeWidth=0.8))
    x, y = float(frame.left), frame.bottom - 38.0
    for entry in entries:
        wide = 18 + text_width(entry.text, SMALL)
        if x > frame.left and x + wide > frame.drawing.width - 2:
            x, y = float(frame.left), y - LEGEND_ROW
        for shape in (*_key(entry, x, y + 2.7), text_label(x + 16, y, entry.text)):
            frame.drawing.add(shape)
        x += wide + 10
    return frame.drawing


def _key(entry: Entry, x: float, y: float) -> tuple[Any, ...]:
    """The mark of a legend's entry, 12 points wide, around the height y."""
    match entry.mark:
        case Mark.LINE | Mark.DASHES:
            dashes = [3, 2] if entry.mark is Mark.DASHES else None
            return (Line(x, y, x + 12, y, strokeColor=entry.colour, strokeWidth=1.6, strokeDashArray=dashes),)
        case Mark.DOT:
            return (filled_marker(x + 6, y, entry.colour),)
        case Mark.RING:
            return (hollow_marker(x + 6, y, entry.colour),)
        case Mark.AREA:
            return (Rect(x, y - 4, 12, 8, fillColor=entry.colour, strokeColor=None),)


def filled_marker(x: float, y: float, colour: Any, radius: float = 3.4) -> Circle:
    """A filled dot with an ink outline, in points."""
    return Circle(x, y, radius, fillColor=colour, strokeColor=INK, strokeWidth=0.7)


def hollow_marker(x: float, y: float, colour: Any, radius: float = 2.8) -> Circle:
    """A hollow dot, in points."""
    return Circle(x, y, radius, fillColor=WHITE, strokeColor=colour, strokeWidth=1)


def draw_curve(frame: Frame, xs: Floats, ys: Floats, colour: Any, dashed: bool = False) -> None:
    """Draw a line through values (n,), (n,); nothing for fewer than two points or where one is undefined."""
    points = np.column_stack([[frame.x(x) for x in xs], [frame.y(y) for y in ys]]) if len(xs) else np.zeros((0, 2))
    if len(points) < 2 or np.isnan(ys).any():
        return
    dashes = [3, 2] if dashed else None
    kept = [float(value) for value in _corners(np.round(points, 1)).reshape(-1)]
    frame.drawing.add(PolyLine(kept, strokeColor=colour, strokeWidth=1.6, strokeDashArray=dashes, strokeLineJoin=1))


def _corners(points: Floats) -> Floats:
    """Points (n, 2) without those that repeat the last one or lie between their neighbours on a level or plumb line."""
    moved = np.append(True, (np.diff(points, axis=0) != 0).any(axis=1))
    points = points[moved]
    steps = np.diff(points, axis=0)
    straight = ((steps[1:] == 0) & (steps[:-1] == 0) & (np.sign(steps[1:]) == np.sign(steps[:-1]))).any(axis=1)
    return points[np.concatenate([[True], ~straight, [True]])] if len(points) > 2 else points


def draw_vertical_line(frame: Frame, value: float, colour: Any = INK) -> None:
    """Draw a dashed line over the plot's height at a value of x."""
    x, top = frame.x(value), frame.bottom + frame.height
    frame.drawing.add(Line(x, frame.bottom, x, top, strokeColor=colour, strokeWidth=1, strokeDashArray=[3, 2]))


def draw_note(frame: Frame, text: str) -> None:
    """Say in the middle of the plot why nothing is drawn."""
    x, y = frame.left + frame.width / 2, frame.bottom + frame.height / 2
    frame.drawing.add(text_label(x, y, text, LABEL, "middle", QUIET))
