"""Chroma that brightness does not explain."""

import tracemalloc

import numpy as np
import pytest
from PIL import Image

from core.films.colourfulness import convert_to_grey


def coded(luma, blue, red):
    """A picture of given Y, Cb and Cr, (height, width) each."""
    return Image.fromarray(np.stack([luma, blue, red], axis=-1).astype(np.uint8), "YCbCr")


def measure_colours(picture):
    return convert_to_grey(picture)[1:]


@pytest.fixture
def halves():
    """Equal brightness throughout; Cb is 30 below grey on the left and 30 above on the right."""
    blue = np.full((64, 64), 98.0)
    blue[:, 32:] = 158
    return coded(np.full((64, 64), 128.0), blue, np.full((64, 64), 128.0))


def test_the_spread_of_colours_of_equal_brightness_is_measured(halves):
    assert measure_colours(halves)[0] == pytest.approx(30)


def test_both_colour_axes_count(halves):
    blue = np.asarray(halves)[..., 1].astype(float)
    both = coded(np.full((64, 64), 128.0), blue, blue.T)
    assert measure_colours(both)[0] == pytest.approx(30 * np.sqrt(2))


def test_a_large_picture_is_reduced_first(halves):
    assert measure_colours(halves.resize((640, 640), Image.Resampling.NEAREST))[0] == pytest.approx(30, abs=0.5)


def test_colour_that_grows_with_brightness_is_a_tint():
    luma = np.tile(np.arange(0, 256, 4.0), (64, 1))
    tinted = coded(luma, 128 + luma / 4, 128 - luma / 8)
    assert measure_colours(tinted)[0] < 0.5
    assert measure_colours(coded(luma, 128 + luma[:, ::-1].T / 4, 128 - luma / 8))[0] > 15


@pytest.mark.parametrize("mode", ["1", "L"])
def test_grey_modes_have_none(mode):
    picture = Image.new(mode, (64, 64))
    assert measure_colours(picture) == (0.0, 0.0)


@pytest.mark.parametrize("mode", ["RGBA", "P", "CMYK", "HSV"])
def test_other_colour_modes_are_measured_like_rgb(halves, mode):
    colours = halves.convert("RGB")
    other = colours.quantize(4) if mode == "P" else colours.convert(mode)
    assert other.mode == mode
    assert measure_colours(other)[0] == pytest.approx(measure_colours(colours)[0], abs=1.5)
    assert measure_colours(colours)[0] > 25


def test_a_strip_needs_no_more_memory_than_a_film():
    """Found by fuzz_readers: a PNG of 6 kB, 66 pixels wide and 983,106 high, took 51 seconds and gigabytes."""
    strip = Image.new("RGB", (66, 500_000), (9, 99, 30))
    tracemalloc.start()
    try:
        convert_to_grey(strip)
        assert tracemalloc.get_traced_memory()[1] < 50e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "P"])
def test_bands_of_rows_give_what_the_whole_picture_gives(mode, monkeypatch):
    noise = np.random.default_rng(1).integers(0, 256, (200, 150, 4), dtype=np.uint8)
    picture = Image.fromarray(noise).convert(mode)
    pixels, *colours = convert_to_grey(picture)
    monkeypatch.setattr("core.films.grey_range.BAND_PIXELS", 150 * 7)
    parts, *colours_of_parts = convert_to_grey(picture)
    assert np.array_equal(parts, pixels)
    assert colours_of_parts == colours
