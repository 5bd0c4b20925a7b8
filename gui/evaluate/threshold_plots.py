"""ROC, precision-recall and rates against threshold, which share one threshold that a person may drag."""

from typing import Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.metrics.roc import Floats, Labels
from core.system.language import marked, tr
from gui.evaluate.threshold_points import RATES, RECALL, ROC, Kind, Points, sample_points
from gui.widgets.hover_plot import NO_FILMS, HoverPlot, Sign, thin_out
from gui.widgets.named_widgets import named
from gui.widgets.theme import DARK, ORANGE, Colours

REACH_PX: Final = 32  # how near to a curve a click means it
LEAP: Final = 10  # steps, with Shift
POINT_PX: Final = 13
ONE_CLASS: Final = marked("Needs films of both classes.")
DEFAULT_THRESHOLD: Final = 0.5


class ThresholdPlot(HoverPlot):
    """One of the three. Asks for a threshold, and shows the one that it is given.

    Signals: threshold_moved(float) while a person drags, or presses a key; threshold_chosen(float) when the drag
    ends, and after such a key.
    """

    threshold_moved = Signal(float)
    threshold_chosen = Signal(float)

    def __init__(self, kind: Kind, parent: QWidget | None = None) -> None:
        super().__init__(kind.title, kind.across, kind.up, parent)
        self._kind, self._colours = kind, DARK
        self._heading = tr(kind.heading or kind.title)
        self._points: Points | None = None
        self._sentence = tr(NO_FILMS)
        self._threshold = DEFAULT_THRESHOLD
        self._is_draggable, self._is_dragged = True, False
        self._curves = [pg.PlotDataItem(antialias=True) for _ in kind.curves or ("",)]
        self._guide, self._line = pg.PlotDataItem(), pg.InfiniteLine()
        self._mark = pg.ScatterPlotItem(size=POINT_PX, pxMode=True)
        self._hover = pg.ScatterPlotItem(size=POINT_PX, pxMode=True, symbol="+")
        shown = [self._guide, *self._curves, *([] if kind.falls else [self._line]), self._hover, self._mark]
        for item in shown:
            self.item.addItem(item, ignoreBounds=True)
        self.view.pressed.connect(self._on_pressed)
        self.view.dragged.connect(self._on_dragged)
        self.view.released.connect(self._on_released)
        self.view.hovered.connect(self._on_hovered)
        self.view.left.connect(self._on_left)
        self.set_colours(DARK)

    def set_colours(self, colours: Colours) -> None:
        super().set_colours(colours)
        self._colours = colours
        tints = (ORANGE, colours.accent) if len(self._curves) == 2 else (colours.accent,)
        styles = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine)
        for curve, tint, style in zip(self._curves, tints, styles, strict=False):
            curve.setPen(pg.mkPen(tint, width=2, style=style))
        self._guide.setPen(pg.mkPen(colours.quiet, style=Qt.PenStyle.DotLine))
        self._line.setPen(pg.mkPen(colours.text, style=Qt.PenStyle.DashDotLine))
        self._hover.setPen(pg.mkPen(colours.quiet, width=2))
        signs = [Sign(*sign) for sign in zip(("━━", "╍╍"), tints, map(tr, self._kind.curves), strict=False)]
        signs += [Sign("┈┈", colours.quiet, tr(self._kind.guide))] if self._kind.guide else []
        self.set_caption(signs)
        self._show_mark()

    def show_points(self, points: Points | None, sentence: str, guide: tuple[float, float]) -> None:
        """Draw these points, or none and why. guide: where the quiet line begins and ends, at 0 and at 1."""
        self._points, self._sentence, self._is_dragged = points, sentence, False
        has_guide = points is not None and bool(self._kind.guide)
        self._guide.setData([0.0, 1.0] if has_guide else [], guide if has_guide else [])
        for number, curve in enumerate(self._curves):
            drawn = (np.zeros(0), np.zeros(0))
            if points is not None:
                drawn = thin_out(*(points.line or (points.across, points.ups[number])))
            curve.setData(*drawn)
        self._hover.clear()
        self._show_mark()

    def set_threshold(self, threshold: float) -> None:
        self._threshold = threshold
        self._show_mark()

    def set_draggable(self, is_draggable: bool) -> None:
        self._is_draggable = is_draggable
        self._is_dragged = False
        self.view.setCursor(Qt.CursorShape.ArrowCursor)
        self._show_mark()

    def _index(self, threshold: float) -> int:
        """The point at which the same films are called as at `threshold`; one past the last where there is none."""
        assert self._points is not None
        place = int(np.searchsorted(self._points.thresholds, threshold))
        return place if self._kind is RECALL else min(place, len(self._points.thresholds) - 1)

    def _show_mark(self) -> None:
        """Put point and line at the threshold: filled where a person may move it, hollow where not."""
        index = self._index(self._threshold) if self._points is not None else 0
        places: tuple[list[float], list[float]] = ([], [])
        self._line.setVisible(self._points is not None)
        self._line.setValue(self._threshold)
        if self._points is not None and index < len(self._points.thresholds):
            across = self._points.across[index] if self._kind.falls else self._threshold
            places = [float(across)] * len(self._points.ups), [float(up[index]) for up in self._points.ups]
        brush = ORANGE if self._is_draggable else self._colours.panel
        self._mark.setData(*places, pen=pg.mkPen(self._colours.text, width=2), brush=brush)
        self.say(self._told(self._threshold))

    def _told(self, threshold: float) -> str:
        if self._points is None:
            return self._sentence
        index = self._index(threshold)
        if threshold > self._points.highest:
            words = [tr("threshold above {highest:.3f}", highest=self._points.highest), tr("no film called")]
        else:
            words = [tr("threshold {threshold:.3f}", threshold=threshold)]
        if index == len(self._points.thresholds):
            return " · ".join([*words, tr("precision not defined")])
        return " · ".join([*words, *(f"{name} {values[index]:.3f}" for name, values in self._points.figures)])

    def _threshold_at(self, place: QPointF) -> tuple[float, float]:
        """Threshold of the curve's point nearest to `place`, and how many pixels away that is."""
        assert self._points is not None
        if self._kind.falls:
            index, away = self.nearest(self._points.across, self._points.ups[0], place)
        else:
            index, away = int(np.argmin(np.abs(self._points.across - place.x()))), 0.0
        calls_the_same = self._kind.falls and index == self._index(self._threshold)
        return self._threshold if calls_the_same else float(self._points.thresholds[index]), away

    @Slot(QPointF)
    def _on_pressed(self, place: QPointF) -> None:
        if self._points is not None and self._is_draggable and self._threshold_at(place)[1] <= REACH_PX:
            self._is_dragged = True
            self._on_dragged(place)

    @Slot(QPointF)
    def _on_dragged(self, place: QPointF) -> None:
        if not self._is_dragged:
            return
        self._hover.clear()
        threshold, _ = self._threshold_at(place)
        if threshold != self._threshold:
            self.threshold_moved.emit(threshold)

    @Slot()
    def _on_released(self) -> None:
        if self._is_dragged:
            self._is_dragged = False
            self.threshold_chosen.emit(self._threshold)

    @Slot(QPointF)
    def _on_hovered(self, place: QPointF) -> None:
        """Tell what there is under the pointer, marked by a cross, without moving the threshold."""
        if self._points is None:
            return
        threshold, away = self._threshold_at(place)
        if away > REACH_PX:
            self._on_left()
            return
        self.view.setCursor(Qt.CursorShape.PointingHandCursor if self._is_draggable else Qt.CursorShape.ArrowCursor)
        index = self._index(threshold)
        if index < len(self._points.thresholds):
            ups = [float(up[index]) for up in self._points.ups]
            self._hover.setData([float(self._points.across[index])] * len(ups), ups)
        self.say(f"+ {self._told(threshold)}")

    @Slot()
    def _on_left(self) -> None:
        self.view.setCursor(Qt.CursorShape.ArrowCursor)
        self._hover.clear()
        self.say(self._told(self._threshold))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right go by one step of the curve, with Shift by ten; Home and End to its ends."""
        leap = LEAP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        last = len(self._points.stops) if self._points is not None else 0
        keys = {Qt.Key.Key_Left: -leap, Qt.Key.Key_Right: leap, Qt.Key.Key_Home: -last, Qt.Key.Key_End: last}
        step = keys.get(Qt.Key(event.key()))
        if step is None or self._points is None or not self._is_draggable:
            super().keyPressEvent(event)
            return
        stops = self._points.stops
        here = int(np.searchsorted(stops, self._threshold))
        there = min(max(here + (-step if self._kind.falls else step), 0), len(stops) - 1)
        if here != there:
            self._hover.clear()
            self.threshold_moved.emit(float(stops[there]))
            self.threshold_chosen.emit(self._threshold)


class ThresholdPlots(QWidget):
    """The three plots side by side. A film is called positive where its probability is at least the threshold.

    Signals: threshold_moved(float) while a person drags or presses a key, never by set_threshold;
    threshold_chosen(float) when the drag ends, and after such a key.
    """

    threshold_moved = Signal(float)
    threshold_chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "threshold_plots", tr("Threshold plots"))
        self._threshold = DEFAULT_THRESHOLD
        self.roc, self.recall, self.rates = ThresholdPlot(ROC), ThresholdPlot(RECALL), ThresholdPlot(RATES)
        self._plots = (self.roc, self.recall, self.rates)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for plot in self._plots:
            layout.addWidget(plot, 1)
            plot.threshold_moved.connect(self._on_threshold_moved)
            plot.threshold_chosen.connect(self.threshold_chosen)

    @property
    def threshold(self) -> float:
        """Films of at least this probability are called positive."""
        return self._threshold

    def set_colours(self, colours: Colours) -> None:
        for plot in self._plots:
            plot.set_colours(colours)

    def set_draggable(self, is_draggable: bool) -> None:
        """Whether a person may move the threshold."""
        for plot in self._plots:
            plot.set_draggable(is_draggable)

    def set_threshold(self, value: float) -> None:
        self._threshold = float(value)
        for plot in self._plots:
            plot.set_threshold(self._threshold)

    def show_answers(self, labels: Labels, probabilities: Floats) -> None:
        """Draw the curves of (n,) labels 0 and 1 with (n,) probabilities of 1; without both classes, say so."""
        positives = int((labels == 1).sum())
        has_both = 0 < positives < len(labels)
        points = sample_points(labels, probabilities) if has_both else (None, None, None)
        share = positives / max(1, len(labels))
        for plot, own, guide in zip(self._plots, points, ((0.0, 1.0), (share, share), (0.0, 0.0)), strict=True):
            plot.show_points(own, tr(ONE_CLASS) if len(labels) else tr(NO_FILMS), guide)

    @Slot(float)
    def _on_threshold_moved(self, threshold: float) -> None:
        self.set_threshold(threshold)
        self.threshold_moved.emit(threshold)
