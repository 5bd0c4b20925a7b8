"""ROC, precision-recall and rate plots that share one threshold, which the user can drag."""

from typing import Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.metrics.curves import ThresholdCurves
from core.system.language import format_number, marked, tr
from gui.evaluate.threshold_points import RATES, RECALL, ROC, CurvePoints, PlotKind
from gui.widgets.hover_plot import NO_FILMS, HoverPlot, LegendEntry, thin_out
from gui.widgets.named_widgets import name_widget
from gui.widgets.theme import DARK, ORANGE, Colours

REACH_PX: Final = 32  # largest distance from a curve at which the pointer selects a point
SHIFT_STEPS: Final = 10
POINT_PX: Final = 13
DIGITS: Final = 3  # of a threshold that is dragged freely
ONE_CLASS: Final = marked("Requires films of both classes.")
DEFAULT_THRESHOLD: Final = 0.5


class ThresholdPlot(HoverPlot):
    """One of the three plots; shows the threshold it is given, and requests others.

    Signals: threshold_moved(float) while the user drags or presses a key; threshold_chosen(float)
    when the drag ends, and after such a key.
    """

    threshold_moved = Signal(float)
    threshold_chosen = Signal(float)

    def __init__(self, kind: PlotKind, parent: QWidget | None = None) -> None:
        super().__init__(kind.title, kind.x_label, kind.y_label, parent)
        self._kind, self._colours = kind, DARK
        self._heading = tr(kind.heading or kind.title)
        self._rates: ThresholdCurves | None = None
        self._points: CurvePoints | None = None
        self._sentence = tr(NO_FILMS)
        self._threshold = DEFAULT_THRESHOLD
        self._is_draggable, self._is_dragged = True, False
        self._curves = [pg.PlotDataItem(antialias=True) for _ in kind.curves or ("",)]
        self._guide, self._line = pg.PlotDataItem(), pg.InfiniteLine()
        self._mark = pg.ScatterPlotItem(size=POINT_PX, pxMode=True)
        self._hover = pg.ScatterPlotItem(size=POINT_PX, pxMode=True, symbol="+")
        vertical_line = [] if kind.threshold_falls else [self._line]
        for item in (self._guide, *self._curves, *vertical_line, self._hover, self._mark):
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
        names = [tr(name) for name in self._kind.curves]
        legend = [LegendEntry(*entry) for entry in zip(("━━", "╍╍"), tints, names, strict=False)]
        if self._kind.guide:
            legend.append(LegendEntry("┈┈", colours.quiet, tr(self._kind.guide)))
        self.set_caption(legend)
        self._show_mark()

    def show_rates(self, rates: ThresholdCurves | None, sentence: str) -> None:
        """Draw the curves; without rates show `sentence`, which says why."""
        points = self._kind.view(rates) if rates is not None else None
        self._rates, self._points, self._sentence, self._is_dragged = rates, points, sentence, False
        guide = points.guide if points is not None else None
        self._guide.setData([0.0, 1.0] if guide else [], guide or [])
        for number, curve in enumerate(self._curves):
            curve.setData(*(thin_out(*points.lines[number]) if points is not None else (np.zeros(0), np.zeros(0))))
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

    def _find_places(self, threshold: float) -> tuple[list[float], list[float]]:
        """Return x and y of the curves at a threshold; none where precision is undefined."""
        assert self._rates is not None
        assert self._points is not None
        index = self._rates.index_at(threshold)
        if index == len(self._points.x):
            return [], []
        x = float(self._points.x[index]) if self._kind.threshold_falls else threshold
        ys = [float(y[index]) for y in self._points.ys]
        return [x] * len(ys), ys

    def _show_mark(self) -> None:
        """Mark the threshold: filled if it can be dragged, hollow if not."""
        self._line.setVisible(self._points is not None)
        self._line.setValue(self._threshold)
        xs, ys = self._find_places(self._threshold) if self._points is not None else ([], [])
        brush = ORANGE if self._is_draggable else self._colours.panel
        self._mark.setData(xs, ys, pen=pg.mkPen(self._colours.text, width=2), brush=brush)
        self.show_reading(self._format_reading(self._threshold))

    def _format_reading(self, threshold: float) -> str:
        if self._rates is None or self._points is None:
            return self._sentence
        highest, index = self._rates.highest, self._rates.index_at(threshold)
        if threshold > highest:
            parts = [tr("threshold above {highest:.3f}", highest=highest), tr("no film positive")]
        else:
            parts = [tr("threshold {threshold:.3f}", threshold=threshold)]
        if index == len(self._points.x):
            return " · ".join([*parts, tr("precision not defined")])
        parts += [f"{name} {format_number(values[index], '.3f')}" for name, values in self._points.figures]
        return " · ".join(parts)

    def _threshold_at(self, position: QPointF) -> tuple[float, float]:
        """Return the threshold of the point nearest to `position`, and its distance in pixels."""
        assert self._rates is not None
        assert self._points is not None
        if not self._kind.threshold_falls:
            return round(min(max(position.x(), 0.0), 1.0), DIGITS), 0.0
        index, distance = self.find_nearest(self._points.x, self._points.ys[0], position)
        if index == self._rates.index_at(self._threshold):  # the same films are positive: keep the threshold
            return self._threshold, distance
        return float(self._rates.thresholds[index]), distance

    @Slot(QPointF)
    def _on_pressed(self, position: QPointF) -> None:
        if self._points is not None and self._is_draggable and self._threshold_at(position)[1] <= REACH_PX:
            self._is_dragged = True
            self._on_dragged(position)

    @Slot(QPointF)
    def _on_dragged(self, position: QPointF) -> None:
        if not self._is_dragged:
            return
        self._hover.clear()
        threshold, _ = self._threshold_at(position)
        if threshold != self._threshold:
            self.threshold_moved.emit(threshold)

    @Slot()
    def _on_released(self) -> None:
        if self._is_dragged:
            self._is_dragged = False
            self.threshold_chosen.emit(self._threshold)

    @Slot(QPointF)
    def _on_hovered(self, position: QPointF) -> None:
        """Show the figures at the pointer, marked by a cross, without moving the threshold."""
        if self._points is None:
            return
        threshold, distance = self._threshold_at(position)
        if distance > REACH_PX:
            self._on_left()
            return
        self.view.setCursor(Qt.CursorShape.PointingHandCursor if self._is_draggable else Qt.CursorShape.ArrowCursor)
        self._hover.setData(*self._find_places(threshold))
        self.show_reading(f"+ {self._format_reading(threshold)}")

    @Slot()
    def _on_left(self) -> None:
        self.view.setCursor(Qt.CursorShape.ArrowCursor)
        self._hover.clear()
        self.show_reading(self._format_reading(self._threshold))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the threshold with Left and Right (Shift: ten steps), Home and End."""
        steps = SHIFT_STEPS if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        stops = self._rates.thresholds[: len(self._points.x)] if self._rates and self._points else np.zeros(0)
        last = len(stops)
        keys = {Qt.Key.Key_Left: -steps, Qt.Key.Key_Right: steps, Qt.Key.Key_Home: -last, Qt.Key.Key_End: last}
        step = keys.get(Qt.Key(event.key()))
        if step is None or not last or not self._is_draggable:
            super().keyPressEvent(event)
            return
        current = int(np.searchsorted(stops, self._threshold))
        target = current - step if self._kind.threshold_falls else current + step
        target = min(max(target, 0), len(stops) - 1)
        if target != current:
            self._hover.clear()
            self.threshold_moved.emit(float(stops[target]))
            self.threshold_chosen.emit(self._threshold)


class ThresholdPlots(QWidget):
    """The three plots side by side, sharing one threshold.

    Signals: threshold_moved(float) while the user drags or presses a key, never by set_threshold;
    threshold_chosen(float) when the drag ends, and after such a key.
    """

    threshold_moved = Signal(float)
    threshold_chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name_widget(self, "threshold_plots", tr("Threshold plots"))
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
        """Films of at least this probability are classified as positive."""
        return self._threshold

    def set_colours(self, colours: Colours) -> None:
        for plot in self._plots:
            plot.set_colours(colours)

    def set_draggable(self, is_draggable: bool) -> None:
        """Set whether the user can move the threshold."""
        for plot in self._plots:
            plot.set_draggable(is_draggable)

    def set_threshold(self, value: float) -> None:
        self._threshold = float(value)
        for plot in self._plots:
            plot.set_threshold(self._threshold)

    def show_rates(self, rates: ThresholdCurves) -> None:
        """Draw the curves, or a sentence if not both classes are present."""
        shown = rates if 0 < rates.prevalence < 1 else None
        for plot in self._plots:
            plot.show_rates(shown, tr(ONE_CLASS))

    @Slot(float)
    def _on_threshold_moved(self, threshold: float) -> None:
        self.set_threshold(threshold)
        self.threshold_moved.emit(threshold)
