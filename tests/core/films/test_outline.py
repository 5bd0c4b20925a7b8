"""Outlines of films, and which films are inverted."""

import numpy as np
import pytest

from core.films.outline import GRID, describe_outlines, looks_inverted, unit_rows
from core.films.phantoms import draw_phantom


@pytest.fixture(scope="module")
def films():
    return np.stack([draw_phantom(seed, seed % 2 == 0, 64) for seed in range(12)])


def test_an_outline_is_the_block_means_at_unit_length(films):
    outlines = describe_outlines(films)
    assert outlines.shape == (12, GRID * GRID)
    assert np.allclose(outlines.mean(axis=1), 0, atol=1e-6)
    assert np.allclose(np.linalg.norm(outlines, axis=1), 1)
    means = films[3].reshape(GRID, 4, GRID, 4).mean(axis=(1, 3)).ravel()
    assert np.corrcoef(outlines[3], means)[0, 1] == pytest.approx(1)


def test_brightness_and_contrast_do_not_count(films):
    even = films - films % 2
    assert np.allclose(describe_outlines(even), describe_outlines(even // 2 + 60), atol=1e-5)
    assert np.allclose(describe_outlines(255 - films), -describe_outlines(films), atol=1e-5)


def test_an_even_film_has_no_outline():
    assert not describe_outlines(np.full((1, 64, 64), 90, np.uint8)).any()
    assert unit_rows(np.array([[0, 0], [3, 4]], np.float32)).tolist() == [[0, 0], pytest.approx([0.6, 0.8])]


def test_inverted_films_are_found_among_others_and_alone(films):
    mixed = films.copy()
    mixed[[2, 7]] = 255 - mixed[[2, 7]]
    assert np.flatnonzero(looks_inverted(mixed)).tolist() == [2, 7]
    assert not looks_inverted(films).any()
    assert looks_inverted(255 - films).all()
