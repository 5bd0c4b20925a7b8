"""A dialog with the curve of the learning-rate finder and its suggestion."""

import math

import pyqtgraph as pg
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from core.system.language import tr
from core.training.events import RateCurve
from gui.widgets.named_widgets import make_paragraph
from gui.widgets.number_axis import number_axes
from gui.widgets.theme import ORANGE, SKY


class RateDialog(QDialog):
    """Shows a RateCurve; accepted if the user takes the suggested rate."""

    def __init__(self, curve: RateCurve, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rate_dialog")
        self.setWindowTitle(tr("Learning rate"))
        self.resize(640, 460)
        plot = pg.PlotWidget(axisItems=number_axes())
        plot.setBackground(None)
        plot.setLogMode(x=True)
        plot.setLabel("bottom", tr("Learning rate"))
        plot.getAxis("left").enableAutoSIPrefix(False)
        plot.setLabel("left", tr("Training loss, smoothed"))
        plot.plot(curve.rates, curve.losses, pen=pg.mkPen(SKY, width=2))
        if curve.suggestion is not None:
            plot.addItem(pg.InfiniteLine(math.log10(curve.suggestion), pen=pg.mkPen(ORANGE, width=2)))
        self.sentence = make_paragraph(curve.sentence, "rate_sentence", tr("Suggested rate"))
        self.button_box = QDialogButtonBox()
        if curve.suggestion is not None:
            self.button_box.addButton(tr("Use it"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.button_box.addButton(QDialogButtonBox.StandardButton.Close)
        self.button_box.accepted.connect(self.accept)
        self.button_box.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(plot, 1)
        layout.addWidget(self.sentence)
        layout.addWidget(self.button_box)
