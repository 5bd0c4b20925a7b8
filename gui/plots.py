"""Live curves of a training. Paints at most ten times a second."""

import pyqtgraph as pg
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.events import EpochEnded
from gui.theme import ORANGE, SKY, Colours

PAINT_MILLISECONDS = 100
TITLES = ("Loss", "Accuracy")


class TrainingPlots(QWidget):
    """Loss and accuracy, training solid with dots, validation dashed with squares, the best epoch a line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._epochs: list[EpochEnded] = []
        self._plots = [pg.PlotWidget() for _ in TITLES]
        self._curves = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for plot in self._plots:
            plot.setLabel("bottom", "Epoch")
            plot.showGrid(x=False, y=True, alpha=0.2)
            plot.addLegend(offset=(-5, 5))
            plot.setMenuEnabled(False)
            layout.addWidget(plot)
            for name, colour, style, symbol in (
                ("training", SKY, Qt.PenStyle.SolidLine, "o"),
                ("validation", ORANGE, Qt.PenStyle.DashLine, "s"),
            ):
                pen = pg.mkPen(colour, width=2, style=style)
                self._curves.append(plot.plot(name=name, pen=pen, symbol=symbol, symbolSize=6, symbolBrush=colour))
        self._best = [pg.InfiniteLine(label="kept", labelOpts={"position": 0.12}) for _ in self._plots]
        for plot, line in zip(self._plots, self._best, strict=True):
            plot.addItem(line)
            line.hide()
        self._timer = QTimer(self, singleShot=True, interval=PAINT_MILLISECONDS)
        self._timer.timeout.connect(self._paint)

    def set_colours(self, colours: Colours) -> None:
        for plot, title in zip(self._plots, TITLES, strict=True):
            plot.setTitle(title, color=colours.text)
            plot.setBackground(colours.panel)
            for name in ("left", "bottom"):
                plot.getAxis(name).setPen(colours.quiet)
                plot.getAxis(name).setTextPen(colours.quiet)

    def clear(self) -> None:
        self._epochs = []
        self._schedule()

    def add(self, epoch: EpochEnded) -> None:
        self._epochs.append(epoch)
        self._schedule()

    def _schedule(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _paint(self) -> None:
        numbers = [epoch.epoch for epoch in self._epochs]
        columns = (
            [epoch.training_loss for epoch in self._epochs],
            [epoch.validation_loss for epoch in self._epochs],
            [epoch.training_accuracy for epoch in self._epochs],
            [epoch.validation_accuracy for epoch in self._epochs],
        )
        for curve, column in zip(self._curves, columns, strict=True):
            curve.setData(numbers, column)
        best = [epoch.epoch for epoch in self._epochs if epoch.is_best]
        for line in self._best:
            line.setVisible(bool(best))
            line.setValue(best[-1] if best else 0)
