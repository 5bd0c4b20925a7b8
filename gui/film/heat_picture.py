"""A heat map as an image to paint over a film."""

from typing import Final

import numpy as np
from PIL import Image
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QTransform

from core.inference.heat_regions import Heat, trace_outline

# longest side of a heat image; networks' maps have 7 to 32 pixels, so nothing is lost
HEAT_PX: Final = 256
OUTLINE_LEVEL: Final = 0.5  # of full heat; a pale map has no outline
# From dark orange to light yellow: lightness grows with heat, and blue stays low, so that the order
# is the same for every kind of colour blindness.
COOL: Final = (176, 54, 0)
HOT: Final = (255, 185, 0)
# (colour, width) of the outline; the dark seam keeps it visible on white
OUTLINE_PENS: Final = (("#14171c", 3.5), ("#ffb900", 1.75))


class HeatPicture:
    """A heat map as an image whose opacity grows with heat, and an outline where it is at least half of full heat."""

    def __init__(self, heat: Heat) -> None:
        """heat: (height, width) float32, 0..1, of any size; it covers the whole film."""
        height, width = heat.shape
        scale = min(1.0, HEAT_PX / max(height, width))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        small = Image.fromarray(np.ascontiguousarray(heat, np.float32)).resize(
            size, Image.Resampling.BOX, reducing_gap=1.0
        )
        self._heat = np.clip(np.nan_to_num(np.asarray(small, np.float32)), 0, 1)
        self._outline = _trace_outline_path(self._heat)
        self._opacity = 1.0
        self._draw()

    def _draw(self) -> None:
        height, width = self._heat.shape
        heat = self._heat[..., None]
        opacity = heat * self._opacity
        colour = np.empty((height, width, 4), np.float32)
        colour[..., :3] = (np.array(COOL, np.float32) * (1 - heat) + np.array(HOT, np.float32) * heat) * opacity
        colour[..., 3:] = 255 * opacity
        data = np.rint(colour).astype(np.uint8)
        self.image = QImage(data.data, width, height, 4 * width, QImage.Format.Format_RGBA8888_Premultiplied)
        # the painter's native format, in memory of its own
        self.image = self.image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)

    def set_opacity(self, opacity: float) -> None:
        """Set the opacity of full heat, 0..1."""
        self._opacity = opacity
        self._draw()

    def rotate_clockwise(self) -> "HeatPicture":
        """Return the map rotated by a quarter turn."""
        rotated = HeatPicture(np.rot90(self._heat, -1))
        rotated.set_opacity(self._opacity)
        return rotated

    def paint(self, painter: QPainter, shown: QRectF, ratio: float) -> None:
        """Paint heat and outline over a film.

        shown: rectangle of the whole film, in screen pixels. ratio: the desktop's scaling.
        """
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(shown, self.image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        to_screen = QTransform(shown.width(), 0, 0, shown.height(), shown.left(), shown.top())
        outline = to_screen.map(self._outline)
        for colour, width in OUTLINE_PENS:
            painter.setPen(QPen(QColor(colour), width * ratio))
            painter.drawPath(outline)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _trace_outline_path(heat: Heat) -> QPainterPath:
    """Return the outline of the region above half of full heat; coordinates 0..1."""
    height, width = heat.shape
    path = QPainterPath()
    for x1, y1, x2, y2 in trace_outline(heat, OUTLINE_LEVEL) / (width, height, width, height):
        path.moveTo(QPointF(x1, y1))
        path.lineTo(QPointF(x2, y2))
    return path
