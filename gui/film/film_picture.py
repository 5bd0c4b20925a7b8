"""Pixels of a film and of its heat map as images, and the part of them that a pane shows. Knows no widget."""

from dataclasses import dataclass
from math import ceil, floor, log2
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image
from PySide6.QtCore import QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QTransform

from core.inference.heat_regions import Heat, trace_outline

Pixels = npt.NDArray[np.unsignedinteger[Any]]  # uint8 or uint16
HEAT_PX: Final = 256  # longest side of a heat image; networks' maps have 7 to 32 pixels, so nothing is lost
OUTLINE_SHARE: Final = 0.5  # of the map's top
# from dark orange to light yellow: lightness grows with heat, and blue stays low, so that every kind of colour
# blindness sees the same order
COOL: Final = (176, 54, 0)
HOT: Final = (255, 185, 0)
LINE: Final = (("#14171c", 3.5), ("#ffb900", 1.75))  # colour, width: a dark seam keeps it visible on white
MOST_ZOOM: Final = 32.0
CRISP_ZOOM: Final = 3.0  # single pixels are shown as squares from here on


@dataclass(frozen=True, slots=True)
class Window:
    """How a film is shown. centre, width: the window in the film's own grey values; quarter_turns: clockwise, 0..3.

    heat_opacity: percent, of the hottest place.
    """

    centre: float = 128.0
    width: float = 256.0
    is_inverted: bool = False
    quarter_turns: int = 0
    is_heat_shown: bool = True
    is_side_by_side: bool = False
    heat_opacity: int = 45


def to_image(pixels: npt.NDArray[np.uint8]) -> QImage:
    """A grey picture (height, width) uint8 as an image of its own memory."""
    height, width = pixels.shape
    data = np.ascontiguousarray(pixels)
    return QImage(data.data, width, height, width, QImage.Format.Format_Grayscale8).copy()


def to_pixels(image: QImage) -> npt.NDArray[np.uint8]:
    """The greys of any image, (height, width) uint8."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    lines = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), grey.bytesPerLine())
    return lines[:, : grey.width()].copy()


def apply_window(values: npt.NDArray[np.uint16], centre: float, width: float, inverted: bool) -> npt.NDArray[np.uint8]:
    """What stored values look like under a window: DICOM Part 3, C.11.2.1.2.1, linear, to 0..255.

    Centre 128 and width 256 leave 8-bit values as they are. width: 1 and above; 1 parts black from white.
    """
    share = (values - (centre - 0.5)) / max(width - 1, 1e-6) + 0.5
    greys: npt.NDArray[np.uint8] = np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)
    return ~greys if inverted else greys


class FilmPicture:
    """One film in full, half, quarter ... size, and what its values look like under a window.

    Any part becomes an image at once: 8-bit parts by a colour table, deeper ones by a table look-up of that part.
    Measured with 4 million visible pixels: a table of Qt's takes 3 ms, NumPy's look-up 9 ms, and painting a grey or
    indexed image reduced and smooth 13 to 33 ms instead of 5 ms for RGB32; so parts are always made RGB32 first.
    """

    def __init__(self, pixels: Pixels) -> None:
        """pixels: (height, width) uint8 or uint16, white is dense."""
        if pixels.ndim != 2 or not pixels.size or pixels.dtype not in (np.uint8, np.uint16):
            raise ValueError(f"a film is (height, width) uint8 or uint16, not {pixels.shape} {pixels.dtype}")
        self._levels: list[Pixels] = [np.ascontiguousarray(pixels)]
        is_deep = pixels.dtype == np.uint16
        low, high = (float(pixels.min()), float(pixels.max())) if is_deep else (0.0, 255.0)
        self.whole_window = (low + high + 1) / 2, max(high - low + 1, 2.0)
        self._values = np.arange(65536 if is_deep else 256, dtype=np.uint16)
        self._last: tuple[int, QRect, QImage] | None = None
        self.show_window(*self.whole_window, False)

    @property
    def width(self) -> int:
        return int(self._levels[0].shape[1])

    @property
    def height(self) -> int:
        return int(self._levels[0].shape[0])

    def show_window(self, centre: float, width: float, inverted: bool) -> None:
        """Make images look so from now on."""
        self._table = apply_window(self._values, centre, width, inverted)
        self._last = None

    def rotated(self) -> "FilmPicture":
        """The same film a quarter turn clockwise, with the whole window."""
        turned = Image.fromarray(self._levels[0]).transpose(Image.Transpose.ROTATE_270)
        return FilmPicture(np.asarray(turned, self._levels[0].dtype))

    def part(self, level: int, place: QRect) -> QImage:
        """An RGB32 image of `place`, in pixels of the film halved `level` times."""
        if self._last is not None and self._last[:2] == (level, place):  # two panes show the same
            return self._last[2]
        rows = slice(place.top(), place.top() + place.height())
        columns = slice(place.left(), place.left() + place.width())
        values = np.ascontiguousarray(self._level(level)[rows, columns])
        if values.dtype == np.uint8:
            shape = QImage.Format.Format_Indexed8
        else:
            values, shape = self._table.take(values, mode="clip"), QImage.Format.Format_Grayscale8
        image = QImage(values.data, place.width(), place.height(), place.width(), shape)
        if shape is QImage.Format.Format_Indexed8:
            image.setColorTable((0xFF000000 | self._table.astype(np.uint32) * 0x010101).tolist())
        self._last = level, place, image.convertToFormat(QImage.Format.Format_RGB32)
        return self._last[2]

    def paint(self, painter: QPainter, shown: QRectF, pane: QRect) -> None:
        """Paint what of the film lies in `pane`, where the whole film would fill `shown`; screen pixels.

        The smallest halving is taken that is no smaller than on the screen, so that at most 4 pixels are read for one.
        """
        scale = shown.width() / self.width
        level = min(max(0, floor(log2(1 / scale) + 1e-9)), floor(log2(min(self.width, self.height))))
        one = scale * 2**level  # of this level's pixels on the screen
        height, width = self._level(level).shape
        seen = shown.intersected(QRectF(pane)).translated(-shown.topLeft())
        # one pixel more on each side, so that smooth painting finds its neighbours
        left, top = max(0, floor(seen.left() / one) - 1), max(0, floor(seen.top() / one) - 1)
        right, bottom = min(width, ceil(seen.right() / one) + 1), min(height, ceil(seen.bottom() / one) + 1)
        if seen.isEmpty() or right <= left or bottom <= top:
            return
        place = QRect(left, top, right - left, bottom - top)
        target = QRectF(left * one, top * one, place.width() * one, place.height() * one).translated(shown.topLeft())
        is_smooth = one < CRISP_ZOOM and abs(one - 1) > 1e-9
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smooth)
        painter.drawImage(target, self.part(level, place))

    def _level(self, level: int) -> Pixels:
        while len(self._levels) <= level:
            self._levels.append(_halved(self._levels[-1]))
        return self._levels[level]


def _halved(pixels: Pixels) -> Pixels:
    """Means of 2 x 2 pixels; an odd last row or column is repeated."""
    height, width = pixels.shape
    if height % 2 or width % 2:
        pixels = np.pad(pixels, ((0, height % 2), (0, width % 2)), mode="edge")
    total: npt.NDArray[np.uint32] = pixels[::2, ::2].astype(np.uint32)
    for part in (pixels[1::2, ::2], pixels[::2, 1::2], pixels[1::2, 1::2]):
        total += part
    halved: Pixels = ((total + 2) >> 2).astype(pixels.dtype)
    return halved


class HeatPicture:
    """One heat map as an image of growing opacity, and the line round its hotter half."""

    def __init__(self, heat: Heat) -> None:
        """heat: (height, width) float32, 0..1, of any size; it covers the whole film."""
        height, width = heat.shape
        scale = min(1.0, HEAT_PX / max(height, width))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        small = Image.fromarray(np.ascontiguousarray(heat, np.float32)).resize(
            size, Image.Resampling.BOX, reducing_gap=1.0
        )
        self._heat = np.clip(np.nan_to_num(np.asarray(small, np.float32)), 0, 1)
        self._outline = _line_round(self._heat)
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
        # the painter's own format, of its own memory
        self.image = self.image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)

    def set_opacity(self, opacity: float) -> None:
        """opacity: 0..1, of the hottest place."""
        self._opacity = opacity
        self._draw()

    def rotated(self) -> "HeatPicture":
        """The same map a quarter turn clockwise."""
        turned = HeatPicture(np.rot90(self._heat, -1))
        turned.set_opacity(self._opacity)
        return turned

    def paint(self, painter: QPainter, shown: QRectF, ratio: float) -> None:
        """Paint heat and line where the whole film fills `shown`, in screen pixels; ratio: the desktop's scaling."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(shown, self.image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QTransform(shown.width(), 0, 0, shown.height(), shown.left(), shown.top())
        line = place.map(self._outline)
        for colour, width in LINE:
            painter.setPen(QPen(QColor(colour), width * ratio))
            painter.drawPath(line)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _line_round(heat: Heat) -> QPainterPath:
    """The line round what has more than half of the top heat, in parts of the film's width and height."""
    height, width = heat.shape
    path = QPainterPath()
    top = float(heat.max())
    if top > 0:
        for x1, y1, x2, y2 in trace_outline(heat, OUTLINE_SHARE * top) / (width, height, width, height):
            path.moveTo(QPointF(x1, y1))
            path.lineTo(QPointF(x2, y2))
    return path


class Camera:
    """Which part of a film a pane shows. Panes are measured in the screen's own pixels, films in the film's."""

    def __init__(self) -> None:
        self.film, self.pane = QSize(1, 1), QSize(1, 1)
        self.scale, self.centre = 1.0, QPointF(0.5, 0.5)
        self.fits = True

    @property
    def fitting_scale(self) -> float:
        across = self.pane.width() / self.film.width()
        return max(min(across, self.pane.height() / self.film.height()), 1e-3)

    def fit(self) -> None:
        self.fits = True
        self.scale, self.centre = self.fitting_scale, QPointF(self.film.width() / 2, self.film.height() / 2)

    def resize(self, pane: QSize) -> None:
        self.pane = pane
        if self.fits:
            self.fit()

    def zoom(self, scale: float, at: QPointF) -> None:
        """Change the scale and keep the film's point under `at` where it is; as small as fits is a fit."""
        least = min(self.fitting_scale, 1.0)
        if scale <= least * 1.001:
            self.fit()
            return
        point = self.to_film(at)
        scale = min(scale, max(MOST_ZOOM, self.fitting_scale))
        self.fits = False
        self._move(point + (self.centre - point) * (self.scale / scale))
        self.scale = scale

    def pan(self, by: QPointF) -> None:
        self.fits = False
        self._move(self.centre - by / self.scale)

    def turn(self) -> None:
        """Follow the film's quarter turn clockwise."""
        centre = QPointF(self.film.height() - self.centre.y(), self.centre.x())
        self.film = self.film.transposed()
        self.centre = centre
        if self.fits:
            self.fit()

    def _move(self, centre: QPointF) -> None:
        """The middle of the pane never leaves the film, so that no film gets lost."""
        x, y = min(max(centre.x(), 0.0), self.film.width()), min(max(centre.y(), 0.0), self.film.height())
        self.centre = QPointF(x, y)

    @property
    def origin(self) -> QPointF:
        """Where the film's upper left corner lies in the pane, on a whole pixel, so that 1:1 is exact."""
        corner = QPointF(self.pane.width() / 2, self.pane.height() / 2) - self.centre * self.scale
        return QPointF(round(corner.x()), round(corner.y()))

    def to_film(self, point: QPointF) -> QPointF:
        return self.centre + (point - QPointF(self.pane.width() / 2, self.pane.height() / 2)) / self.scale

    @property
    def shown(self) -> QRectF:
        """The film in the pane."""
        size = QRectF(0, 0, self.film.width() * self.scale, self.film.height() * self.scale)
        return size.translated(self.origin)
