"""Display shutters of every shape: what they hide is black and does not count."""

import numpy as np
import pytest

from core.films.display_shutter import find_hidden
from core.films.film_notes import Note
from tests.core.films.examples import DEEP, WINDOW, differs, edit, item, read, store_deep, stretched, windowed

HEIGHT, WIDTH = DEEP.shape
PLAIN = windowed(DEEP, 2048, 4096)
Y, X = np.mgrid[1 : HEIGHT + 1, 1 : WIDTH + 1]
RECTANGLE = {
    "ShutterShape": "RECTANGULAR", "ShutterLeftVerticalEdge": 11, "ShutterRightVerticalEdge": WIDTH - 5,
    "ShutterUpperHorizontalEdge": 7, "ShutterLowerHorizontalEdge": HEIGHT - 15,
}  # fmt: skip
IN_RECTANGLE = (X >= 11) & (X <= WIDTH - 5) & (Y >= 7) & (Y <= HEIGHT - 15)
CIRCLE = {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [50, 40], "RadiusOfCircularShutter": 35}
IN_CIRCLE = (Y - 50) ** 2 + (X - 40) ** 2 <= 35**2
TRIANGLE = {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [10, 10, 10, 80, 80, 10]}  # row, column
IN_TRIANGLE = (Y >= 10) & (X >= 10) & (Y + X <= 90)


@pytest.mark.parametrize(
    ("shutter", "is_visible"), [(RECTANGLE, IN_RECTANGLE), (CIRCLE, IN_CIRCLE), (TRIANGLE, IN_TRIANGLE)]
)
@pytest.mark.parametrize("interpretation", ["MONOCHROME1", "MONOCHROME2"])
def test_what_a_shutter_hides_is_black(shutter, is_visible, interpretation):
    pixels, facts = read(store_deep(**WINDOW, **shutter, PhotometricInterpretation=interpretation))
    shown = PLAIN if interpretation == "MONOCHROME2" else 255 - PLAIN
    assert differs(pixels, np.where(is_visible, shown, 0)) < 0.6
    assert facts.notes == (Note.SHUTTER_APPLIED,)


def test_several_shapes_hide_what_any_of_them_hides():
    several = RECTANGLE | CIRCLE | {"ShutterShape": ["RECTANGULAR", "CIRCULAR"]}
    pixels, _ = read(store_deep(**WINDOW, **several))
    assert differs(pixels, np.where(IN_RECTANGLE & IN_CIRCLE, PLAIN, 0)) < 0.6
    pixels, _ = read(store_deep(**WINDOW, **(several | TRIANGLE | {"ShutterShape": [
        "RECTANGULAR", "CIRCULAR", "POLYGONAL"]})))  # fmt: skip
    assert differs(pixels, np.where(IN_RECTANGLE & IN_CIRCLE & IN_TRIANGLE, PLAIN, 0)) < 0.6


def test_hidden_pixels_do_not_count_for_the_grey_range():
    collimated = DEEP.copy()
    collimated[~IN_RECTANGLE] = 4095
    pixels, facts = read(store_deep(collimated, **RECTANGLE))
    film = DEEP[IN_RECTANGLE]
    assert differs(pixels, np.where(IN_RECTANGLE, stretched(DEEP, film.min(), film.max()), 0)) < 0.6
    assert facts.window == f"none, {film.min()}..{film.max()}"


@pytest.mark.parametrize("missing", [*RECTANGLE][1:])
def test_a_shutter_without_an_edge_is_told_and_not_applied(missing):
    tags = {name: value for name, value in RECTANGLE.items() if name != missing}
    pixels, facts = read(store_deep(**WINDOW, **tags))
    assert differs(pixels, PLAIN) < 0.6
    assert facts.notes == (Note.SHUTTER_UNREADABLE,)


@pytest.mark.parametrize(
    "tags",
    [
        {"ShutterShape": "BITMAP"},
        {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [5, 5]},
        {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [50], "RadiusOfCircularShutter": 35},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 1, 50, 50]},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 1, 50, 50, 9, 9, 7]},
        RECTANGLE | {"ShutterLeftVerticalEdge": WIDTH, "ShutterRightVerticalEdge": 1},
        {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [5000, 5000], "RadiusOfCircularShutter": 35},
        {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [50, 50], "RadiusOfCircularShutter": 0},
    ],
)
def test_a_shutter_that_is_incomplete_or_hides_everything_is_told_and_not_applied(tags):
    pixels, facts = read(store_deep(**WINDOW, **tags))
    assert differs(pixels, PLAIN) < 0.6
    assert facts.notes == (Note.SHUTTER_UNREADABLE,)


def test_numbers_that_are_none_are_told():
    content = edit(store_deep(**WINDOW, **RECTANGLE), ShutterLeftVerticalEdge=b"left")
    pixels, facts = read(content)
    assert differs(pixels, PLAIN) < 0.6
    assert facts.notes == (Note.SHUTTER_UNREADABLE,)


@pytest.mark.parametrize("shape", ["", "rectangular", " RECTANGULAR "])
def test_an_empty_shape_is_no_shutter_and_lower_case_is_one(shape):
    pixels, facts = read(store_deep(**WINDOW, **(RECTANGLE | {"ShutterShape": shape})))
    assert differs(pixels, np.where(IN_RECTANGLE, PLAIN, 0) if shape else PLAIN) < 0.6
    assert facts.notes == ((Note.SHUTTER_APPLIED,) if shape else ())


def test_a_shutter_as_large_as_the_film_hides_nothing():
    edges = {"ShutterLeftVerticalEdge": 1, "ShutterRightVerticalEdge": WIDTH, "ShutterUpperHorizontalEdge": 1,
             "ShutterLowerHorizontalEdge": HEIGHT}  # fmt: skip
    pixels, facts = read(store_deep(**WINDOW, **(RECTANGLE | edges)))
    assert differs(pixels, PLAIN) < 0.6
    assert facts.notes == ()


def drawn(header, height, width):
    """What a shutter leaves visible, as rows of # and dots, and the notes."""
    notes = []
    hidden = find_hidden(header, height, width, notes.append)
    return None if hidden is None else ["".join(".#"[not one] for one in row) for row in hidden], notes


def test_rows_and_columns_count_from_1_and_edges_are_visible():
    rectangle = item(ShutterShape="RECTANGULAR", ShutterLeftVerticalEdge=2, ShutterRightVerticalEdge=4,
                     ShutterUpperHorizontalEdge=3, ShutterLowerHorizontalEdge=4)  # fmt: skip
    assert drawn(rectangle, 4, 6) == (["......", "......", ".###..", ".###.."], [Note.SHUTTER_APPLIED])
    circle = item(ShutterShape="CIRCULAR", CenterOfCircularShutter=[2, 3], RadiusOfCircularShutter=1)  # row, column
    assert drawn(circle, 3, 5) == (["..#..", ".###.", "..#.."], [Note.SHUTTER_APPLIED])
    triangle = item(ShutterShape="POLYGONAL", VerticesOfThePolygonalShutter=[1, 1, 1, 3, 3, 1])  # rows and columns
    assert drawn(triangle, 3, 4) == (["###.", "##..", "#..."], [Note.SHUTTER_APPLIED])


@pytest.mark.parametrize(("right", "is_applied"), [(4, False), (5, True)])
def test_a_shutter_must_leave_a_twentieth_of_the_film(right, is_applied):
    slit = item(ShutterShape="RECTANGULAR", ShutterLeftVerticalEdge=1, ShutterRightVerticalEdge=right,
                ShutterUpperHorizontalEdge=1, ShutterLowerHorizontalEdge=1)  # fmt: skip
    visible, notes = drawn(slit, 10, 10)
    assert (visible is not None) == is_applied
    assert notes == [Note.SHUTTER_APPLIED if is_applied else Note.SHUTTER_UNREADABLE]
