"""A plot with a caption and a reading, that tells where the pointer is. Knows nothing of what is drawn in it."""

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
from gui.widgets.named_widgets import named, paragraph
from gui.widgets.theme import Colours

RING_PX: Final = 2  # round the plot that has the keyboard
LABEL_PX: Final = 6
GRID_ALPHA: Final = 0.2
NO_FILMS: Final = marked("No films with a known answer.")
FINE: Final = 1024  # parts of the unit square: finer than the pixels of a plot


@dataclass(frozen=True, slots=True)
class Sign:
    """What stands in a caption for something drawn: a character like it, its colour, its name (any text)."""

    character: str
    colour: str
    name: str


class HoverView(pg.PlotWidget):
    """A plot that tells where the pointer is, in the plot's own units, and never pans or zooms.

    Signals: pressed(place) when the left button goes down; dragged(place) while it is down; released() when it goes
    up; hovered(place) while no button is down; left() when the pointer has gone.
    """

    pressed = Signal(QPointF)
    dragged = Signal(QPointF)
    released = Signal()
    hovered = Signal(QPointF)
    left = Signal()

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # given to PlotWidget it would only reach its PlotItem
        self.item: Any = pg.PlotWidget.getPlotItem(self)
        self.item.setMenuEnabled(False)
        self.item.hideButtons()
        self.item.setMouseEnabled(False, False)
        self.item.disableAutoRange()

    def _place(self, event: QMouseEvent) -> QPointF:
        return QPointF(self.item.vb.mapSceneToView(self.mapToScene(event.position().toPoint())))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.pressed.emit(self._place(event))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.dragged.emit(self._place(event))
        else:
            self.hovered.emit(self._place(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.released.emit()

    def leaveEvent(self, _event: QEvent) -> None:
        self.left.emit()


class HoverPlot(QWidget):
    """Caption, reading and plot, one under the other; takes the keyboard as a whole and shows that it has it.

    title, and what the axes tell, are marked English; the title names the widget, and is shown translated.
    """

    def __init__(self, title: str, across: str, up: str, parent: QWidget | None = None, **options: Any) -> None:
        super().__init__(parent)
        self._heading = tr(title)
        self.reading = paragraph("", "reading", tr("{title}: values", title=tr(title)))
        self.caption = QLabel(textFormat=Qt.TextFormat.RichText, wordWrap=True)
        self.view = HoverView(**options)
        self.view.setLabel("bottom", tr(across))
        self.view.setLabel("left", tr(up))
        self.view.showGrid(x=False, y=True, alpha=GRID_ALPHA)
        self.item = self.view.item
        self.item.setRange(xRange=(0, 1), yRange=(0, 1), padding=0.03)
        named(self, title, tr(title))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(self.sizePolicy().Policy.Ignored, self.sizePolicy().Policy.Expanding)  # siblings: as wide
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

    def set_caption(self, signs: Sequence[Sign]) -> None:
        """The title with what is drawn; names are shown as they are, whatever they hold."""
        told = (f"<font color={sign.colour}>{sign.character}</font>&nbsp;{escape(sign.name)}" for sign in signs)
        self.caption.setText("&emsp;".join([f"<b>{escape(self._heading)}</b>", *told]))

    def say(self, text: str) -> None:
        """Show `text` over the plot, and give it to screen readers."""
        if text != self.reading.text():
            self.reading.setText(text)
            self.setAccessibleDescription(text)

    def nearest(self, across: Floats, up: Floats, place: QPointF) -> tuple[int, float]:
        """Which of the points, both (n,), lies nearest to `place` on the screen, and how many pixels away."""
        wide, high = self.item.vb.viewPixelSize()
        away = np.hypot((across - place.x()) / wide, (up - place.y()) / high)
        return int(np.argmin(away)), float(away.min())

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: Any) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A ring round the plot that has the keyboard."""
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(self._ring)
            half = RING_PX // 2
            painter.drawRect(self.rect().adjusted(half, half, -half, -half))


def thin_out(across: Floats, up: Floats) -> tuple[Floats, Floats]:
    """The line through (n,) points of the unit square, without those that no screen would tell from the one before."""
    steps = np.abs(np.diff(np.stack([across, up]) * FINE // 1, axis=1)).sum(axis=0)
    kept = np.flatnonzero(np.append(1, steps))
    return np.append(across[kept], across[-1:]), np.append(up[kept], up[-1:])
