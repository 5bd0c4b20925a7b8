"""What a person does with a film, and what is seen of it."""

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from gui.film.film_view import FilmView

LEFT, RIGHT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.NoButton
MIDDLE = Qt.MouseButton.MiddleButton
SIZE = 400, 300


def noise(height, width, depth=np.uint8, top=256):
    return np.random.default_rng(1).integers(0, top, (height, width)).astype(depth)


def spot(height, width, row, column, radius):
    rows, columns = np.mgrid[:height, :width]
    return np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / radius**2).astype(np.float32)


def shown(widget):
    """What is on the screen: (height, width, 3) uint8."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return lines[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def middle_of(film, width=SIZE[0], height=SIZE[1]):
    """What a view of that size shows at 1:1 of a larger film."""
    top, left = (film.shape[0] - height) // 2, (film.shape[1] - width) // 2
    return film[top : top + height, left : left + width].astype(int)


def mouse(view, kind, place, button=NONE, buttons=NONE):
    place = QPointF(place)
    event = QMouseEvent(kind, place, view.mapToGlobal(place), button, buttons, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(view, event)


def drag(view, button, start, end):
    mouse(view, QEvent.Type.MouseButtonPress, start, button, button)
    half = (QPointF(start) + QPointF(end)) / 2
    for place in (half, QPointF(end)):
        mouse(view, QEvent.Type.MouseMove, place, NONE, button)
    mouse(view, QEvent.Type.MouseButtonRelease, end, button)


def wheel(view, place, angle=0, pixels=0):
    place, none = QPointF(place), (NONE, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase)
    event = QWheelEvent(place, view.mapToGlobal(place), QPoint(0, pixels), QPoint(0, angle), *none, False)
    QApplication.sendEvent(view, event)


def view_of(film):
    made = FilmView()
    made.resize(*SIZE)
    made.show()
    if film is not None:
        made.show_film(film, None)
    return made
