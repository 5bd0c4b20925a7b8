"""Cross-validation by patient: every film is scored by a classifier that never saw its patient."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

FOLDS: Final = 5
MIN_PATIENTS: Final = 2 * FOLDS  # of each class; with fewer, cross-validation is not meaningful


def cross_validate(
    classifier: Any, features: npt.NDArray[Any], labels: npt.NDArray[Any], patients: Sequence[str]
) -> npt.NDArray[np.float64]:
    """Return the probabilities (n, classes) of films in the folds that their classifier was not fitted on.

    classifier: of scikit-learn, fitted again for each fold. features: (n, m). labels, patients: (n,).
    The folds are stratified by class. Classes are in ascending order.
    """
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict

    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    probabilities = cross_val_predict(classifier, features, labels, groups=patients, cv=folds, method="predict_proba")
    return np.asarray(probabilities, np.float64)
