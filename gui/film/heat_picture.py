"""A heat map as a line to paint over a film.

contourpy traces it: pyqtgraph's isocurve gives the same line, but takes 12 to 24 ms on the window's
thread where contourpy takes 1.
"""

from typing import Final, cast

import numpy as np
import numpy.typing as npt
from contourpy import LineType, contour_generator
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from core.inference.heat_regions import FAINTEST, Heat

Indices = npt.NDArray[np.intp]
Points = npt.NDArray[np.float64]
# longest side of a heat map as it is traced; networks' maps have 7 to 32 pixels, so nothing is lost
HEAT_PX: Final = 256
OUTLINE_LEVEL: Final = 0.5  # of the map's own highest heat: few maps come near to full heat
# (colour, width) of the outline; the dark seam keeps it visible on white
OUTLINE_PENS: Final = (("#14171c", 3.5), ("#ffb900", 1.75))


class HeatPicture:
    """The outline of the region with at least half of the map's highest heat; the film inside stays as it is.

    strength: the highest heat, 0..1.
    """

    def __init__(self, heat: Heat) -> None:
        """heat: (height, width) float32, 0..1, of any size; it covers the whole film."""
        # every so-many-th pixel is enough of a smooth map, and takes no time on the window's thread
        rows, columns = (_sample(side, max(heat.shape)) for side in heat.shape)
        self._heat = np.clip(np.nan_to_num(heat[np.ix_(rows, columns)].astype(np.float32)), 0, 1)
        self.strength = float(self._heat.max())
        self._outline = QPainterPath() if self.is_pale else _trace_outline_path(self._heat)

    @property
    def is_pale(self) -> bool:
        """Whether the map shows next to nothing anywhere, so that its place means nothing and there is no outline."""
        return self.strength < FAINTEST

    def rotate_clockwise(self) -> "HeatPicture":
        """Return the map rotated by a quarter turn."""
        return HeatPicture(np.rot90(self._heat, -1))

    def paint(self, painter: QPainter, shown: QRectF, ratio: float) -> None:
        """Paint the outline over a film.

        shown: rectangle of the whole film, in screen pixels. ratio: the desktop's scaling.
        """
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        to_screen = QTransform(shown.width(), 0, 0, shown.height(), shown.left(), shown.top())
        outline = to_screen.map(self._outline)
        for colour, width in OUTLINE_PENS:
            painter.setPen(QPen(QColor(colour), width * ratio, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPath(outline)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _sample(side: int, longest: int) -> Indices:
    """Return which pixels of a side to trace, so that the longest has at most HEAT_PX."""
    count = max(1, round(side * min(1.0, HEAT_PX / longest)))
    return ((np.arange(count) + 0.5) * side / count).astype(np.intp)


def _trace_outline_path(heat: Heat) -> QPainterPath:
    """Return the outline above half of the highest heat, closed along the film's edges; coordinates 0..1."""
    height, width = heat.shape
    path = QPainterPath()
    # a margin without heat closes the lines at the film's edges
    contours = contour_generator(z=np.pad(heat, 1), line_type=LineType.Separate)
    for points in cast("list[Points]", contours.lines(OUTLINE_LEVEL * float(heat.max()))):  # (n, 2) each: x, y
        on_film = np.clip((points - 0.5) / (width, height), 0, 1)  # pixel centres are at halves
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in on_film]))
    return path
