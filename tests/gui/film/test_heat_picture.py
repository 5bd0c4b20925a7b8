"""A heat map as a picture over a film."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from gui.film.heat_picture import COOL, HEAT_PX, HOT, OUTLINE_PENS, HeatPicture

pytestmark = pytest.mark.usefixtures("qapp")


def colours(picture):
    """Red, green, blue and opacity of every pixel, (height, width, 4), not premultiplied."""
    image = picture.image
    return np.array(
        [[image.pixelColor(x, y).getRgb() for x in range(image.width())] for y in range(image.height())], int
    )


def test_opacity_and_colour_grow_with_heat():
    made = colours(HeatPicture(np.array([[0, 0.5, 1]], np.float32)))[0]
    assert made[0, 3] == 0
    assert made[1, 3] == pytest.approx(128, abs=1)
    assert made[2].tolist() == [*HOT, 255]
    assert made[1, :3] == pytest.approx((np.array(COOL) + HOT) / 2, abs=2)


def test_the_chosen_opacity_is_that_of_the_hottest_place():
    picture = HeatPicture(np.array([[0.2, 1]], np.float32))
    picture.set_opacity(0.4)
    assert colours(picture)[0, :, 3].tolist() == pytest.approx([0.08 * 255, 0.4 * 255], abs=1)
    picture.set_opacity(0)
    assert not colours(picture)[..., 3].any()


def test_a_quarter_turn_keeps_the_opacity():
    heat = np.zeros((2, 3), np.float32)
    heat[0, 2] = 1
    picture = HeatPicture(heat)
    picture.set_opacity(0.5)
    turned = colours(picture.rotate_clockwise())[..., 3]
    assert turned.shape == (3, 2)
    assert np.argwhere(turned > 100).tolist() == [[2, 1]]
    assert turned.max() == pytest.approx(128, abs=1)


def test_a_large_map_is_reduced_and_a_broken_one_is_cold():
    large = HeatPicture(np.ones((1000, 2000), np.float32))
    assert (large.image.width(), large.image.height()) == (HEAT_PX, HEAT_PX // 2)
    assert not colours(HeatPicture(np.full((3, 3), np.nan, np.float32))).any()
    assert colours(HeatPicture(np.full((2, 2), 7, np.float32)))[..., 3].min() == 255  # what is above 1 is 1


def painted(heat):
    """The map over a black film of 200 by 200 pixels at (10, 20): (height, width, 3)."""
    image = QImage(220, 240, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    painter = QPainter(image)
    HeatPicture(heat).paint(painter, QRectF(10, 20, 200, 200), 1.0)
    painter.end()
    return np.array([[image.pixelColor(x, y).getRgb()[:3] for x in range(220)] for y in range(240)], int)


def test_it_is_painted_over_the_film_and_nowhere_else():
    seen = painted(np.ones((4, 4), np.float32))
    assert seen[120, 110].tolist() == list(HOT)
    assert not seen[:15].any()
    assert not seen[:, :5].any()


def test_a_pale_map_has_no_line():
    ramp = np.tile(np.linspace(0, 0.4, 200, dtype=np.float32), (200, 1))
    row = painted(ramp)[120]
    assert (np.diff(row[10:210].sum(axis=1)) >= -3).all()  # it only grows lighter


def test_a_line_stands_where_heat_is_half_of_full():
    ramp = np.tile(np.linspace(0, 0.8, 200, dtype=np.float32), (200, 1))
    row = painted(ramp)[120]
    line = QColor(OUTLINE_PENS[-1][0]).getRgb()[:3]
    at_line = np.flatnonzero(np.abs(row - line).sum(axis=1) < 40)
    assert at_line.mean() == pytest.approx(10 + 125, abs=2)
