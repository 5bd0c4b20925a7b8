"""Products of features with weights."""

import numpy as np

from core.input_checks.projection import project


def test_a_film_gets_the_same_numbers_alone_and_among_others():
    random = np.random.default_rng(0)
    rows, directions = random.normal(size=(16, 640)), random.normal(size=(128, 640))
    together = project(rows, directions)
    assert np.allclose(together, np.einsum("nm,km->nk", rows, directions))
    assert np.array_equal(together, np.concatenate([project(row[None], directions) for row in rows]))
    assert project(rows[:0], directions).shape == (0, 128)
