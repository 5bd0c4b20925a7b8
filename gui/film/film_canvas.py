"""A widget that paints one film and its heat map."""

from dataclasses import dataclass, replace
from typing import Any, Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.inference.heat_regions import Heat
from core.system.language import tr
from gui.film.camera import Camera
from gui.film.film_picture import FilmPicture, Pixels, to_pixels
from gui.film.heat_picture import HeatPicture
from gui.widgets.named_widgets import name_widget

GAP_PX: Final = 2
GAP_COLOUR: Final = Qt.GlobalColor.darkGray


@dataclass(frozen=True, slots=True)
class ViewSettings:
    """How a film is shown.

    centre, width: the window, in the film's own grey values. quarter_turns: clockwise, 0..3.
    """

    centre: float = 128.0
    width: float = 256.0
    is_inverted: bool = False
    quarter_turns: int = 0
    is_heat_shown: bool = False
    is_side_by_side: bool = False


class FilmCanvas(QWidget):
    """Shows one film and, over it or beside it, the outline of its heat map.

    Signals: view_changed() when the film, zoom, position, window, inversion, rotation or heat map shown changes;
    film_painted(generation) once for each film shown, after its pixels were painted for the first time.
    """

    view_changed = Signal()
    film_painted = Signal(int)
    _painted = Signal(int)

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
        self._covered_right = 0
        self._unpainted: int | None = None  # the film whose pixels were not painted yet
        # a slot that shows another film must not run inside a paint event
        self._painted.connect(self.film_painted, Qt.ConnectionType.QueuedConnection)

    def show_film(self, pixels: Pixels, heat: Heat | None = None, generation: int = 0) -> None:
        """Show a film upright, whole and under its whole window.

        pixels: (height, width) uint8 or uint16. heat: (height, width) of any size, 0..1.
        generation: what `film_painted` gives once the film was painted.
        """
        self._film = FilmPicture(pixels)
        self._heat = None if heat is None else HeatPicture(heat)
        self._camera.film = QSize(self._film.width, self._film.height)
        self._unpainted = generation
        self._follow_pane()
        self._camera.fit()
        centre, width = self._film.whole_window
        self._change(is_inverted=False, quarter_turns=0, centre=centre, width=width)

    def show_image(self, film: QImage) -> None:
        """Show a film without a heat map."""
        self.show_film(to_pixels(film))

    def clear(self) -> None:
        """Show no film: the widget is black."""
        self._film = self._heat = self._unpainted = None
        self._change(is_inverted=False, quarter_turns=0)

    def set_heat(self, heat: Heat | None) -> None:
        """Give the film shown its heat map, which is upright, or take it away; everything else stays as it is."""
        self._heat = None if heat is None or self._film is None else HeatPicture(heat)
        for _ in range(self._settings.quarter_turns):
            self._heat = self._heat and self._heat.rotate_clockwise()
        self._change()

    @property
    def settings(self) -> ViewSettings:
        return self._settings

    @property
    def film_size(self) -> QSize:
        """Size of the film as rotated; empty without a film."""
        return QSize() if self._film is None else QSize(self._camera.film)

    @property
    def heat(self) -> HeatPicture | None:
        """The heat map of the film shown, as rotated."""
        return self._heat

    @property
    def zoom_percent(self) -> float:
        """Zoom in percent; 100: one film pixel on one screen pixel."""
        return 100 * self._camera.scale

    def to_film(self, point: QPointF) -> QPointF:
        """Return the point of the film as rotated, in film pixels, under a point of this widget."""
        return self._camera.to_film(self._to_pane(point))

    def _change(self, **changes: Any) -> None:
        """Change view settings, schedule a repaint and emit view_changed."""
        self._settings = replace(self._settings, **changes)
        if self._film is not None:
            self._film.show_window(self._settings.centre, self._settings.width, self._settings.is_inverted)
        self.update()
        self.view_changed.emit()

    def _follow_pane(self) -> None:
        """Give the camera the size of a pane, and how much of it is covered."""
        panes = self._panes()
        self._camera.covered_right = self._covered_right * self.devicePixelRatioF() if len(panes) == 1 else 0.0
        self._camera.resize(panes[0].size())

    def _panes(self) -> list[QRect]:
        """Return the rectangles that the film is painted in, in physical screen pixels."""
        ratio = self.devicePixelRatioF()
        width, height = round(self.width() * ratio), round(self.height() * ratio)
        if not self._settings.is_side_by_side:
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
            self._follow_pane()
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
        if self._unpainted is not None and self.isVisible():  # of a hidden widget only pictures are painted
            self._painted.emit(self._unpainted)
            self._unpainted = None

    def _paint(self, painter: QPainter, pane: QRect, part: QRect, has_heat: bool) -> None:
        """Paint part of one pane."""
        if self._film is None or part.isEmpty():
            return
        shown = self._camera.film_rect.translated(pane.topLeft())
        painter.setClipRect(shown.intersected(part))
        self._film.paint(painter, shown, part)
        is_heat_shown = self._settings.is_heat_shown or self._settings.is_side_by_side
        if has_heat and self._heat is not None and is_heat_shown:
            self._heat.paint(painter, shown, self.devicePixelRatioF())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._follow_pane()
        self.view_changed.emit()
