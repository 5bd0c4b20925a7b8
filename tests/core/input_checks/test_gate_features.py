"""Features of films for the gate."""

import numpy as np

from core.films.phantoms import draw_phantom
from core.input_checks.gate_features import describe_films, reorient_features


def test_putting_features_right_is_putting_the_film_right():
    small = np.stack([draw_phantom(seed, True, 64) for seed in range(4)])
    lying = [np.rot90(small, quarters, (1, 2)) for quarters in (1, 2, 3)] + [small[:, ::-1], 255 - small]
    for way, features in zip(lying, reorient_features(describe_films(small)), strict=True):
        # edges of exactly 0 degrees fall to the other side when mirrored; all else is equal
        assert np.abs(describe_films(way) - features).mean() < 1e-3
