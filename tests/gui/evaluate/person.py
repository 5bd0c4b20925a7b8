"""What a person does with plots."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.metrics.curves import confusion_matrix

HOSTILE = ("<b>x</b>", "&x")
LEFT = Qt.MouseButton.LeftButton


def answers(films=300, seed=1):
    """Labels and probabilities of a fairly good model, (films,) each."""
    random = np.random.default_rng(seed)
    labels = (random.random(films) < 0.3).astype(np.int64)
    logits = np.where(labels == 1, random.normal(1.6, 1.6, films), random.normal(-2, 1.5, films))
    return labels, 1 / (1 + np.exp(-logits))


def shown(qtbot, widget, size=(1240, 420)):
    qtbot.addWidget(widget)
    widget.resize(*size)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def pixel(plot, across, up):
    """Where a point of the plot is on its viewport."""
    return plot.view.mapFromScene(plot.item.vb.mapViewToScene(QPointF(across, up)))


def rates(labels, probabilities, threshold):
    (tn, fp), (fn, tp) = confusion_matrix(labels, probabilities, threshold)
    return tp / (tp + fn), tn / (tn + fp)


def press(plot, across, up):
    QTest.mousePress(plot.view.viewport(), LEFT, pos=pixel(plot, across, up))


def drag(plot, across, up):
    """Move with the button down, which QTest.mouseMove would not have."""
    place = QPointF(pixel(plot, across, up))
    viewport = plot.view.viewport()
    move = QMouseEvent(
        QEvent.Type.MouseMove, place, viewport.mapToGlobal(place), Qt.MouseButton.NoButton, LEFT,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(viewport, move)


def release(plot, across, up):
    QTest.mouseRelease(plot.view.viewport(), LEFT, pos=pixel(plot, across, up))


def click(plot, across, up):
    QTest.mouseClick(plot.view.viewport(), LEFT, pos=pixel(plot, across, up))


def hover(plot, across, up):
    QTest.mouseMove(plot.view.viewport(), pixel(plot, across, up))
