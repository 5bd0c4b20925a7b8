"""Histogram of the scores of both classes."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from core.metrics.curves import SCORE_BINS, ScoreHistogram, bin_numbers, score_histogram
from core.system.language import format_number, marked, tr, tr_count
from gui.widgets.hover_plot import NO_FILMS, OPEN_KEYS, HoverPlot, LegendEntry
from gui.widgets.theme import BLUE, DARK, ORANGE, Colours

BAND_ALPHA: Final = 50  # of 255
HEADROOM: Final = 1.08  # length of each half of the axis, relative to its highest bar


class CountAxis(pg.AxisItem):
    """Axis of counts up and down from zero: whole numbers without a sign."""

    def tickStrings(self, values: list[float], _scale: float, _spacing: float) -> list[str]:
        return [format_number(abs(value), ",.0f") if float(value).is_integer() else "" for value in values]


class ScoresPlot(HoverPlot):
    """Numbers of films per probability bin: positives as bars upwards, negatives downwards.

    A click on a bar, or the arrow keys and Enter, opens its films.

    Signal: films_chosen(indices), an int64 array, when the user opens a bar.
    """

    films_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(marked("Scores"), marked("Probability"), marked("Films"), parent, CountAxis("left"))
        self._classes = (tr("negative"), tr("positive"))
        self._histogram = score_histogram(np.zeros(0, np.int64), np.zeros(0))
        self._counts = self._histogram.counts
        self._selected: tuple[int, int] | None = None  # bin and class
        self._has_band = False
        self._colours = DARK
        self._band = pg.LinearRegionItem(movable=False)
        self._bars = [pg.BarGraphItem(x0=[], width=1 / SCORE_BINS, height=[]) for _ in range(2)]
        self._frame = pg.BarGraphItem(x0=[], width=1 / SCORE_BINS, height=[])
        self._line, self._zero = pg.InfiniteLine(), pg.InfiniteLine(angle=0)
        for item in (self._band, *self._bars, self._zero, self._frame, self._line):
            self.item.addItem(item, ignoreBounds=True)
        self._line.hide()
        self._band.hide()
        self.view.pressed.connect(self._on_pressed)
        self.view.hovered.connect(self._on_hovered)
        self.set_colours(DARK)

    def set_colours(self, colours: Colours) -> None:
        super().set_colours(colours)
        self._colours = colours
        for bars, tint in zip(self._bars, (BLUE, ORANGE), strict=True):
            bars.setOpts(brush=tint, pen=pg.mkPen(colours.text))
        self._frame.setOpts(brush=None, pen=pg.mkPen(colours.text, width=3))
        self._line.setPen(pg.mkPen(colours.text, width=2, style=Qt.PenStyle.DashLine))
        self._zero.setPen(pg.mkPen(colours.quiet))
        band_colour = pg.mkColor(colours.quiet)
        band_colour.setAlpha(BAND_ALPHA)
        self._band.setBrush(band_colour)
        for edge in self._band.lines:
            edge.setPen(pg.mkPen(colours.quiet, style=Qt.PenStyle.DotLine))
        self._show_legend()

    def set_classes(self, negative: str, positive: str) -> None:
        """Set the names of classes 0 and 1, any text."""
        self._classes = (negative, positive)
        self._show_legend()
        self._select(self._selected)

    def _show_legend(self) -> None:
        entries = [
            LegendEntry("▲", ORANGE, self._classes[1]),
            LegendEntry("▼", BLUE, self._classes[0]),
            LegendEntry("┇", self._colours.text, tr("threshold")),
        ]
        if self._has_band:
            entries.append(LegendEntry("▒", self._colours.quiet, tr("review band")))
        self.set_caption(entries)

    def show_histogram(
        self, histogram: ScoreHistogram, threshold: float, band: tuple[float, float] | None = None
    ) -> None:
        """Draw the films of both classes over their probability. band: bounds of the review band."""
        self._histogram, self._counts = histogram, histogram.counts
        edges = np.arange(SCORE_BINS) / SCORE_BINS
        for sign, bars, counts in zip((-1, 1), self._bars, self._counts, strict=True):
            filled = counts > 0
            bars.setOpts(x0=edges[filled], height=counts[filled] * sign)
        below, above = (max(1, int(counts.max())) * HEADROOM for counts in self._counts)
        self.item.setYRange(-below, above, padding=0)
        self._line.setVisible(True)
        self._line.setValue(threshold)
        self._has_band = band is not None
        self._band.setVisible(self._has_band)
        self._band.setRegion(band or (0.0, 0.0))
        self._show_legend()
        self._select(None)

    def _count(self, bar: tuple[int, int]) -> int:
        number, label = bar
        return int(self._counts[label, number])

    def _films(self, bar: tuple[int, int]) -> npt.NDArray[np.int64]:
        number, label = bar
        return self._histogram.films[label][number]

    def _select(self, bar: tuple[int, int] | None) -> None:
        """Frame this bar, given by bin and class, and show its count; None removes the frame."""
        self._selected = bar
        if bar is None:
            self._frame.setOpts(x0=[], height=[])
            hint = tr("Click a bar, or use the arrow keys and Enter, to see its films.")
            self.show_reading(hint if self._counts.any() else tr(NO_FILMS))
            return
        number, label = bar
        films = self._count(bar)
        self._frame.setOpts(x0=[number / SCORE_BINS], height=[films * (1 if label else -1)])
        self.show_reading(
            tr_count(
                "{low:.2f} to {high:.2f}: {count} film of class {name}",
                "{low:.2f} to {high:.2f}: {count} films of class {name}",
                films,
                low=number / SCORE_BINS,
                high=(number + 1) / SCORE_BINS,
                name=self._classes[label],
            )
        )

    def _bar_at(self, position: QPointF) -> tuple[int, int] | None:
        """Return the bar in whose column, and on whose side of zero, the pointer is.

        The height of the bar does not matter, so that low bars are as easy to click.
        """
        if not 0 <= position.x() <= 1:
            return None
        number = int(bin_numbers(np.array([position.x()]), SCORE_BINS)[0])
        label = int(position.y() >= 0)
        return (number, label) if self._count((number, label)) else None

    @Slot(QPointF)
    def _on_pressed(self, position: QPointF) -> None:
        bar = self._bar_at(position)
        if bar is not None:
            self._select(bar)
            self.films_chosen.emit(self._films(bar))

    @Slot(QPointF)
    def _on_hovered(self, position: QPointF) -> None:
        bar = self._bar_at(position)
        self.view.setCursor(Qt.CursorShape.ArrowCursor if bar is None else Qt.CursorShape.PointingHandCursor)
        if bar is not None and bar != self._selected:
            self._select(bar)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with Left and Right to another bin, with Up and Down to a class; open with Enter."""
        key = Qt.Key(event.key())
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(key)
        label = {Qt.Key.Key_Down: 0, Qt.Key.Key_Up: 1}.get(key)
        if self._counts.any() and (step is not None or label is not None):
            self._move_selection(step or 0, label)
        elif key in OPEN_KEYS and self._selected is not None and self._count(self._selected):
            self.films_chosen.emit(self._films(self._selected))
        else:
            super().keyPressEvent(event)

    def _move_selection(self, step: int, label: int | None) -> None:
        """Select the bar `step` bins further on, of class `label`; None keeps the class."""
        start = {-1: SCORE_BINS, 0: 0, 1: -1}[step]
        number, current_label = self._selected or (start, 1)
        number = min(max(number + step, 0), SCORE_BINS - 1)
        self._select((number, current_label if label is None else label))
