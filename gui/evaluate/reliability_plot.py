"""Reliability diagram: observed fraction against predicted probability."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from core.metrics.curves import ReliabilityBin
from core.metrics.roc import Floats
from core.system.language import marked, tr
from gui.widgets.hover_plot import NO_FILMS, OPEN_KEYS, HoverPlot, LegendEntry
from gui.widgets.theme import DARK, Colours

REACH_PX: Final = 24  # largest distance from a point at which the pointer selects it
POINT_PX: Final = 10
SELECTION_PX: Final = 20
BEAM: Final = 0.02  # width of the ends of an interval, in axis units


class ReliabilityPlot(HoverPlot):
    """Observed fraction of positives over predicted probability, with 95 % intervals.

    A click on a bin, or Left, Right and Enter, opens its films.

    Signal: films_chosen(indices), an int64 array, when the user opens a bin.
    """

    films_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            marked("Reliability"), marked("Predicted probability"), marked("Observed fraction of positives"), parent
        )
        self._bins: list[ReliabilityBin] = []
        self._uncalibrated_bins: list[ReliabilityBin] = []
        self._predicted, self._observed = np.zeros(0), np.zeros(0)
        self._selected: int | None = None
        self._colours = DARK
        self._diagonal = pg.PlotDataItem([0.0, 1.0], [0.0, 1.0])
        self._uncalibrated_points = pg.ScatterPlotItem(size=POINT_PX, symbol="d")
        self._intervals = pg.ErrorBarItem(beam=BEAM)
        self._selection = pg.ScatterPlotItem(size=SELECTION_PX, symbol="o")
        self._points = pg.ScatterPlotItem(size=POINT_PX, symbol="o")
        for item in (self._diagonal, self._uncalibrated_points, self._intervals, self._points, self._selection):
            self.item.addItem(item, ignoreBounds=True)
        self.view.pressed.connect(self._on_pressed)
        self.view.hovered.connect(self._on_hovered)
        self.set_colours(DARK)

    def set_colours(self, colours: Colours) -> None:
        super().set_colours(colours)
        self._colours = colours
        self._diagonal.setPen(pg.mkPen(colours.quiet, style=Qt.PenStyle.DotLine))
        self._draw()

    def show_bins(self, bins: Sequence[ReliabilityBin], uncalibrated: Sequence[ReliabilityBin] = ()) -> None:
        """Draw the bins that have films.

        uncalibrated: bins of the same films before calibration, drawn as hollow points.
        """
        self._bins = [each for each in bins if len(each.films)]
        self._uncalibrated_bins = [each for each in uncalibrated if len(each.films)]
        self._selected = None
        self._draw()

    def _draw(self) -> None:
        colours = self._colours
        self._predicted, self._observed, low, high = _to_columns(self._bins)
        self._points.setData(self._predicted, self._observed, pen=pg.mkPen(colours.text), brush=colours.accent)
        # hidden without bins: an ErrorBarItem without points would keep its last picture
        self._intervals.setData(
            x=self._predicted, y=self._observed, bottom=self._observed - low, top=high - self._observed,
            pen=pg.mkPen(colours.accent, width=2),
        )  # fmt: skip
        self._intervals.setVisible(bool(self._bins))
        predicted, observed, *_ = _to_columns(self._uncalibrated_bins)
        self._uncalibrated_points.setData(predicted, observed, pen=pg.mkPen(colours.quiet, width=2), brush=None)
        self._show_legend()
        self._select(self._selected)

    def _show_legend(self) -> None:
        colours = self._colours
        if self._uncalibrated_bins:
            entries = [
                LegendEntry("●", colours.accent, tr("after calibration, 95 % interval")),
                LegendEntry("◇", colours.quiet, tr("before calibration")),
            ]
        else:
            entries = [LegendEntry("●", colours.accent, tr("films, 95 % interval"))]
        self.set_caption([*entries, LegendEntry("┈┈", colours.quiet, tr("perfect calibration"))])

    def _select(self, number: int | None) -> None:
        """Ring this bin and show its figures; None removes the ring."""
        self._selected = number
        if number is None:
            self._selection.clear()
            hint = tr("Click a point, or use Left, Right and Enter, to see its films.")
            self.show_reading(hint if self._bins else tr(NO_FILMS))
            return
        ring = pg.mkPen(self._colours.text, width=2)
        self._selection.setData(self._predicted[[number]], self._observed[[number]], pen=ring, brush=None)
        selected = self._bins[number]
        assert selected.observed is not None
        assert selected.predicted is not None
        self.show_reading(
            tr(
                "predicted {stated:.2f}, observed {observed:.2f} ({low:.2f}–{high:.2f}), n = {films}",
                stated=selected.predicted,
                observed=selected.observed.value,
                low=selected.observed.low,
                high=selected.observed.high,
                films=len(selected.films),
            )
        )

    def _bin_at(self, position: QPointF) -> int | None:
        """Return the bin under the pointer: near its point, or on its interval."""
        if not self._bins:
            return None
        _, _, low, high = _to_columns(self._bins)
        number, distance = self.find_nearest(self._predicted, np.clip(position.y(), low, high), position)
        return number if distance <= REACH_PX else None

    @Slot(QPointF)
    def _on_pressed(self, position: QPointF) -> None:
        number = self._bin_at(position)
        if number is not None:
            self._select(number)
            self.films_chosen.emit(self._bins[number].films)

    @Slot(QPointF)
    def _on_hovered(self, position: QPointF) -> None:
        number = self._bin_at(position)
        self.view.setCursor(Qt.CursorShape.ArrowCursor if number is None else Qt.CursorShape.PointingHandCursor)
        if number is not None:
            self._select(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Select a bin with Left and Right, open it with Enter."""
        key, last = Qt.Key(event.key()), len(self._bins) - 1
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(key)
        if step is not None and self._bins:
            outside = -1 if step > 0 else last + 1
            start = outside if self._selected is None else self._selected
            self._select(min(max(start + step, 0), last))
        elif key in OPEN_KEYS and self._selected is not None:
            self.films_chosen.emit(self._bins[self._selected].films)
        else:
            super().keyPressEvent(event)


def _to_columns(bins: Sequence[ReliabilityBin]) -> tuple[Floats, Floats, Floats, Floats]:
    """Return predicted, observed, and the bounds of observed, each (bins,)."""
    rows = [
        (each.predicted, each.observed.value, each.observed.low, each.observed.high) for each in bins if each.observed
    ]
    predicted, observed, low, high = np.array(rows, dtype=np.float64).reshape(-1, 4).T
    return predicted, observed, low, high
