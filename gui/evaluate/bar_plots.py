"""Stated against observed probability, and the spread of scores; both name the films behind what is clicked."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from core.metrics.curves import SCORE_BINS, ReliabilityBin, bin_numbers, score_counts
from core.metrics.roc import Floats, Labels
from core.system.language import marked, tr, tr_count
from gui.widgets.hover_plot import NO_FILMS, HoverPlot, Sign
from gui.widgets.theme import BLUE, DARK, ORANGE, Colours

REACH_PX: Final = 24  # how near to a point the pointer means it
POINT_PX: Final = 10
CHOSEN_PX: Final = 20
BEAM: Final = 0.02  # width of the ends of an interval
BAND_ALPHA: Final = 50  # of 255
ROOM: Final = 1.08  # of the axis, above the highest bar
OPEN_KEYS: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ReliabilityPlot(HoverPlot):
    """Observed share of positives over stated probability, with intervals; click or Enter opens a bin's films.

    Signal: films_chosen(indices), an int64 array, when a person opens a bin.
    """

    films_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            marked("Reliability"), marked("Stated probability"), marked("Observed share of positives"), parent
        )
        self._bins: list[ReliabilityBin] = []
        self._before: list[ReliabilityBin] = []
        self._stated, self._observed = np.zeros(0), np.zeros(0)
        self._chosen: int | None = None
        self._colours = DARK
        self._diagonal = pg.PlotDataItem([0.0, 1.0], [0.0, 1.0])
        self._quiet = pg.ScatterPlotItem(size=POINT_PX, symbol="d")
        self._bars = pg.ErrorBarItem(beam=BEAM)
        self._halo = pg.ScatterPlotItem(size=CHOSEN_PX, symbol="o")
        self._points = pg.ScatterPlotItem(size=POINT_PX, symbol="o")
        for item in (self._diagonal, self._quiet, self._bars, self._points, self._halo):
            self.item.addItem(item, ignoreBounds=True)
        self.view.pressed.connect(self._on_pressed)
        self.view.hovered.connect(self._on_hovered)
        self.set_colours(DARK)

    def set_colours(self, colours: Colours) -> None:
        super().set_colours(colours)
        self._colours = colours
        self._diagonal.setPen(pg.mkPen(colours.quiet, style=Qt.PenStyle.DotLine))
        self._draw()

    def show_bins(self, bins: Sequence[ReliabilityBin], before: Sequence[ReliabilityBin] | None = None) -> None:
        """Draw the bins that have films. before: the same films before calibration, as hollow quiet points."""
        self._bins, self._before = ([one for one in made if len(one.films)] for made in (bins, before or ()))
        self._chosen = None
        self._draw()

    def _draw(self) -> None:
        colours = self._colours
        self._stated, self._observed, low, high = _columns(self._bins)
        self._points.setData(self._stated, self._observed, pen=pg.mkPen(colours.text), brush=colours.accent)
        # an ErrorBarItem without points would keep its last picture
        self._bars.setData(
            x=self._stated, y=self._observed, bottom=self._observed - low, top=high - self._observed,
            pen=pg.mkPen(colours.accent, width=2),
        )  # fmt: skip
        self._bars.setVisible(bool(self._bins))
        stated, observed, *_ = _columns(self._before)
        self._quiet.setData(stated, observed, pen=pg.mkPen(colours.quiet, width=2), brush=None)
        points = tr("now, 95 % interval") if self._before else tr("films, 95 % interval")
        signs = [Sign("●", colours.accent, points)]
        signs += [Sign("◇", colours.quiet, tr("before calibration"))] if self._before else []
        self.set_caption([*signs, Sign("┈┈", colours.quiet, tr("as stated"))])
        self._choose(self._chosen)

    def _choose(self, number: int | None) -> None:
        """Ring this bin and tell its figures."""
        self._chosen = number
        if number is None:
            self._halo.clear()
            self.say(tr("Click a point, or Left, Right and Enter, for its films.") if self._bins else tr(NO_FILMS))
            return
        ring = pg.mkPen(self._colours.text, width=2)
        self._halo.setData(self._stated[[number]], self._observed[[number]], pen=ring, brush=None)
        one = self._bins[number]
        assert one.observed is not None
        assert one.stated is not None
        self.say(
            tr(
                "stated {stated:.2f}, observed {observed:.2f} ({low:.2f}–{high:.2f}), n = {films}",
                stated=one.stated,
                observed=one.observed.value,
                low=one.observed.low,
                high=one.observed.high,
                films=len(one.films),
            )
        )

    def _at(self, place: QPointF) -> int | None:
        """The bin under the pointer: near its point, or on its interval."""
        if not self._bins:
            return None
        _, _, low, high = _columns(self._bins)
        number, away = self.nearest(self._stated, np.clip(place.y(), low, high), place)
        return number if away <= REACH_PX else None

    @Slot(QPointF)
    def _on_pressed(self, place: QPointF) -> None:
        number = self._at(place)
        if number is not None:
            self._choose(number)
            self.films_chosen.emit(self._bins[number].films)

    @Slot(QPointF)
    def _on_hovered(self, place: QPointF) -> None:
        number = self._at(place)
        self.view.setCursor(Qt.CursorShape.ArrowCursor if number is None else Qt.CursorShape.PointingHandCursor)
        if number is not None:
            self._choose(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right choose a bin, Enter opens it."""
        key, last = Qt.Key(event.key()), len(self._bins) - 1
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(key)
        if step is not None and self._bins:
            start = (-1 if step > 0 else last + 1) if self._chosen is None else self._chosen
            self._choose(min(max(start + step, 0), last))
        elif key in OPEN_KEYS and self._chosen is not None:
            self.films_chosen.emit(self._bins[self._chosen].films)
        else:
            super().keyPressEvent(event)


def _columns(bins: Sequence[ReliabilityBin]) -> tuple[Floats, Floats, Floats, Floats]:
    """Stated, observed, and bounds of the observed, each (bins,)."""
    rows = [(one.stated, one.observed.value, one.observed.low, one.observed.high) for one in bins if one.observed]
    stated, observed, low, high = np.array(rows, dtype=np.float64).reshape(-1, 4).T
    return stated, observed, low, high


class CountAxis(pg.AxisItem):
    """Counts up and down from zero: whole numbers, none of them negative."""

    def tickStrings(self, values: list[float], _scale: float, _spacing: float) -> list[str]:
        return [f"{abs(value):.0f}" if float(value).is_integer() else "" for value in values]


class ScoresPlot(HoverPlot):
    """How many films of each class have which probability; click or Enter opens a bar's films.

    Signal: films_chosen(indices), an int64 array, when a person opens a bar.
    """

    films_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        axes = {"left": CountAxis("left")}
        super().__init__(marked("Scores"), marked("Probability"), marked("Films"), parent, axisItems=axes)
        self._classes = (tr("negative"), tr("positive"))
        self._labels, self._places = np.zeros(0, np.int64), np.zeros(0, np.int64)
        self._counts = np.zeros((2, SCORE_BINS), np.int64)
        self._bar: tuple[int, int] | None = None
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
        quiet = pg.mkColor(colours.quiet)
        quiet.setAlpha(BAND_ALPHA)
        self._band.setBrush(quiet)
        for edge in self._band.lines:
            edge.setPen(pg.mkPen(colours.quiet, style=Qt.PenStyle.DotLine))
        self._caption_anew()

    def set_classes(self, negative: str, positive: str) -> None:
        """Names of classes 0 and 1, any text."""
        self._classes = (negative, positive)
        self._caption_anew()
        self._choose(self._bar)

    def _caption_anew(self) -> None:
        quiet = self._colours.quiet
        signs = [Sign("▲", ORANGE, self._classes[1]), Sign("▼", BLUE, self._classes[0])]
        signs.append(Sign("┇", self._colours.text, tr("threshold")))
        self.set_caption([*signs, Sign("▒", quiet, tr("review band"))] if self._has_band else signs)

    def show_answers(
        self, labels: Labels, probabilities: Floats, threshold: float, band: tuple[float, float] | None = None
    ) -> None:
        """Count (n,) probabilities of films with (n,) labels 0 and 1. band: bounds between which films are reviewed."""
        self._labels, self._places = labels, bin_numbers(probabilities, SCORE_BINS)
        self._counts = score_counts(labels, probabilities)
        edges = np.arange(SCORE_BINS) / SCORE_BINS
        for side, (bars, counts) in enumerate(zip(self._bars, self._counts, strict=True)):
            filled = counts > 0
            bars.setOpts(x0=edges[filled], height=counts[filled] * (1 if side else -1))
        below, above = (max(1, int(counts.max())) * ROOM for counts in self._counts)
        self.item.setYRange(-below, above, padding=0)
        self._line.setVisible(True)
        self._line.setValue(threshold)
        self._has_band = band is not None
        self._band.setVisible(self._has_band)
        self._band.setRegion(band or (0.0, 0.0))
        self._caption_anew()
        self._choose(None)

    def _films(self, bar: tuple[int, int]) -> Any:
        number, side = bar
        return np.flatnonzero((self._places == number) & (self._labels == side))

    def _choose(self, bar: tuple[int, int] | None) -> None:
        """Frame this bar, a bin and a side, and tell what it counts."""
        self._bar = bar
        if bar is None:
            self._frame.setOpts(x0=[], height=[])
            hint = tr("Click a bar, or the arrow keys and Enter, for its films.")
            self.say(hint if len(self._labels) else tr(NO_FILMS))
            return
        number, side = bar
        films = int(self._counts[side, number])
        self._frame.setOpts(x0=[number / SCORE_BINS], height=[films * (1 if side else -1)])
        self.say(
            tr_count(
                "{low:.2f} to {high:.2f}: {count} {name}-side film",
                "{low:.2f} to {high:.2f}: {count} {name}-side films",
                films,
                low=number / SCORE_BINS,
                high=(number + 1) / SCORE_BINS,
                name=self._classes[side],
            )
        )

    def _at(self, place: QPointF) -> tuple[int, int] | None:
        """The bar in whose column and on whose side the pointer is, so that a low bar is as easy to meet."""
        if not 0 <= place.x() <= 1:
            return None
        bar = int(bin_numbers(np.array([place.x()]), SCORE_BINS)[0]), int(place.y() >= 0)
        return bar if self._counts[bar[1], bar[0]] else None

    @Slot(QPointF)
    def _on_pressed(self, place: QPointF) -> None:
        bar = self._at(place)
        if bar is not None:
            self._choose(bar)
            self.films_chosen.emit(self._films(bar))

    @Slot(QPointF)
    def _on_hovered(self, place: QPointF) -> None:
        bar = self._at(place)
        self.view.setCursor(Qt.CursorShape.ArrowCursor if bar is None else Qt.CursorShape.PointingHandCursor)
        if bar is not None and bar != self._bar:
            self._choose(bar)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right go from bin to bin, up and down to the other side, Enter opens the bar."""
        key = Qt.Key(event.key())
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(key)
        side = {Qt.Key.Key_Down: 0, Qt.Key.Key_Up: 1}.get(key)
        if len(self._labels) and (step is not None or side is not None):
            start = -1 if step == 1 else SCORE_BINS if step == -1 else 0
            number, before = self._bar or (start, 1)
            self._choose((min(max(number + (step or 0), 0), SCORE_BINS - 1), before if side is None else side))
        elif key in OPEN_KEYS and self._bar is not None and self._counts[self._bar[1], self._bar[0]]:
            self.films_chosen.emit(self._films(self._bar))
        else:
            super().keyPressEvent(event)
