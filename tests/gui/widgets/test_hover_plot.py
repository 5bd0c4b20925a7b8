"""A plot that tells where the pointer is."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QTextDocument

from gui.widgets.hover_plot import RESOLUTION, HoverPlot, LegendEntry, thin_out
from gui.widgets.theme import DARK
from tests.gui.plots import click_at, drag, hover, press, release, show_widget


@pytest.fixture
def plot(qtbot):
    made = HoverPlot("ROC", "False positive rate", "Sensitivity")
    made.set_colours(DARK)
    return show_widget(qtbot, made, (500, 400))


def place(signal):
    return signal.args[0].x(), signal.args[0].y()


def test_the_pointer_is_told_in_units_of_the_axes(qtbot, plot):
    with qtbot.waitSignal(plot.view.hovered) as hovered:
        hover(plot, 0.25, 0.75)
    assert place(hovered) == pytest.approx((0.25, 0.75), abs=0.01)
    with qtbot.waitSignal(plot.view.pressed) as pressed:
        press(plot, 0.5, 0.5)
    assert place(pressed) == pytest.approx((0.5, 0.5), abs=0.01)
    with qtbot.waitSignal(plot.view.dragged) as dragged, qtbot.assertNotEmitted(plot.view.hovered):
        drag(plot, 0.1, 0.2)
    assert place(dragged) == pytest.approx((0.1, 0.2), abs=0.01)
    with qtbot.waitSignal(plot.view.released):
        release(plot, 0.1, 0.2)


def test_it_neither_pans_nor_zooms(plot):
    before = plot.item.vb.viewRange()
    press(plot, 0.5, 0.5)
    drag(plot, 0.1, 0.1)
    release(plot, 0.1, 0.1)
    click_at(plot, 0.9, 0.9)
    assert plot.item.vb.viewRange() == before


def test_names_in_the_legend_are_no_markup(plot):
    plot.set_caption([LegendEntry("●", "#ff0000", "<b>NORMAL</b> & more")])
    document = QTextDocument()
    document.setHtml(plot.caption.text())
    assert "<b>NORMAL</b> & more" in document.toPlainText()
    assert "ROC" in document.toPlainText()


def test_the_reading_is_read_aloud_too(plot):
    plot.show_reading("threshold 0.5")
    assert plot.reading.text() == plot.accessibleDescription() == "threshold 0.5"


def test_the_nearest_point_is_nearest_on_the_screen(plot):
    x, y = np.array([0.0, 0.5, 1.0]), np.array([0.0, 0.5, 1.0])
    index, pixels = plot.find_nearest(x, y, QPointF(0.5, 0.9))
    width, height = plot.item.vb.viewPixelSize()
    distances = np.hypot((x - 0.5) / width, (y - 0.9) / height)
    assert index == distances.argmin()
    assert pixels == pytest.approx(distances.min())
    assert plot.find_nearest(x, y, QPointF(0.5, 0.5)) == (1, 0.0)


def test_a_ring_shows_who_has_the_keyboard(qtbot, plot):
    def ring():
        return plot.grab().toImage().pixelColor(1, plot.height() // 2).name()

    plot.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(plot.hasFocus)
    assert ring() == DARK.accent
    plot.clearFocus()
    assert ring() != DARK.accent


def test_a_line_keeps_what_a_screen_can_show():
    x = np.linspace(0, 1, 100_000)
    thin_x, thin_y = thin_out(x, x**2)
    assert len(thin_x) <= 2 * RESOLUTION + 2
    assert (thin_x[0], thin_x[-1]) == (0, 1)
    assert np.abs(np.interp(x, thin_x, thin_y) - x**2).max() < 2 / RESOLUTION
    few = np.array([0.0, 0.25, 1.0])
    assert thin_out(few, few)[0].tolist() == [0, 0.25, 1, 1]
