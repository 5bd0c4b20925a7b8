"""The pixels of a film as images under a grey-value window."""

from math import ceil, floor, log2
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter

Pixels = npt.NDArray[np.unsignedinteger[Any]]  # uint8 or uint16
CRISP_ZOOM: Final = 3.0  # from this zoom on pixels are shown as squares


def to_image(pixels: npt.NDArray[np.uint8]) -> QImage:
    """Return grey pixels (height, width) uint8 as an image that owns its memory."""
    height, width = pixels.shape
    data = np.ascontiguousarray(pixels)
    return QImage(data.data, width, height, width, QImage.Format.Format_Grayscale8).copy()


def to_pixels(image: QImage) -> npt.NDArray[np.uint8]:
    """Return the grey values of an image, (height, width) uint8."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    lines = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), grey.bytesPerLine())
    return lines[:, : grey.width()].copy()


def apply_window(values: npt.NDArray[np.uint16], centre: float, width: float, inverted: bool) -> npt.NDArray[np.uint8]:
    """Map stored values to 0..255 with a linear window (DICOM Part 3, C.11.2.1.2.1).

    Centre 128 and width 256 leave 8-bit values unchanged. width: at least 1; 1 is a threshold.
    """
    fraction = (values - (centre - 0.5)) / max(width - 1, 1e-6) + 0.5
    greys: npt.NDArray[np.uint8] = np.rint(np.clip(fraction, 0, 1) * 255).astype(np.uint8)
    return ~greys if inverted else greys


class FilmPicture:
    """One film at full, half, quarter ... resolution, rendered under a window.

    Only the visible region is rendered: 8-bit films with a Qt colour table, 16-bit films with a
    NumPy look-up table. With 4 million visible pixels a Qt colour table takes 3 ms and NumPy's
    look-up 9 ms. Painting a grey or indexed image reduced and smooth takes 13 to 33 ms, RGB32
    takes 5 ms, so every region is converted to RGB32 first.
    """

    def __init__(self, pixels: Pixels) -> None:
        """pixels: (height, width) uint8 or uint16, white is dense."""
        if pixels.ndim != 2 or not pixels.size or pixels.dtype not in (np.uint8, np.uint16):
            raise ValueError(f"a film is (height, width) uint8 or uint16, not {pixels.shape} {pixels.dtype}")
        self._levels: list[Pixels] = [np.ascontiguousarray(pixels)]
        is_deep = pixels.dtype == np.uint16
        low, high = 0.0, 255.0
        if is_deep:
            low, high = float(pixels.min()), float(pixels.max())
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
        """Render under this window from now on."""
        self._table = apply_window(self._values, centre, width, inverted)
        self._last = None

    def rotate_clockwise(self) -> "FilmPicture":
        """Return the film rotated by a quarter turn, under the whole window."""
        rotated = Image.fromarray(self._levels[0]).transpose(Image.Transpose.ROTATE_270)
        return FilmPicture(np.asarray(rotated, self._levels[0].dtype))

    def render_region(self, level: int, region: QRect) -> QImage:
        """Return an RGB32 image of `region`, in pixels of the film halved `level` times."""
        if self._last is not None and self._last[:2] == (level, region):  # two panes show the same
            return self._last[2]
        rows = slice(region.top(), region.top() + region.height())
        columns = slice(region.left(), region.left() + region.width())
        values = np.ascontiguousarray(self._level(level)[rows, columns])
        width, height = region.width(), region.height()
        if values.dtype == np.uint8:
            image = QImage(values.data, width, height, width, QImage.Format.Format_Indexed8)
            image.setColorTable((0xFF000000 | self._table.astype(np.uint32) * 0x010101).tolist())
        else:
            values = self._table.take(values, mode="clip")
            image = QImage(values.data, width, height, width, QImage.Format.Format_Grayscale8)
        rendered = image.convertToFormat(QImage.Format.Format_RGB32)
        self._last = level, region, rendered
        return rendered

    def paint(self, painter: QPainter, shown: QRectF, pane: QRect) -> None:
        """Paint the part of the film that lies in `pane`; the whole film would fill `shown`.

        Both rectangles are in screen pixels. The film is read at the lowest resolution that is not
        below the screen's, so that at most 4 film pixels are read for one screen pixel.
        """
        scale = shown.width() / self.width
        level = min(max(0, floor(log2(1 / scale) + 1e-9)), floor(log2(min(self.width, self.height))))
        pixel = scale * 2**level  # side of one pixel of this level, in screen pixels
        height, width = self._level(level).shape
        visible = shown.intersected(QRectF(pane)).translated(-shown.topLeft())
        # one pixel more on each side: smooth painting interpolates with it
        left, top = max(0, floor(visible.left() / pixel) - 1), max(0, floor(visible.top() / pixel) - 1)
        right, bottom = min(width, ceil(visible.right() / pixel) + 1), min(height, ceil(visible.bottom() / pixel) + 1)
        if visible.isEmpty() or right <= left or bottom <= top:
            return
        region = QRect(left, top, right - left, bottom - top)
        target = QRectF(left * pixel, top * pixel, region.width() * pixel, region.height() * pixel)
        is_smooth = pixel < CRISP_ZOOM and abs(pixel - 1) > 1e-9
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smooth)
        painter.drawImage(target.translated(shown.topLeft()), self.render_region(level, region))

    def _level(self, level: int) -> Pixels:
        while len(self._levels) <= level:
            self._levels.append(_halve(self._levels[-1]))
        return self._levels[level]


def _halve(pixels: Pixels) -> Pixels:
    """Return the means of 2 x 2 pixels; an odd last row or column is repeated."""
    height, width = pixels.shape
    if height % 2 or width % 2:
        pixels = np.pad(pixels, ((0, height % 2), (0, width % 2)), mode="edge")
    total: npt.NDArray[np.uint32] = pixels[::2, ::2].astype(np.uint32)
    for part in (pixels[1::2, ::2], pixels[::2, 1::2], pixels[1::2, 1::2]):
        total += part
    halved: Pixels = ((total + 2) >> 2).astype(pixels.dtype)
    return halved
