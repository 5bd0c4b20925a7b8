"""Curves over epochs."""

import itertools
from dataclasses import replace

from pyqtgraph import PlotWidget
from PySide6.QtCore import QPointF, Qt

from core.runs.epoch_log import EpochEnded


def epoch(number, loss, is_best, sensitivity=0.9):
    return EpochEnded(number, 9, loss, 0.8, loss + 0.1, 0.7, 0.85, sensitivity, 0.6, 1e-3, 30.0, 5.0, is_best)


def test_values_of_an_epoch_stand_beside_its_curves(qtbot, tab):
    plots = tab.view.plots
    for number, loss in enumerate((0.7, 0.5, 0.4), start=1):
        tab.show_event(epoch(number, loss, is_best=number < 3))
    qtbot.waitUntil(lambda: plots.loss.names() == ("training", "validation"))
    assert not plots.loss.reading.isVisible()
    plots.loss.setFocus()
    qtbot.keyClick(plots.loss, Qt.Key.Key_Right)
    assert plots.loss.reading.text() == "Epoch 1\ntraining 0.700\nvalidation 0.800"
    qtbot.keyClick(plots.loss, Qt.Key.Key_Right)
    assert plots.loss.reading.text().startswith("Epoch 2\n")
    canvas = plots.validation.findChild(PlotWidget)
    box = canvas.getPlotItem().vb
    qtbot.waitUntil(lambda: box.viewRange()[0][0] < 2 < box.viewRange()[0][1])
    places = itertools.cycle((1.2, 2.1, 2.0))

    def read_beside_the_second_epoch():
        """Move on; the canvas drops a move that follows another within 10 ms."""
        there = box.mapViewToScene(QPointF(next(places), sum(box.viewRange()[1]) / 2))
        qtbot.mouseMove(canvas.viewport(), canvas.mapFromScene(there))
        return plots.validation.reading.text() == "Epoch 2\nAUC 0.850\nsensitivity 0.900\nspecificity 0.600"

    qtbot.waitUntil(read_beside_the_second_epoch)
    assert plots.validation.reading.isVisible()


def test_figures_that_several_classes_lack_have_no_curve(qtbot, tab):
    tab.show_event(replace(epoch(1, 0.7, True), validation_sensitivity=None, validation_specificity=None))
    qtbot.waitUntil(lambda: tab.view.plots.validation.names() == ("AUC",))
