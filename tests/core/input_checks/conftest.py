"""The gate's statistics, fitted once."""

import numpy as np
import pytest

from core.films.film_reader import read_square
from core.films.phantoms import draw_phantom
from core.input_checks.gate import fit_gate
from tests.core.input_checks.pictures import REAL, SIZE


@pytest.fixture(scope="module")
def of_phantoms():
    training = np.stack([draw_phantom(seed, seed % 2 == 0, 96) for seed in range(160)])
    validation = np.stack([draw_phantom(seed, seed % 2 == 0, 96) for seed in range(200, 240)])
    return fit_gate(training, validation)


@pytest.fixture(scope="module")
def of_films():
    """Statistics of 150 real films, and 40 others of other patients."""
    if not REAL.exists():
        pytest.skip("the real films are not here")
    paths = [sorted((REAL / "kermany-224" / name).glob("*.jpeg"))[::25] for name in ("NORMAL", "PNEUMONIA")]
    squares = [np.stack([read_square(path, SIZE) for path in some[:95]]) for some in paths]
    training, validation, other = (
        np.concatenate([some[part] for some in squares]) for part in (slice(0, -35), slice(-35, -20), slice(-20, None))
    )
    return fit_gate(training[:150], validation), other
