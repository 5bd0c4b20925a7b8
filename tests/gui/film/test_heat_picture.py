"""A heat map as a line over a film."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from gui.film.heat_picture import OUTLINE_PENS, HeatPicture

pytestmark = pytest.mark.usefixtures("qapp")
LINE = QColor(OUTLINE_PENS[-1][0]).getRgb()[:3]


def painted(picture):
    """The map over a grey film of 200 by 200 pixels at (10, 20): (height, width, 3)."""
    image = QImage(220, 240, QImage.Format.Format_RGB32)
    image.fill(QColor(90, 90, 90))
    painter = QPainter(image)
    picture.paint(painter, QRectF(10, 20, 200, 200), 1.0)
    painter.end()
    return np.array([[image.pixelColor(x, y).getRgb()[:3] for x in range(220)] for y in range(240)], int)


def line_of(picture):
    """Rows and columns of the line on the film."""
    return np.nonzero(np.abs(painted(picture) - LINE).sum(axis=2) < 60)


def ramp(top):
    return np.tile(np.linspace(0, top, 200, dtype=np.float32), (200, 1))


@pytest.mark.parametrize("top", [0.2, 0.8, 1])
def test_a_line_stands_where_heat_is_half_of_its_highest_and_at_the_edges_of_the_film(top):
    rows, columns = line_of(HeatPicture(ramp(top)))
    assert columns.min() == pytest.approx(10 + 100, abs=2)
    assert columns.max() == pytest.approx(10 + 200, abs=2), "closed along the edge, as heat goes on there"
    assert (rows.min(), rows.max()) == (pytest.approx(20, abs=2), pytest.approx(220, abs=2))


def test_the_line_is_around_the_middle_of_the_hottest_pixel():
    heat = np.zeros((8, 8), np.float32)
    heat[2, 5] = 1
    rows, columns = line_of(HeatPicture(heat))
    assert (rows.min() + rows.max()) / 2 == pytest.approx(20 + 200 * 2.5 / 8, abs=1.5)
    assert (columns.min() + columns.max()) / 2 == pytest.approx(10 + 200 * 5.5 / 8, abs=1.5)
    assert (np.ptp(rows), np.ptp(columns)) == (pytest.approx(200 / 8, abs=3), pytest.approx(200 / 8, abs=3))


def test_the_film_inside_and_outside_stays_as_it_is():
    seen = painted(HeatPicture(ramp(0.8)))
    assert (seen[40:200, 120:200] == 90).all()
    assert (seen[40:200, 15:100] == 90).all()


def test_a_map_of_next_to_nothing_has_no_line():
    picture = HeatPicture(ramp(0.09))
    assert picture.is_pale
    assert (painted(picture) == 90).all()
    weak = HeatPicture(ramp(0.2))
    assert (weak.is_pale, weak.strength) == (False, pytest.approx(0.2, abs=0.01))


def test_a_quarter_turn_turns_the_line():
    heat = np.zeros((200, 200), np.float32)
    heat[:60, 140:] = 1  # upper right
    rows, columns = line_of(HeatPicture(heat).rotate_clockwise())
    assert rows.min() > 20 + 130, "lower right"
    assert columns.min() > 10 + 130


@pytest.mark.parametrize(
    "heat", [np.full((3, 3), np.nan, np.float32), np.zeros((1, 1), np.float32), np.zeros((1000, 2000), np.float32)]
)
def test_a_broken_map_is_cold(heat):
    assert HeatPicture(heat).is_pale


def test_a_map_of_full_heat_encloses_the_whole_film():
    rows, columns = line_of(HeatPicture(np.full((2, 2), 7, np.float32)))  # what is above 1 is 1
    assert (np.ptp(rows), np.ptp(columns)) == (pytest.approx(200, abs=3), pytest.approx(200, abs=3))
