"""Base of plots with a caption and a reading that follow the pointer and the keyboard."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from core.metrics.roc import Floats
from core.system.language import marked, tr
from gui.widgets.named_widgets import make_paragraph, name_widget
from gui.widgets.number_axis import number_axes
from gui.widgets.theme import Colours

RING_PX: Final = 2  # width of the focus ring
LABEL_PX: Final = 6
GRID_ALPHA: Final = 0.2
OPEN_KEYS: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
NO_FILMS: Final = marked("No films with a known class.")
RESOLUTION: Final = 1024  # steps per axis of the unit square: finer than the pixels of a plot


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One item of a legend: a character that resembles it, its colour, its name (any text)."""

    character: str
    colour: str
    name: str


class HoverView(pg.PlotWidget):
    """A plot that reports the pointer's position in axis units, and never pans or zooms.

    Signals: pressed(position) when the left button goes down; dragged(position) while it is down;
    released() when it goes up; hovered(position) while no button is down; left() when the pointer
    leaves.
    """

    pressed = Signal(QPointF)
    dragged = Signal(QPointF)
    released = Signal()
    hovered = Signal(QPointF)
    left = Signal()

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # as an option it would only reach the PlotItem
        self.item: Any = pg.PlotWidget.getPlotItem(self)
        self.item.setMenuEnabled(False)
        self.item.hideButtons()
        self.item.setMouseEnabled(False, False)
        self.item.disableAutoRange()

    def _axis_position(self, event: QMouseEvent) -> QPointF:
        return QPointF(self.item.vb.mapSceneToView(self.mapToScene(event.position().toPoint())))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.pressed.emit(self._axis_position(event))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.dragged.emit(self._axis_position(event))
        else:
            self.hovered.emit(self._axis_position(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.released.emit()

    def leaveEvent(self, _event: QEvent) -> None:
        self.left.emit()


class HoverPlot(QWidget):
    """Caption, reading and plot, one above the other; focusable as a whole, with a focus ring.

    title, x_label, y_label: marked English, displayed translated. title: also the object name.
    left_axis: for other ticks than numbers.
    """

    def __init__(
        self,
        title: str,
        x_label: str,
        y_label: str,
        parent: QWidget | None = None,
        left_axis: pg.AxisItem | None = None,
    ) -> None:
        super().__init__(parent)
        self._heading = tr(title)
        self.reading = make_paragraph("", "reading", tr("{title}: values", title=tr(title)))
        self.caption = QLabel(textFormat=Qt.TextFormat.RichText, wordWrap=True)
        axes = number_axes()
        axes["left"] = left_axis or axes["left"]
        self.view = HoverView(axisItems=axes)
        self.view.setLabel("bottom", tr(x_label))
        self.view.setLabel("left", tr(y_label))
        self.view.showGrid(x=False, y=True, alpha=GRID_ALPHA)
        self.item = self.view.item
        self.item.setRange(xRange=(0, 1), yRange=(0, 1), padding=0.03)
        name_widget(self, title, tr(title))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # ignored, so that plots side by side get equal widths
        self.setSizePolicy(self.sizePolicy().Policy.Ignored, self.sizePolicy().Policy.Expanding)
        self._ring = QPen(Qt.PenStyle.NoPen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(RING_PX, RING_PX, RING_PX, RING_PX)
        layout.setSpacing(0)
        layout.addWidget(self.caption)
        layout.addWidget(self.reading)
        layout.addWidget(self.view, 1)
        self.set_caption(())

    def set_colours(self, colours: Colours) -> None:
        pg.PlotWidget.setBackground(self.view, colours.panel)
        for name in ("left", "bottom"):
            self.view.getAxis(name).setPen(colours.quiet)
            self.view.getAxis(name).setTextPen(colours.quiet)
        background = f"background: {colours.panel}; padding: 2px {LABEL_PX}px;"
        self.caption.setStyleSheet(f"{background} color: {colours.text};")
        self.reading.setStyleSheet(f"{background} color: {colours.text};")
        self._ring = QPen(QColor(colours.accent), RING_PX)
        self.update()

    def set_caption(self, entries: Sequence[LegendEntry]) -> None:
        """Show the title and these legend entries; names are escaped."""
        legend = [f"<font color={entry.colour}>{entry.character}</font>&nbsp;{escape(entry.name)}" for entry in entries]
        self.caption.setText("&emsp;".join([f"<b>{escape(self._heading)}</b>", *legend]))

    def show_reading(self, text: str) -> None:
        """Show `text` above the plot, and make it the accessible description."""
        if text != self.reading.text():
            self.reading.setText(text)
            self.setAccessibleDescription(text)

    def find_nearest(self, x: Floats, y: Floats, position: QPointF) -> tuple[int, float]:
        """Return index and distance in pixels of the point, x and y (n,), nearest to `position`."""
        pixel_width, pixel_height = self.item.vb.viewPixelSize()
        distances = np.hypot((x - position.x()) / pixel_width, (y - position.y()) / pixel_height)
        return int(np.argmin(distances)), float(distances.min())

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: Any) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw a ring around the plot while it has the focus."""
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(self._ring)
            half = RING_PX // 2
            painter.drawRect(self.rect().adjusted(half, half, -half, -half))


def thin_out(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Drop points of a line in the unit square, x and y (n,), that no screen could resolve.

    A point is dropped if it falls into the same cell of the RESOLUTION grid as the one before.
    """
    steps = np.abs(np.diff(np.stack([x, y]) * RESOLUTION // 1, axis=1)).sum(axis=0)
    kept = np.flatnonzero(np.append(1, steps))
    return np.append(x[kept], x[-1:]), np.append(y[kept], y[-1:])
