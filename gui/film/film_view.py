"""One film: zoom, pan, window, turn, with its heat map over it or beside it. Decides nothing about the film."""

from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.inference.heat_regions import Heat
from core.system.language import tr
from gui.film.film_picture import Camera, FilmPicture, HeatPicture, Pixels, Window, to_pixels
from gui.widgets.named_widgets import named

ZOOM_STEP: Final = 1.2
NOTCH: Final = 120  # of a wheel, in Qt's eighths of a degree
TOUCHPAD_NOTCH_PX: Final = 60
PAN_KEY_PX: Final = 60
DRAG_PX: Final = 512  # of the mouse for the whole range of grey
GAP_PX: Final = 2
GAP_COLOUR: Final = Qt.GlobalColor.darkGray
OTHER_KEYS: Final = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
PANS: Final = {
    Qt.Key.Key_Left: QPointF(PAN_KEY_PX, 0),
    Qt.Key.Key_Right: QPointF(-PAN_KEY_PX, 0),
    Qt.Key.Key_Up: QPointF(0, PAN_KEY_PX),
    Qt.Key.Key_Down: QPointF(0, -PAN_KEY_PX),
}


class FilmCanvas(QWidget):
    """Shows one film and, over it or beside it, its heat map; what it shows is set by calls only.

    Signals: window_changed(centre, width), in the film's own grey values; view_changed() when anything looks
    different: film, zoom, place, window, inversion, turn, heat.
    """

    window_changed = Signal(float, float)
    view_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "film_view", tr("Film"))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self._film: FilmPicture | None = None
        self._heat: HeatPicture | None = None
        self._camera = Camera()
        self._look = Window()

    def show_film(self, pixels: Pixels, heat: Heat | None = None) -> None:
        """A film (height, width) uint8 or uint16 with its heat map (any size, 0..1): upright, whole, as stored."""
        self._film = FilmPicture(pixels)
        self._heat = None if heat is None else HeatPicture(heat)
        self._camera.film = QSize(self._film.width, self._film.height)
        self.set_heat_opacity(self._look.heat_opacity)
        self._set(is_inverted=False, quarter_turns=0)
        self.reset_window()
        self.fit()

    def show_image(self, film: QImage) -> None:
        """A film without a heat map."""
        self.show_film(to_pixels(film))

    @property
    def look(self) -> Window:
        return self._look

    @property
    def film_size(self) -> QSize:
        """Of the film as it is turned; empty without a film."""
        return QSize() if self._film is None else QSize(self._camera.film)

    @property
    def zoom_percent(self) -> float:
        """100: one pixel of the film is one of the screen."""
        return 100 * self._camera.scale

    def show_heat(self, is_shown: bool) -> None:
        self._set(is_heat_shown=is_shown)

    def set_heat_opacity(self, percent: int) -> None:
        """percent: 0..100, of the hottest place; 0 shows the plain film."""
        if self._heat is not None:
            self._heat.set_opacity(percent / 100)
        self._set(heat_opacity=percent)

    def set_side_by_side(self, is_side_by_side: bool) -> None:
        """The plain film at left and the film with heat at right, if it has some; both move together."""
        self._set(is_side_by_side=is_side_by_side)
        self._camera.resize(self._panes()[0].size())
        self.view_changed.emit()

    def fit(self) -> None:
        """Show the whole film, also after a change of size."""
        self._camera.resize(self._panes()[0].size())
        self._camera.fit()
        self._set()

    def actual_size(self) -> None:
        """One pixel of the film on one of the screen, whatever the desktop's scaling."""
        self._zoom(1.0)

    def zoom_in(self) -> None:
        self._zoom(self._camera.scale * ZOOM_STEP)

    def zoom_out(self) -> None:
        self._zoom(self._camera.scale / ZOOM_STEP)

    def to_film(self, point: QPointF) -> QPointF:
        """The place on the film, in its pixels as it is turned, under a point of this widget, in either pane."""
        return self._camera.to_film(self._in_pane(point))

    def set_window(self, centre: float, width: float) -> None:
        """Show `width` grey values round `centre` from black to white; both are kept within reason."""
        middle, whole = self._whole_window
        centre = min(max(centre, middle - whole), middle + whole)
        width = min(max(width, 1.0), 4 * whole)
        is_new = (centre, width) != (self._look.centre, self._look.width)
        self._set(centre=centre, width=width)
        if is_new:
            self.window_changed.emit(centre, width)

    def reset_window(self) -> None:
        """Black and white as the file has them."""
        self.set_window(*self._whole_window)

    def invert(self, is_inverted: bool) -> None:
        """True shows dense tissue black."""
        self._set(is_inverted=is_inverted)

    def rotate(self, quarter_turns: int) -> None:
        """Turn film and heat further, clockwise; negative turns go back."""
        if self._film is None:
            return
        for _ in range(quarter_turns % 4):
            self._film = self._film.rotated()
            self._heat = None if self._heat is None else self._heat.rotated()
            self._camera.turn()
        self._set(quarter_turns=(self._look.quarter_turns + quarter_turns) % 4)

    @property
    def _whole_window(self) -> tuple[float, float]:
        return (Window().centre, Window().width) if self._film is None else self._film.whole_window

    def _set(self, **changes: Any) -> None:
        """Change the look, paint soon, and say so."""
        self._look = replace(self._look, **changes)
        if self._film is not None:
            self._film.show_window(self._look.centre, self._look.width, self._look.is_inverted)
        self.update()
        self.view_changed.emit()

    def _zoom(self, scale: float, at: QPointF | None = None) -> None:
        """Change the scale; the place under `at`, by default the middle, stays where it is."""
        middle = QPointF(self._camera.pane.width() / 2, self._camera.pane.height() / 2)
        self._camera.zoom(scale, middle if at is None else self._in_pane(at))
        self._set()

    def _pan(self, by: QPointF) -> None:
        """Move the film; what is on the screen already is moved and not painted again."""
        ratio, before = self.devicePixelRatioF(), self._camera.origin
        self._camera.pan(by * ratio)
        moved = (self._camera.origin - before) / ratio
        places = [QRectF(QPointF(pane.topLeft()) / ratio, QSizeF(pane.size()) / ratio) for pane in self._panes()]
        if all(QRectF(place.toRect()) == place for place in places) and QPointF(moved.toPoint()) == moved:
            for place in places:
                self.scroll(moved.toPoint().x(), moved.toPoint().y(), place.toRect())
        else:
            self.update()
        self.view_changed.emit()

    def _panes(self) -> list[QRect]:
        """Where the film is painted, in the screen's own pixels."""
        ratio = self.devicePixelRatioF()
        width, height = round(self.width() * ratio), round(self.height() * ratio)
        if not self._look.is_side_by_side or self._heat is None:
            return [QRect(0, 0, width, height)]
        half = (width - GAP_PX) // 2
        return [QRect(0, 0, half, height), QRect(width - half, 0, half, height)]

    def _in_pane(self, point: QPointF) -> QPointF:
        """A point of this widget in screen pixels of the pane that it lies in."""
        place, right = point * self.devicePixelRatioF(), self._panes()[-1].left()
        return place - QPointF(right, 0) if place.x() >= right else place

    def paintEvent(self, event: QPaintEvent) -> None:
        panes, ratio = self._panes(), self.devicePixelRatioF()
        if panes[0].size() != self._camera.pane:  # another screen may have other pixels
            self._camera.resize(panes[0].size())
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        painter.scale(1 / ratio, 1 / ratio)
        for pane in panes:
            for part in event.region():  # type: ignore[attr-defined]  # the stubs lack it
                place = QRectF(QPointF(part.topLeft()) * ratio, QSizeF(part.size()) * ratio).toAlignedRect()
                self._paint(painter, pane, place.intersected(pane), pane is panes[-1])
        if len(panes) > 1:
            painter.setClipping(False)
            painter.fillRect(panes[0].width(), 0, panes[1].left() - panes[0].width(), pane.height(), GAP_COLOUR)

    def _paint(self, painter: QPainter, pane: QRect, part: QRect, has_heat: bool) -> None:
        """Paint a part of one pane."""
        if self._film is None or part.isEmpty():
            return
        shown = self._camera.shown.translated(pane.topLeft())
        painter.setClipRect(shown.intersected(part))
        self._film.paint(painter, shown, part)
        if has_heat and self._heat is not None and self._look.is_heat_shown and self._look.heat_opacity > 0:
            self._heat.paint(painter, shown, self.devicePixelRatioF())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._camera.resize(self._panes()[0].size())
        self.view_changed.emit()


class FilmView(FilmCanvas):
    """A film canvas that mouse, touchpad and keys move.

    Left drag and arrow keys pan, the wheel zooms, a right drag sets the window (right: wider, down: a higher centre),
    a double click changes between the whole film and 1:1; keys are in `take_key`.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)  # the right button sets the window
        self._last = QPointF()  # place of the mouse in a drag

    def take_key(self, event: QKeyEvent) -> bool:
        """Do what a key stands for; False if it stands for nothing here."""
        if event.modifiers() & OTHER_KEYS:
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
                self.invert(not self.look.is_inverted)
            case Qt.Key.Key_R:
                self.rotate(1)
            case Qt.Key.Key_W:
                self.reset_window()
            case Qt.Key.Key_H:
                self.show_heat(not self.look.is_heat_shown)
            case Qt.Key.Key_S:
                self.set_side_by_side(not self.look.is_side_by_side)
            case Qt.Key.Key_Left | Qt.Key.Key_Right | Qt.Key.Key_Up | Qt.Key.Key_Down as key:
                self._pan(PANS[Qt.Key(key)])
            case _:
                return False
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.take_key(event):
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._last = event.position()
        if event.button() is Qt.MouseButton.LeftButton:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        moved, self._last = event.position() - self._last, event.position()
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._pan(moved)
        elif event.buttons() & Qt.MouseButton.RightButton:
            step = self._whole_window[1] / DRAG_PX
            self.set_window(self.look.centre + moved.y() * step, self.look.width + moved.x() * step)

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
        finger = event.pixelDelta().y()
        notches = finger / TOUCHPAD_NOTCH_PX if finger else event.angleDelta().y() / NOTCH
        self._zoom(self._camera.scale * ZOOM_STEP**notches, event.position())
