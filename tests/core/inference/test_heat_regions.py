"""Where heat lies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inference.heat_regions import border_fraction, format_legend, is_suspicious
from core.models.decision import Decision


def blob(height, width, row, column, radius):
    rows, columns = np.mgrid[:height, :width]
    return np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / radius**2).astype(np.float32)


@pytest.mark.parametrize("size", [(224, 224), (1317, 1857), (100, 300)])
def test_heat_in_the_lung_is_not_suspicious_and_at_the_border_is(size):
    height, width = size
    radius = height / 10
    assert border_fraction(blob(height, width, height / 2, width / 3, radius)) < 0.1
    assert not is_suspicious(blob(height, width, height / 2, width / 3, radius), Decision.LIKELY)
    for row, column in ((height / 2, 0), (height / 2, width), (0, width / 2), (height, width / 2)):
        assert is_suspicious(blob(height, width, row, column, height / 20), Decision.LIKELY)
    for row, column in ((0.15, 0.15), (0.15, 0.85), (0.85, 0.15), (0.85, 0.85)):
        marker = blob(height, width, row * height, column * width, height / 100)
        assert border_fraction(marker) > 0.95, "a marker inside the frame, in a corner"


def test_even_heat_gives_the_area_and_is_not_suspicious():
    even = np.full((1000, 1000), 0.3, np.float32)
    assert border_fraction(even) == pytest.approx(1 - 0.8**2 + 4 * 0.1**2)
    assert not is_suspicious(even, Decision.LIKELY)


def test_only_heat_that_an_answer_rests_on_is_suspicious():
    corner = blob(100, 100, 5, 5, 10)
    assert is_suspicious(corner, Decision.REVIEW)
    assert not is_suspicious(corner, Decision.UNLIKELY)
    assert is_suspicious(0.2 * corner, Decision.LIKELY)
    assert not is_suspicious(0.05 * corner, Decision.LIKELY)
    for nothing in (0 * corner, np.full_like(corner, np.nan)):
        assert not is_suspicious(nothing, Decision.LIKELY)


def test_a_legend_says_what_full_heat_is():
    heat = blob(10, 10, 5, 5, 2)
    assert "evidence for PNEUMONIA" in format_legend(heat, "PNEUMONIA", is_scaled=True)
    assert "clearest validation films" in format_legend(heat, "PNEUMONIA", is_scaled=True)
    assert "the most on this film" in format_legend(heat, "PNEUMONIA", is_scaled=False)
    for is_scaled in (True, False):
        assert "empty; no part of the film" in format_legend(0 * heat, "PNEUMONIA", is_scaled)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (7, 7), (224, 224)])
def test_no_heat_has_no_share(size):
    assert border_fraction(np.zeros(size, np.float32)) == 0.0
    assert border_fraction(np.full(size, np.nan, np.float32)) == 0.0
    assert 0.0 <= border_fraction(np.ones(size, np.float32)) <= 1.0


@given(st.integers(0, 2**32), st.integers(1, 40), st.integers(1, 40))
def test_a_share_is_a_share_whatever_the_heat(seed, height, width):
    heat = np.random.default_rng(seed).random((height, width), np.float32)
    assert 0.0 <= border_fraction(heat) <= 1.0
    assert border_fraction(heat) == pytest.approx(border_fraction(heat[::-1, ::-1]))
