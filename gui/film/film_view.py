"""A widget that shows one film and its heat map, with zoom, pan, window and rotation."""

from dataclasses import dataclass, replace
from typing import Any, Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.inference.heat_regions import Heat
from core.system.language import tr
from gui.film.camera import Camera
from gui.film.film_picture import FilmPicture, Pixels, to_pixels
from gui.film.heat_picture import HeatPicture
from gui.widgets.named_widgets import name_widget

ZOOM_STEP: Final = 1.2
NOTCH: Final = 120  # one notch of a wheel, in Qt's unit: eighths of a degree
TOUCHPAD_NOTCH_PX: Final = 60
PAN_KEY_PX: Final = 60
DRAG_PX: Final = 512  # a drag over the whole grey range
GAP_PX: Final = 2
GAP_COLOUR: Final = Qt.GlobalColor.darkGray
FOREIGN_MODIFIERS: Final = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
PANS: Final = {
    Qt.Key.Key_Left: QPointF(PAN_KEY_PX, 0),
    Qt.Key.Key_Right: QPointF(-PAN_KEY_PX, 0),
    Qt.Key.Key_Up: QPointF(0, PAN_KEY_PX),
    Qt.Key.Key_Down: QPointF(0, -PAN_KEY_PX),
}


@dataclass(frozen=True, slots=True)
class ViewSettings:
    """How a film is shown.

    centre, width: the window, in the film's own grey values. quarter_turns: clockwise, 0..3.
    heat_opacity: opacity of full heat, in percent.
    """

    centre: float = 128.0
    width: float = 256.0
    is_inverted: bool = False
    quarter_turns: int = 0
    is_heat_shown: bool = True
    is_side_by_side: bool = False
    heat_opacity: int = 45


class FilmCanvas(QWidget):
    """Shows one film and, over it or beside it, its heat map; it does not react to mouse or keys.

    Signals: window_changed(centre, width), in the film's own grey values; view_changed() when the
    film, zoom, position, window, inversion, rotation or heat map shown changes.
    """

    window_changed = Signal(float, float)
    view_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name_widget(self, "film_view", tr("Film"))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self._film: FilmPicture | None = None
        self._heat: HeatPicture | None = None
        self._camera = Camera()
        self._settings = ViewSettings()

    def show_film(self, pixels: Pixels, heat: Heat | None = None) -> None:
        """Show a film upright, whole and under its whole window.

        pixels: (height, width) uint8 or uint16. heat: (height, width) of any size, 0..1.
        """
        self._film = FilmPicture(pixels)
        self._heat = None if heat is None else HeatPicture(heat)
        self._camera.film = QSize(self._film.width, self._film.height)
        self.set_heat_opacity(self._settings.heat_opacity)
        self._change(is_inverted=False, quarter_turns=0)
        self.reset_window()
        self.fit()

    def show_image(self, film: QImage) -> None:
        """Show a film without a heat map."""
        self.show_film(to_pixels(film))

    @property
    def settings(self) -> ViewSettings:
        return self._settings

    @property
    def film_size(self) -> QSize:
        """Size of the film as rotated; empty without a film."""
        return QSize() if self._film is None else QSize(self._camera.film)

    @property
    def zoom_percent(self) -> float:
        """Zoom in percent; 100: one film pixel on one screen pixel."""
        return 100 * self._camera.scale

    def show_heat(self, is_shown: bool) -> None:
        self._change(is_heat_shown=is_shown)

    def set_heat_opacity(self, percent: int) -> None:
        """Set the opacity of full heat, 0..100 percent; 0 shows the plain film."""
        if self._heat is not None:
            self._heat.set_opacity(percent / 100)
        self._change(heat_opacity=percent)

    def set_side_by_side(self, is_side_by_side: bool) -> None:
        """Show the plain film at left and the film with its heat map, if any, at right."""
        self._change(is_side_by_side=is_side_by_side)
        self._camera.resize(self._panes()[0].size())
        self.view_changed.emit()

    def fit(self) -> None:
        """Show the whole film, also after the widget is resized."""
        self._camera.resize(self._panes()[0].size())
        self._camera.fit()
        self._change()

    def actual_size(self) -> None:
        """Show one film pixel on one physical screen pixel, whatever the desktop's scaling."""
        self._zoom(1.0)

    def zoom_in(self) -> None:
        self._zoom(self._camera.scale * ZOOM_STEP)

    def zoom_out(self) -> None:
        self._zoom(self._camera.scale / ZOOM_STEP)

    def to_film(self, point: QPointF) -> QPointF:
        """Return the point of the film as rotated, in film pixels, under a point of this widget."""
        return self._camera.to_film(self._to_pane(point))

    def set_window(self, centre: float, width: float) -> None:
        """Show `width` grey values around `centre` from black to white.

        The centre is limited to the film's middle grey ± its grey range, the width to 1..4 ranges.
        """
        middle, whole = self._whole_window
        centre = min(max(centre, middle - whole), middle + whole)
        width = min(max(width, 1.0), 4 * whole)
        is_new = (centre, width) != (self._settings.centre, self._settings.width)
        self._change(centre=centre, width=width)
        if is_new:
            self.window_changed.emit(centre, width)

    def reset_window(self) -> None:
        """Show the whole grey range of the film."""
        self.set_window(*self._whole_window)

    def invert(self, is_inverted: bool) -> None:
        """Show dense tissue black (True) or white (False)."""
        self._change(is_inverted=is_inverted)

    def rotate(self, quarter_turns: int) -> None:
        """Rotate film and heat map clockwise; a negative number rotates back."""
        if self._film is None:
            return
        for _ in range(quarter_turns % 4):
            self._film = self._film.rotate_clockwise()
            if self._heat is not None:
                self._heat = self._heat.rotate_clockwise()
            self._camera.rotate_clockwise()
        self._change(quarter_turns=(self._settings.quarter_turns + quarter_turns) % 4)

    @property
    def _whole_window(self) -> tuple[float, float]:
        if self._film is None:
            return ViewSettings().centre, ViewSettings().width
        return self._film.whole_window

    def _change(self, **changes: Any) -> None:
        """Change view settings, schedule a repaint and emit view_changed."""
        self._settings = replace(self._settings, **changes)
        if self._film is not None:
            self._film.show_window(self._settings.centre, self._settings.width, self._settings.is_inverted)
        self.update()
        self.view_changed.emit()

    def _zoom(self, scale: float, at: QPointF | None = None) -> None:
        """Change the scale and keep the film point under `at`, by default the middle, in place."""
        middle = QPointF(self._camera.pane.width() / 2, self._camera.pane.height() / 2)
        self._camera.zoom(scale, middle if at is None else self._to_pane(at))
        self._change()

    def _pan(self, by: QPointF) -> None:
        """Move the film; what is visible already is scrolled and not painted again."""
        ratio, before = self.devicePixelRatioF(), self._camera.film_corner
        self._camera.pan(by * ratio)
        moved = (self._camera.film_corner - before) / ratio
        areas = [QRectF(QPointF(pane.topLeft()) / ratio, QSizeF(pane.size()) / ratio) for pane in self._panes()]
        if all(QRectF(area.toRect()) == area for area in areas) and QPointF(moved.toPoint()) == moved:
            for area in areas:
                self.scroll(moved.toPoint().x(), moved.toPoint().y(), area.toRect())
        else:
            self.update()
        self.view_changed.emit()

    def _panes(self) -> list[QRect]:
        """Return the rectangles that the film is painted in, in physical screen pixels."""
        ratio = self.devicePixelRatioF()
        width, height = round(self.width() * ratio), round(self.height() * ratio)
        if not self._settings.is_side_by_side or self._heat is None:
            return [QRect(0, 0, width, height)]
        half = (width - GAP_PX) // 2
        return [QRect(0, 0, half, height), QRect(width - half, 0, half, height)]

    def _to_pane(self, point: QPointF) -> QPointF:
        """Return a point of this widget in screen pixels of the pane that contains it."""
        on_screen, right_pane_x = point * self.devicePixelRatioF(), self._panes()[-1].left()
        return on_screen - QPointF(right_pane_x, 0) if on_screen.x() >= right_pane_x else on_screen

    def paintEvent(self, event: QPaintEvent) -> None:
        panes, ratio = self._panes(), self.devicePixelRatioF()
        if panes[0].size() != self._camera.pane:  # another screen may have another pixel ratio
            self._camera.resize(panes[0].size())
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        painter.scale(1 / ratio, 1 / ratio)
        for pane in panes:
            for part in event.region():  # type: ignore[attr-defined]  # the stubs lack it
                area = QRectF(QPointF(part.topLeft()) * ratio, QSizeF(part.size()) * ratio).toAlignedRect()
                self._paint(painter, pane, area.intersected(pane), pane is panes[-1])
        if len(panes) > 1:
            painter.setClipping(False)
            painter.fillRect(panes[0].width(), 0, panes[1].left() - panes[0].width(), pane.height(), GAP_COLOUR)

    def _paint(self, painter: QPainter, pane: QRect, part: QRect, has_heat: bool) -> None:
        """Paint part of one pane."""
        if self._film is None or part.isEmpty():
            return
        shown = self._camera.film_rect.translated(pane.topLeft())
        painter.setClipRect(shown.intersected(part))
        self._film.paint(painter, shown, part)
        if has_heat and self._heat is not None and self._settings.is_heat_shown and self._settings.heat_opacity > 0:
            self._heat.paint(painter, shown, self.devicePixelRatioF())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._camera.resize(self._panes()[0].size())
        self.view_changed.emit()


class FilmView(FilmCanvas):
    """A film canvas controlled with mouse, touchpad and keys.

    Left drag and arrow keys pan, the wheel zooms, a right drag sets the window (right: wider, down:
    a higher centre), a double click switches between the whole film and 1:1. Keys: see `take_key`.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # the right button sets the window
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._last = QPointF()  # last mouse position of a drag

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
            self.set_window(self.settings.centre + moved.y() * step, self.settings.width + moved.x() * step)

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
        self._zoom(self._camera.scale * ZOOM_STEP**notches, event.position())
