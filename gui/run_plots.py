"""The curves of several runs over one another: validation loss and validation AUC."""

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.files import readable_name
from core.runs import Run
from gui.theme import BLUE, GREEN, ORANGE, SKY, Colours

TITLES = ("Validation loss", "Validation AUC")
LOOKS = (
    (ORANGE, Qt.PenStyle.SolidLine, "o"),
    (SKY, Qt.PenStyle.DashLine, "s"),
    (GREEN, Qt.PenStyle.DotLine, "t"),
    (BLUE, Qt.PenStyle.DashDotLine, "d"),
)


class RunPlots(QWidget):
    """One curve a run in each plot, told apart by colour, line and marks; at most as many as there are looks."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._plots = [pg.PlotWidget() for _ in TITLES]
        for plot in self._plots:
            plot.setLabel("bottom", "Epoch")
            plot.showGrid(x=False, y=True, alpha=0.2)
            plot.addLegend(offset=(-5, 5))
            plot.setMenuEnabled(False)
            layout.addWidget(plot)

    def set_colours(self, colours: Colours) -> None:
        for plot, title in zip(self._plots, TITLES, strict=True):
            plot.setTitle(title, color=colours.text)
            plot.setBackground(colours.panel)
            for name in ("left", "bottom"):
                plot.getAxis(name).setPen(colours.quiet)
                plot.getAxis(name).setTextPen(colours.quiet)

    def show_runs(self, runs: Sequence[Run]) -> None:
        """Draw these runs instead of those before."""
        for plot in self._plots:
            plot.clear()
        for run, (colour, style, symbol) in zip(runs, LOOKS, strict=False):
            numbers = [epoch.epoch for epoch in run.epochs]
            columns = ([epoch.validation_loss for epoch in run.epochs], [epoch.validation_auc for epoch in run.epochs])
            for plot, column in zip(self._plots, columns, strict=True):
                name = readable_name(run.card.name).replace("<", "&lt;")  # the legend takes rich text
                pen = pg.mkPen(colour, width=2, style=style)
                plot.plot(numbers, column, name=name, pen=pen, symbol=symbol, symbolSize=6, symbolBrush=colour)
