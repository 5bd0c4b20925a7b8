"""Labels that may be wrong: films whose label a cross-validated classifier contradicts. Changes no label."""

import tempfile
import threading
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from core.datasets.dataset import Dataset, apply_corrections, read_dataset
from core.datasets.decoded_films import decode_films
from core.datasets.events import FilmLeftOut, Finding, FindingKind
from core.datasets.preparation import AS_IT_IS, Preparation
from core.inference.form_choice import Form
from core.inference.scorer import FastNetwork
from core.jobs.events import Progressed, Severity, Stage
from core.jobs.progress import Pace
from core.metrics.roc import mean_auc
from core.models.model_file import BATCH, load_model
from core.system.errors import JobFailed, Reason
from core.system.language import marked, tr, tr_count

FOLDS: Final = 5
FEWEST: Final = 10  # patients of each class
PENALTY: Final = 0.01  # C of the logistic regression: features of a network are many, films few
ADVICE: Final = marked(
    "Look at each, the most contradicted first; relabel what is wrong, exclude what cannot be told. A contradiction is "
    "no proof: unusual films are contradicted too."
)


def find_label_errors(
    source: Path, model: Path | None, cancel: threading.Event, preparation: Preparation = AS_IT_IS
) -> Generator[Progressed | FilmLeftOut, None, Finding | None]:
    """The films of a dataset whose label is contradicted, the most surely contradicted first, as a finding.

    Each film is judged by a logistic regression on the features of `model` (None: the bundled one) that saw no film
    of its patient: confident learning, Northcutt et al. 2021, with cross-validated probabilities.
    None where it was cancelled. Raises JobFailed where a class has too few patients.
    """
    yield Progressed(Stage.LOADING_NETWORK, 0, None)
    loaded = load_model(model)
    network = FastNetwork(loaded.network, loaded.preprocessing, Form.PLAIN)
    dataset = apply_corrections(read_dataset(source, preparation), preparation)
    _check_patients(dataset)
    with tempfile.TemporaryDirectory(prefix="pneumoscreen-") as folder:
        films, pixels = yield from decode_films(
            dataset.films, loaded.preprocessing.size_px, Path(folder) / "films", cancel
        )
        rows, pace = [], Pace(Stage.EXTRACTING_FEATURES, len(films))
        for start in range(0, len(films), BATCH):
            if cancel.is_set():
                return None
            rows.append(network.features_and_logits(pixels[start : start + BATCH])[0])
            if progress := pace.at(min(start + BATCH, len(films))):
                yield progress
    if cancel.is_set():
        return None
    labels = np.array([film.label for film in films], np.int64)
    yield Progressed(Stage.COMPARING, 0, None)
    probabilities = cross_validate(np.concatenate(rows), labels, [film.patient for film in films])
    doubtful = find_contradicted(labels, probabilities)
    scores = probabilities[:, 1] if probabilities.shape[1] == 2 else probabilities
    sentence = tr_count(
        "The label of {count} of {total} films is contradicted by a classifier that saw no film of "
        "its patient (its AUC: {auc:.3f}).",
        "The labels of {count} of {total} films are contradicted by a classifier that saw no film of "
        "their patients (its AUC: {auc:.3f}).",
        len(doubtful),
        total=len(films),
        auc=mean_auc(labels, scores),
    )
    paths = tuple(films[int(index)].path for index in doubtful)
    return Finding(FindingKind.DOUBTFUL, Severity.INFORMATION, sentence, tr(ADVICE), paths)


def _check_patients(dataset: Dataset) -> None:
    for label, name in enumerate(dataset.classes):
        patients = len({film.patient for film in dataset.films if film.label == label})
        if patients < FEWEST:
            sentence = tr_count(
                "{name} has films of {count} patient; doubtful labels can be looked for from {fewest} on.",
                "{name} has films of {count} patients; doubtful labels can be looked for from {fewest} on.",
                patients,
                name=name,
                fewest=FEWEST,
            )
            raise JobFailed(Reason.DATASET_INVALID, sentence)


def cross_validate(
    features: npt.NDArray[np.float32], labels: npt.NDArray[np.int64], patients: Sequence[str]
) -> npt.NDArray[np.float64]:
    """Probabilities (n, classes) of films (n, features), each by a classifier that saw no film of its patient."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    probabilities = np.zeros((len(labels), int(labels.max()) + 1))
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    for seen, held_out in folds.split(features, labels, patients):
        classifier: Any = make_pipeline(StandardScaler(), LogisticRegression(C=PENALTY, max_iter=500))
        classifier.fit(features[seen], labels[seen])
        probabilities[np.ix_(held_out, classifier.classes_)] = classifier.predict_proba(features[held_out])
    return probabilities


def find_contradicted(labels: npt.NDArray[np.int64], probabilities: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Indices of films that count with another class (Northcutt's confident joint), the surest first.

    labels (n,), probabilities (n, classes). A class's bound is the mean probability of it among its own films.
    """
    bounds = np.array([probabilities[labels == k, k].mean() for k in range(probabilities.shape[1])])
    own = probabilities[np.arange(len(labels)), labels]
    others = np.where(probabilities >= bounds, probabilities, -1.0)
    others[np.arange(len(labels)), labels] = -1.0
    found = np.flatnonzero((others.max(axis=1) > own) & (others.max(axis=1) > 0))
    return found[np.argsort(own[found], kind="stable")]
