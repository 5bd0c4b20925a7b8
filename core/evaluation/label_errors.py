"""Find label errors: films whose label a cross-validated classifier contradicts."""

import tempfile
import threading
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from core.datasets.dataset import Dataset, apply_corrections, read_dataset
from core.datasets.decoded_films import decode_films
from core.datasets.entries import FilmLeftOut
from core.datasets.events import Finding, FindingKind
from core.datasets.preparation import AS_IT_IS, Preparation
from core.jobs.events import Progressed, Severity, Stage
from core.jobs.progress import Pace
from core.metrics.cross_validation import MIN_PATIENTS, cross_validate
from core.metrics.roc import mean_auc
from core.models.model_file import BATCH, Model, load_model
from core.system.errors import JobFailed, Reason
from core.system.language import marked, tr, tr_count

PENALTY: Final = 0.01  # C of the logistic regression; small, as features are many and films few
ADVICE: Final = marked(
    "Look at each, the most contradicted first, and correct only what is wrong: unusual films are contradicted too."
)


def find_label_errors(
    source: Path, model: Path | None, cancel: threading.Event, preparation: Preparation = AS_IT_IS
) -> Generator[Progressed | FilmLeftOut, None, Finding | None]:
    """Find films whose label a classifier contradicts, most contradicted first. Changes no label.

    Each film is classified by a logistic regression on the features of `model` (None: the bundled
    one), fitted without any film of its patient. Confident learning with cross-validated
    probabilities: Northcutt et al. 2021.
    Returns None if cancelled. Raises JobFailed (dataset_invalid) for a class with too few patients.
    """
    yield Progressed(Stage.LOADING_NETWORK, 0, None)
    loaded = load_model(model)
    dataset = apply_corrections(read_dataset(source, preparation), preparation)
    _check_patients(dataset)
    with tempfile.TemporaryDirectory(prefix="pneumoscreen-") as folder:
        films, pixels = yield from decode_films(
            dataset.films, loaded.preprocessing.size_px, Path(folder) / "films", cancel
        )
        batches = yield from _extract_features(loaded, pixels, len(films), cancel)
    if batches is None or cancel.is_set():
        return None
    _check_patients(replace(dataset, films=tuple(films)))  # unreadable films may leave too few
    labels = np.array([film.label for film in films], np.int64)
    yield Progressed(Stage.COMPARING, 0, None)
    probabilities = _classify(np.concatenate(batches), labels, [film.patient for film in films])
    contradicted = find_contradicted_labels(labels, probabilities)
    paths = tuple(films[int(index)].path for index in contradicted)
    return _build_finding(paths, labels, probabilities)


def _extract_features(
    model: Model, pixels: npt.NDArray[np.uint8], films: int, cancel: threading.Event
) -> Generator[Progressed, None, list[npt.NDArray[np.float32]] | None]:
    """Return the features of `films` decoded films, batch by batch; None if cancelled."""
    batches: list[npt.NDArray[np.float32]] = []
    pace = Pace(Stage.EXTRACTING_FEATURES, films)
    for start in range(0, films, BATCH):
        if cancel.is_set():
            return None
        batches.append(model.features_and_logits(pixels[start : start + BATCH])[0])
        if progress := pace.progress_at(min(start + BATCH, films)):
            yield progress
    return batches


def _build_finding(
    paths: tuple[Path, ...], labels: npt.NDArray[np.int64], probabilities: npt.NDArray[np.float64]
) -> Finding:
    """Return the finding on films whose label is contradicted, with the classifier's AUC."""
    scores = probabilities[:, 1] if probabilities.shape[1] == 2 else probabilities
    sentence = tr_count(
        "The label of {count} of {total} films is contradicted by a classifier that never saw its patient "
        "(AUC {auc:.3f}).",
        "The labels of {count} of {total} films are contradicted by a classifier that never saw their patients "
        "(AUC {auc:.3f}).",
        len(paths),
        total=len(labels),
        auc=mean_auc(labels, scores),
    )
    return Finding(FindingKind.DOUBTFUL, Severity.INFORMATION, sentence, tr(ADVICE), paths)


def _check_patients(dataset: Dataset) -> None:
    for label, name in enumerate(dataset.classes):
        patients = len({film.patient for film in dataset.films if film.label == label})
        if patients < MIN_PATIENTS:
            sentence = tr_count(
                "{name} has films of only {count} patient; finding label errors needs at least {fewest}.",
                "{name} has films of only {count} patients; finding label errors needs at least {fewest}.",
                patients,
                name=name,
                fewest=MIN_PATIENTS,
            )
            raise JobFailed(Reason.DATASET_INVALID, sentence)


def _classify(
    features: npt.NDArray[np.float32], labels: npt.NDArray[np.int64], patients: Sequence[str]
) -> npt.NDArray[np.float64]:
    """Return out-of-fold probabilities (n, classes) of a logistic regression. features: (n, m)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    classifier = make_pipeline(StandardScaler(), LogisticRegression(C=PENALTY, max_iter=500))
    return cross_validate(classifier, features, labels, patients)


def find_contradicted_labels(
    labels: npt.NDArray[np.int64], probabilities: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """Return the indices of films that count for another class, the most contradicted first.

    labels: (n,). probabilities: (n, classes), out of fold.
    A film counts for a class if its probability reaches the mean probability of that class among
    the films labelled so (confident joint, Northcutt et al. 2021).
    """
    bounds = np.array([probabilities[labels == k, k].mean() for k in range(probabilities.shape[1])])
    own = probabilities[np.arange(len(labels)), labels]
    others = np.where(probabilities >= bounds, probabilities, -1.0)
    others[np.arange(len(labels)), labels] = -1.0
    contradicted = np.flatnonzero((others.max(axis=1) > own) & (others.max(axis=1) > 0))
    return contradicted[np.argsort(own[contradicted], kind="stable")]
