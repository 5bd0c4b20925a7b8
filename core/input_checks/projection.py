"""Multiply features of films with the weights of a gate or a likeness."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def project(rows: Floats, directions: Floats) -> Floats:
    """Return the products (n, k) of rows (n, m) with `directions` (k, m).

    Row after row: so a film gets the same numbers alone and among others, and NumPy's BLAS library
    starts no threads of its own, which on busy cores wait for one another for up to a hundred times
    as long as the products take.
    """
    return np.asarray((rows[:, None] @ directions.T)[:, 0])
