"""Which part of a film a pane shows."""

import pytest
from PySide6.QtCore import QPointF, QSize

from gui.film.camera import MAX_ZOOM, Camera


@pytest.fixture
def camera():
    """A film of 1000 by 500 pixels in a pane of 400 by 400."""
    made = Camera()
    made.film = QSize(1000, 500)
    made.resize(QSize(400, 400))
    return made


def point(x, y):
    return pytest.approx((x, y))


def xy(place):
    return place.x(), place.y()


def test_the_whole_film_is_in_the_middle_of_the_pane(camera):
    assert camera.scale == camera.fitting_scale == pytest.approx(0.4)
    rect = camera.film_rect
    assert (rect.left(), rect.top(), rect.width(), rect.height()) == pytest.approx((0, 100, 400, 200))
    camera.resize(QSize(200, 400))
    assert camera.scale == pytest.approx(0.2)


def test_a_fitted_film_avoids_what_covers_the_right_edge_where_there_is_room(camera):
    camera.covered_right = 150
    camera.resize(QSize(1200, 400))  # 200 beside a film of 800 at each side
    assert camera.film_rect.left() == pytest.approx(200), "it is clear of it already"
    camera.resize(QSize(1000, 400))
    assert (camera.film_rect.left(), camera.film_rect.width()) == pytest.approx((50, 800))
    camera.resize(QSize(850, 400))
    assert (camera.film_rect.left(), camera.film_rect.width()) == pytest.approx((0, 800)), "at the edge, never smaller"


def test_zooming_keeps_the_point_under_the_pointer(camera):
    at = QPointF(300, 150)
    before = xy(camera.to_film(at))
    camera.zoom(2.0, at)
    assert camera.scale == 2
    assert xy(camera.to_film(at)) == point(*before)
    camera.resize(QSize(600, 400))
    assert camera.scale == 2  # what a person chose stays


def test_zooming_has_two_ends(camera):
    camera.zoom(1000, QPointF(200, 200))
    assert camera.scale == MAX_ZOOM
    camera.zoom(0.01, QPointF(10, 10))
    assert camera.fits
    assert camera.scale == pytest.approx(0.4)


def test_a_film_smaller_than_the_pane_can_be_seen_at_its_own_size(camera):
    camera.film = QSize(100, 100)
    camera.fit()
    assert camera.scale == 4
    camera.zoom(2.0, QPointF(200, 200))
    assert (camera.scale, camera.fits) == (2, False)
    for scale in (1.0, 0.5):
        camera.zoom(scale, QPointF(200, 200))
        assert (camera.scale, camera.fits) == (1, False)


def test_moving_ends_at_the_edge_of_the_film(camera):
    camera.zoom(1.0, QPointF(200, 200))
    before = xy(camera.centre)
    camera.pan(QPointF(30, -10))
    assert xy(camera.centre) == point(before[0] - 30, before[1] + 10)
    camera.pan(QPointF(1e6, 1e6))
    assert xy(camera.centre) == (0, 0)
    camera.pan(QPointF(-1e6, -1e6))
    assert xy(camera.centre) == (1000, 500)


def test_a_quarter_turn_takes_the_centre_along(camera):
    camera.zoom(1.0, QPointF(200, 200))
    camera.pan(QPointF(200, 100))
    x, y = xy(camera.centre)
    camera.rotate_clockwise()
    assert (camera.film.width(), camera.film.height()) == (500, 1000)
    assert xy(camera.centre) == point(500 - y, x)
    for _ in range(3):
        camera.rotate_clockwise()
    assert xy(camera.centre) == point(x, y)


def test_a_film_lies_on_whole_pixels_of_the_screen(camera):
    camera.zoom(1.0, QPointF(201, 133))
    camera.pan(QPointF(0.4, 0.3))
    corner = camera.film_corner
    assert corner.x() == round(corner.x())
    assert corner.y() == round(corner.y())
