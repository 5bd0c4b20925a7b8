"""One film, as large as it can be: zoom with the wheel, pan by dragging, heat map over it."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QGraphicsPixmapItem, QGraphicsScene, QGraphicsView, QWidget

ZOOM_STEP = 1.2
HEAT_COLOUR = (230, 120, 0)


def image_of(pixels: npt.NDArray[np.uint8]) -> QImage:
    """A grey picture (height, width) uint8 as an image of its own memory."""
    height, width = pixels.shape
    data = np.ascontiguousarray(pixels)
    return QImage(data.data, width, height, width, QImage.Format.Format_Grayscale8).copy()


def heat_image(heat: npt.NDArray[np.float32]) -> QImage:
    """Heat (height, width), 0..1, as orange of growing opacity."""
    height, width = heat.shape
    colour = np.empty((height, width, 4), np.uint8)
    colour[..., :3] = HEAT_COLOUR
    colour[..., 3] = np.clip(heat * 255, 0, 255)
    return QImage(colour.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()


class FilmView(QGraphicsView):
    """Shows one film and, over it, its heat map."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("film_view")
        self.setAccessibleName("Film")
        self.setScene(QGraphicsScene(self))
        self.setBackgroundBrush(QColor("black"))
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self._film = QGraphicsPixmapItem()
        self._heat = QGraphicsPixmapItem()
        for item in (self._film, self._heat):
            item.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
            self.scene().addItem(item)
        self._fits = True

    def show_film(self, pixels: npt.NDArray[np.uint8], heat: npt.NDArray[np.float32]) -> None:
        """A film with its heat map, both of one shape."""
        self.show_image(image_of(pixels))
        self._heat.setPixmap(QPixmap.fromImage(heat_image(heat)))

    def show_image(self, film: QImage) -> None:
        """A film without a heat map."""
        self._film.setPixmap(QPixmap.fromImage(film))
        self._heat.setPixmap(QPixmap())
        self.setSceneRect(QRectF(self._film.boundingRect()))
        self.fit()

    def set_heat_opacity(self, percent: int) -> None:
        self._heat.setOpacity(percent / 100)

    def fit(self) -> None:
        self._fits = True
        self.fitInView(self._film, Qt.AspectRatioMode.KeepAspectRatio)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._fits = False
        factor = ZOOM_STEP if event.angleDelta().y() > 0 else 1 / ZOOM_STEP
        self.scale(factor, factor)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fits:
            self.fit()
