"""A film that is moved with mouse, touchpad and keys."""

from enum import Enum
from typing import Final

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from core.system.language import marked
from gui.film.adjustable_film import ZOOM_STEP, AdjustableFilm
from gui.state.settings import Mouse

NOTCH: Final = 120  # one notch of a wheel, in Qt's unit: eighths of a degree
TOUCHPAD_NOTCH_PX: Final = 60
PAN_KEY_PX: Final = 60
DRAG_PX: Final = 512  # a drag over the whole grey range
ZOOM_DRAG_PX: Final = 30  # a drag up or down for one step of zoom
FOREIGN_MODIFIERS: Final = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
PANS: Final = {
    Qt.Key.Key_Left: QPointF(PAN_KEY_PX, 0),
    Qt.Key.Key_Right: QPointF(-PAN_KEY_PX, 0),
    Qt.Key.Key_Up: QPointF(0, PAN_KEY_PX),
    Qt.Key.Key_Down: QPointF(0, -PAN_KEY_PX),
}


class _Drag(Enum):
    PAN = "pan"
    WINDOW = "window"
    ZOOM = "zoom"


# by the first button of the list that is held
DRAGS: Final = {
    Mouse.STANDARD: {Qt.MouseButton.LeftButton: _Drag.PAN, Qt.MouseButton.RightButton: _Drag.WINDOW},
    Mouse.PACS: {
        Qt.MouseButton.LeftButton: _Drag.WINDOW,
        Qt.MouseButton.MiddleButton: _Drag.PAN,
        Qt.MouseButton.RightButton: _Drag.ZOOM,
    },
}
MOUSE_SENTENCES: Final = {
    Mouse.STANDARD: marked("Left drag moves, right drag sets the window, the wheel zooms, a double click shows 1:1."),
    Mouse.PACS: marked(
        "Left drag sets the window, middle drag moves, right drag zooms, the wheel shows the next film, a double "
        "click shows 1:1."
    ),
}


class FilmView(AdjustableFilm):
    """A film controlled with mouse, touchpad and keys.

    Mouse: as MOUSE_SENTENCES say; a drag that sets the window makes it wider to the right and its centre higher
    downwards, a drag that zooms enlarges upwards. Keys: see `take_key`.
    Signal: next_wanted(by) when the wheel, as in a PACS, asks for the next film (1) or the previous one (-1).
    """

    next_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # the right button sets the window or zooms
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._mouse = Mouse.STANDARD
        self._start = self._last = QPointF()  # first and last mouse position of a drag
        self._notches = 0.0  # turned by the wheel since it last asked for another film

    def set_mouse(self, mouse: Mouse) -> None:
        """Choose what buttons and wheel do."""
        self._mouse, self._notches = mouse, 0.0

    def take_key(self, event: QKeyEvent) -> bool:
        """Carry out the command of a key; returns False for a key without one."""
        if event.modifiers() & FOREIGN_MODIFIERS:
            return False
        match event.key():
            case Qt.Key.Key_F:
                self.fit()
            case Qt.Key.Key_Z:
                self.actual_size()
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom_in()
            case Qt.Key.Key_Minus:
                self.zoom_out()
            case Qt.Key.Key_I:
                self.invert(not self.settings.is_inverted)
            case Qt.Key.Key_R:
                self.rotate(1)
            case Qt.Key.Key_W:
                self.reset_window()
            case Qt.Key.Key_H:
                self.show_heat(not self.settings.is_heat_shown)
            case Qt.Key.Key_S:
                self.set_side_by_side(not self.settings.is_side_by_side)
            case key if key in PANS and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._pan(PANS[Qt.Key(key)])
            case _:
                return False
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.take_key(event):
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._start = self._last = event.position()
        if DRAGS[self._mouse].get(event.button()) is _Drag.PAN:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        moved, self._last = event.position() - self._last, event.position()
        match next((drag for button, drag in DRAGS[self._mouse].items() if event.buttons() & button), None):
            case _Drag.PAN:
                self._pan(moved)
            case _Drag.WINDOW:
                step = self._whole_window[1] / DRAG_PX
                self.set_window(self.settings.centre + moved.y() * step, self.settings.width + moved.x() * step)
            case _Drag.ZOOM:
                self._zoom(self._camera.scale * ZOOM_STEP ** (-moved.y() / ZOOM_DRAG_PX), self._start)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        if self._camera.fits:
            self._zoom(1.0, event.position())
        else:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        touchpad_px = event.pixelDelta().y()
        notches = touchpad_px / TOUCHPAD_NOTCH_PX if touchpad_px else event.angleDelta().y() / NOTCH
        if self._mouse is Mouse.STANDARD:
            self._zoom(self._camera.scale * ZOOM_STEP**notches, event.position())
            return
        self._notches -= notches  # towards the user: the next film
        films = int(self._notches)
        self._notches -= films
        for _ in range(abs(films)):
            self.next_wanted.emit(1 if films > 0 else -1)
