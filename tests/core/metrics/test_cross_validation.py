"""Cross-validation by patient."""

import numpy as np
from sklearn.neighbors import KNeighborsClassifier

from core.metrics.cross_validation import cross_validate


def test_a_film_is_never_scored_by_a_classifier_that_saw_its_patient():
    """The nearest film of another patient has the other label, that of the own patient the same."""
    patients = np.repeat(np.arange(40), 3)
    labels = patients % 2
    positions = (patients + 0.1 * np.tile(np.arange(3), 40))[:, None]
    nearest = KNeighborsClassifier(1)
    assert nearest.fit(positions, labels).score(positions, labels) == 1
    probabilities = cross_validate(nearest, positions, labels == 1, [str(patient) for patient in patients])
    assert probabilities.shape == (120, 2)
    assert np.array_equal(probabilities.sum(axis=1), np.ones(120))
    assert (probabilities.argmax(axis=1) == labels).mean() < 0.5
