"""Grey ranges: of the film, not of a marker, a border or a collimator beside it."""

import numpy as np
import pytest

from core.films import grey_range
from core.films.grey_range import bit_depth, find_film_range, list_bands, map_levels, stretch, tabulate
from tests.core.films.examples import DEEP


def range_of(pixels):
    levels, counts = np.unique(pixels, return_counts=True)
    return find_film_range(levels.astype(float), counts)


def blurred(pixels, times=3):
    """Soft edges, as scanning and resizing give them."""
    soft = pixels.astype(float)
    for _ in range(times):
        soft = (soft + np.roll(soft, 1, 0) + np.roll(soft, 1, 1) + np.roll(soft, (1, 1), (0, 1))) / 4
    return soft.round().astype(pixels.dtype)


@pytest.fixture(scope="module")
def film():
    """A film of 384 x 384 pixels and 12 bits in words of 16."""
    return np.kron(DEEP, np.ones((4, 4), np.uint16)) + np.random.default_rng(1).integers(0, 30, (384, 384)).astype("u2")


def test_a_film_alone_has_its_own_range(film):
    assert range_of(film) == (film.min(), film.max())


@pytest.mark.parametrize("value", [65535, 40000, 12000])
@pytest.mark.parametrize("is_soft", [False, True])
def test_a_bright_marker_is_no_part_of_the_film(film, value, is_soft):
    marked = film.copy()
    marked[20:60, 20:60] = value
    low, high = range_of(blurred(marked) if is_soft else marked)
    assert low == pytest.approx(film.min(), abs=200)
    assert film.max() * 0.9 < high < film.max() + 0.15 * (value - film.max())


@pytest.mark.parametrize("value", [65535, 12000])
@pytest.mark.parametrize("share", [0.1, 0.3, 0.6])
def test_a_white_border_is_no_part_of_the_film(film, value, share):
    bordered = film.copy()
    bordered[: int(384 * share)] = value
    inside = film[int(384 * share) :]
    assert range_of(bordered) == (inside.min(), inside.max())


@pytest.mark.parametrize("share", [0.1, 0.6])
def test_a_film_that_is_narrow_beside_a_border_is_found(share):
    narrow = (DEEP // 16).astype(np.uint16)
    narrow[: int(96 * share)] = 65535
    inside = narrow[int(96 * share) :]
    assert range_of(narrow) == (inside.min(), inside.max())
    assert range_of(65535 - narrow) == (65535 - inside.max(), 65535 - inside.min())


def test_a_black_border_far_below_the_film_is_no_part_of_it(film):
    bordered = film + np.uint16(20000)
    bordered[:, :100] = 0
    low, high = range_of(bordered)
    assert (low, high) == (bordered[:, 100:].min(), bordered[:, 100:].max())


def test_a_marker_and_a_border_are_both_left_out(film):
    mixed = film + np.uint16(20000)
    mixed[:, :80] = 0
    mixed[300:330, 300:330] = 65535
    inside = (film + np.uint16(20000))[:, 80:]
    low, high = range_of(mixed)
    assert inside.min() <= low < inside.min() + 50
    assert inside.max() - 50 < high <= inside.max()


def test_films_of_few_levels_keep_their_range():
    assert range_of(np.array([[0, 0, 1, 2], [1, 2, 255, 255]])) == (0, 255)


def test_values_that_no_pixel_has_do_not_count():
    levels = np.arange(1000.0)
    counts = np.where((levels >= 200) & (levels < 700), 50, 0)
    assert find_film_range(levels, counts) == (200, 699)


def test_one_value_is_a_range():
    assert find_film_range(np.array([7.0]), np.array([9])) == (7, 7)


def test_stretching_clips_and_rounds():
    assert stretch(np.array([-5.0, 0, 51, 100, 999]), 0, 100).tolist() == [0, 0, 130, 255, 255]
    assert stretch(np.array([1.0, 2]), 5, 5).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("highest", "bits"), [(0, 8), (255, 8), (256, 10), (1023, 10), (1024, 12), (4096, 14), (16384, 16), (65536, 32)]
)
def test_the_usual_depth_that_holds_a_value(highest, bits):
    assert bit_depth(highest) == bits


@pytest.mark.parametrize("form", ["u1", "i2", "u2", "i4", "u4", "f4", ">u2", "i8"])
def test_levels_cover_the_film_and_are_counted(form, monkeypatch):
    monkeypatch.setattr("core.films.grey_range.BAND_PIXELS", 500)
    values = (DEEP // 16 - (100 if form[-2] in "if" else 0)).astype(form)
    levels, counts = tabulate(values)
    occurring, expected = np.unique(values, return_counts=True)
    assert np.array_equal(levels[counts > 0], occurring)
    assert np.array_equal(counts[counts > 0], expected)
    assert (np.diff(levels.astype(float)) > 0).all()
    greys = (levels.astype(int) % 256).astype(np.uint8)
    assert np.array_equal(map_levels(values, levels, greys), values.astype(int) % 256)
    colours = np.stack([greys, 255 - greys], axis=-1)
    assert np.array_equal(map_levels(values, levels, colours)[..., 1], 255 - values.astype(int) % 256)


def test_hidden_pixels_have_levels_and_do_not_count():
    values = np.arange(12, dtype=np.uint16).reshape(3, 4)
    levels, counts = tabulate(values, values > 7)
    assert levels.tolist() == list(range(12))
    assert counts.tolist() == [1] * 8 + [0] * 4


def test_levels_of_a_wide_range_are_those_that_occur():
    values = np.array([[0, 2**31], [5, 2**31]], np.uint32)
    levels, counts = tabulate(values)
    assert (levels.tolist(), counts.tolist()) == ([0, 5, 2**31], [1, 1, 2])
    assert map_levels(values, levels, np.array([1, 2, 3], np.uint8)).tolist() == [[1, 3], [2, 3]]


def test_bands_cover_every_row_once(monkeypatch):
    monkeypatch.setattr("core.films.grey_range.BAND_PIXELS", 100)
    assert [(rows.start, rows.stop) for rows in list_bands((25, 10), 3)] == [(0, 9), (9, 18), (18, 25)]
    assert [(rows.start, rows.stop) for rows in list_bands((3, 500))] == [(0, 1), (1, 2), (2, 3)]


@pytest.mark.parametrize("form", ["f4", "f8", "i4", "u4"])
def test_many_different_values_share_levels(form, monkeypatch):
    monkeypatch.setattr(grey_range, "MAX_LEVELS", 1 << 15)
    monkeypatch.setattr(grey_range, "BAND_PIXELS", 1 << 12)
    values = np.random.default_rng(1).normal(0 if form[0] != "u" else 2**30, 2**26, (200, 200)).astype(form)
    levels, counts = tabulate(values)
    assert len(levels) <= 1 << 15
    assert counts.sum() == values.size
    low, high = float(values.min()), float(values.max())
    shown = map_levels(values, levels, stretch(levels, low, high)).astype(int)
    assert np.abs(shown - stretch(values, low, high)).max() <= 1
