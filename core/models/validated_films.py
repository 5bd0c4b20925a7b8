"""Tell whether films are like those that a model was validated on, by features and by age."""

from collections.abc import Sequence

import numpy as np

from core.films.patient_age import is_outside
from core.input_checks.likeness import Features, Mask
from core.models.model_header import ModelHeader


def find_unlike(header: ModelHeader, features: Features, ages: Sequence[float | None]) -> Mask | None:
    """Return which films are unlike those that the model was validated on, (n,).

    features: input of the network's head, (n, m). ages: of the patients in years, None if unknown;
    a film counts as unlike where they lie outside the ages of the training films.
    None for a model whose file cannot tell.
    """
    if header.likeness is None:
        return None
    outside = np.array([is_outside(age, header.ages) for age in ages], dtype=bool)
    return np.asarray(header.likeness.is_unlike(features) | outside)


def is_unlike(header: ModelHeader, features: Features, age: float | None) -> bool:
    """Return `find_unlike` for one film with features (m,); False where the model cannot tell."""
    unlike = find_unlike(header, features[None], [age])
    return unlike is not None and bool(unlike[0])
