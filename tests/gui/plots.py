"""What a person does with a plot."""

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

LEFT = Qt.MouseButton.LeftButton


def show_widget(qtbot, widget, size=(1240, 420)):
    qtbot.addWidget(widget)
    widget.resize(*size)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def pixel(plot, across, up):
    """Where a point of the plot is on its viewport."""
    return plot.view.mapFromScene(plot.item.vb.mapViewToScene(QPointF(across, up)))


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


def click_at(plot, across, up):
    QTest.mouseClick(plot.view.viewport(), LEFT, pos=pixel(plot, across, up))


def hover(plot, across, up):
    QTest.mouseMove(plot.view.viewport(), pixel(plot, across, up))
