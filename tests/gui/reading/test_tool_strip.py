"""The film's tools as a strip of icons."""

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from gui.reading.tool_icons import ICONS, paint_icon
from gui.reading.tool_strip import HEIGHT_PX, ToolStrip
from tests.gui.film.person import LEFT, shown


@pytest.fixture
def strip(qtbot):
    made = ToolStrip()
    qtbot.addWidget(made)
    made.show()
    return made


def test_every_tool_has_a_name_and_tells_its_key(strip):
    assert len(strip.tools) == 11
    for name, tool in strip.tools.items():
        assert tool.objectName() == name
        assert tool.accessibleName()
        assert tool.toolTip().startswith(tool.accessibleName() + " (")
        assert tool.toolTip().endswith(")")
        assert tool.focusPolicy() is Qt.FocusPolicy.TabFocus


def test_a_tool_is_wanted_by_mouse_and_by_key(qtbot, strip):
    wanted = []
    strip.tool_wanted.connect(wanted.append)
    for tool in strip.tools.values():
        qtbot.mouseClick(tool, LEFT)
    qtbot.keyClick(strip.tools["fit"], Qt.Key.Key_Space)
    assert wanted == [*strip.tools, "fit"]


def test_what_is_on_is_seen(strip):
    before = shown(strip)
    strip.show_state(invert=True, heat=False)
    assert strip.tools["invert"].isChecked()
    assert np.abs(shown(strip) - before).max() > 60
    strip.show_state(invert=False)
    assert not strip.tools["invert"].isChecked()


def test_it_is_low_and_as_wide_as_its_tools(strip):
    assert strip.height() == HEIGHT_PX == 32
    assert strip.width() < 380
    places = [tool.geometry() for tool in strip.tools.values()]
    assert all(not one.intersects(other) for one, other in pairwise(places))


def test_icons_differ_and_grow_with_the_screen():
    drawn = set()
    for name in ICONS:
        for side in (18, 27):
            image = QImage(side, side, QImage.Format.Format_ARGB32)
            image.fill(QColor("black"))
            painter = QPainter(image)
            paint_icon(painter, name, QRectF(0, 0, side, side), "#ffffff")
            painter.end()
            lit = [image.pixelColor(x, y).lightness() > 100 for x in range(side) for y in range(side)]
            assert 0.04 < np.mean(lit) < 0.7, name
            drawn.add(tuple(lit))
    assert len(drawn) == 2 * len(ICONS)
