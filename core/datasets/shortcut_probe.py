"""Measure how well labels can be predicted without the picture.

The predictors are file size, dimensions, brightness at the rim, DICOM tags and similar properties.
Where they succeed, a network can learn them too, and its figures say nothing about patients.
Everything is cross-validated by patient.
"""

import threading
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from core.datasets.dataset import Dataset
from core.datasets.events import Shortcut
from core.films.dicom import TAGS
from core.films.film_properties import FilmProperties
from core.jobs.events import Progressed, Stage
from core.jobs.progress import Pace
from core.metrics.cross_validation import MIN_PATIENTS, cross_validate
from core.metrics.intervals import Figure
from core.metrics.roc import delong_interval
from core.system.language import marked, tr

TREE_DEPTH: Final = 4
TOGETHER: Final = marked("all of these together")
FILE_FORMAT: Final = marked("file format")
NOTED_SHORTCUT: Final = 0.60  # lower bound of the AUC from which the classes count as told apart
TOLD_BY_FILE: Final = marked(
    "File size and format alone tell the classes apart ({times:.0f} of 100): the network may learn the export, not the "
    "lung."
)
TOLD_BY_ONE: Final = marked(
    "The classes are told apart by {measure} alone ({times:.0f} of 100): the network may learn this, not the lung."
)
CLASS_TOLD_BY_FILE: Final = marked(
    "File size and format alone tell {told} from the rest ({times:.0f} of 100): the network may learn the export, not "
    "the lung."
)
CLASS_TOLD_BY_ONE: Final = marked(
    "{told} is told from the rest by {measure} alone ({times:.0f} of 100): the network may learn this, not the lung."
)
TOLD_BY_NONE: Final = marked(
    "File size and format do not tell the classes apart ({times:.0f} of 100; 50 would be chance)."
)
NOT_TOLD: Final = marked("The classes are not told apart by {measure} ({times:.0f} of 100; 50 would be chance).")
Columns = dict[str, npt.NDArray[np.float64]]

MEASURES: Final[dict[str, Callable[[FilmProperties], float]]] = {
    marked("file size"): lambda film: float(film.size_bytes),
    marked("file size per pixel (compression)"): lambda film: film.size_bytes / max(1, film.width * film.height),
    marked("picture width and height"): lambda film: float(film.width * film.height),
    marked("picture shape (width to height)"): lambda film: film.width / max(1, film.height),
    marked("JPEG quality"): lambda film: float(film.jpeg_quality or 0),
    marked("bit depth"): lambda film: float(film.bits),
    marked("plain border"): lambda film: film.border,
    marked("brightness of the corners"): lambda film: film.corners,
    marked("brightness at the rim"): lambda film: film.edges,
    marked("mean brightness"): lambda film: film.mean,
}


def probe_shortcuts(
    dataset: Dataset, properties: dict[Path, FilmProperties], cancel: threading.Event
) -> Generator[Progressed, None, tuple[Shortcut, ...]]:
    """Return a shortcut for each measure that varies and for all of them together, best first.

    With more than two classes the AUC is that of the class best separated from the rest. Empty if
    cancelled, or if a class has fewer than MIN_PATIENTS patients.
    """
    labels = np.array([film.label for film in dataset.films])
    patients = [film.patient for film in dataset.films]
    columns = _build_columns([properties[film.path] for film in dataset.films])
    if not columns or _count_patients_of_smallest_class(dataset) < MIN_PATIENTS:
        return ()
    column_sets = {name: [name] for name in columns}
    if len(columns) > 1:
        column_sets[TOGETHER] = list(columns)
    targets = _classes_to_predict(dataset)
    shortcuts: list[Shortcut] = []
    pace = Pace(Stage.PROBING, len(column_sets))
    for done, (name, used) in enumerate(column_sets.items(), start=1):
        if cancel.is_set():
            return ()
        matrix = np.stack([columns[column] for column in used], axis=1)
        aucs = [_measure_auc(matrix, labels == label, patients, len(used) > 1) for label in targets]
        best = max(range(len(aucs)), key=lambda index: aucs[index].value)
        sentence = _format_shortcut(name, aucs[best], dataset.classes, targets[best])
        shortcuts.append(Shortcut(name, aucs[best], sentence))
        if progress := pace.progress_at(done):
            yield progress
    return tuple(sorted(shortcuts, key=lambda shortcut: -shortcut.auc.value))


def _count_patients_of_smallest_class(dataset: Dataset) -> int:
    return min(
        len({film.patient for film in dataset.films if film.label == label}) for label in range(len(dataset.classes))
    )


def _classes_to_predict(dataset: Dataset) -> list[int]:
    """Return the classes to separate from the rest: of two only the finding, else each."""
    return [1] if len(dataset.classes) == 2 else list(range(len(dataset.classes)))


def _build_columns(films: Sequence[FilmProperties]) -> Columns:
    """Return the properties that vary among the films as numbers, (n,) each.

    The values of a tag are numbered by frequency.
    """
    columns = {name: np.array([measure(film) for film in films]) for name, measure in MEASURES.items()}
    columns[FILE_FORMAT] = _number_by_frequency([film.format for film in films])
    for tag in TAGS:
        columns[f"DICOM {tag}"] = _number_by_frequency([film.tags.get(tag, "") for film in films])
    return {name: values for name, values in columns.items() if np.ptp(values) > 0}


def _number_by_frequency(values: Sequence[str]) -> npt.NDArray[np.float64]:
    """Number each value by its frequency rank, 0 for the most common."""
    unique, inverse, counts = np.unique(np.array(values), return_inverse=True, return_counts=True)
    rank = np.empty(len(unique))
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(unique))
    return np.asarray(rank[inverse], np.float64)


def _measure_auc(
    matrix: npt.NDArray[np.float64], labels: npt.NDArray[np.bool_], patients: Sequence[str], use_forest: bool
) -> Figure:
    """Return the AUC of a tree or forest on (n, columns), cross-validated by patient, with DeLong's interval."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.tree import DecisionTreeClassifier

    settings = {"min_samples_leaf": max(5, len(labels) // 100), "class_weight": "balanced", "random_state": 0}
    trees = RandomForestClassifier(60, max_depth=8, **settings)
    tree = DecisionTreeClassifier(max_depth=TREE_DEPTH, **settings)
    scores = cross_validate(trees if use_forest else tree, matrix, labels, patients)[:, 1]
    figure = delong_interval(labels.astype(np.int64), scores)
    assert figure is not None  # both classes have films
    return figure


def _format_shortcut(name: str, auc: Figure, classes: Sequence[str], target: int) -> str:
    """Say whether a measure tells the classes apart, and for how many of 100 pairs of films.

    target: the class that is told from the rest.
    """
    together = name == TOGETHER
    if auc.low < NOTED_SHORTCUT:
        sentence = TOLD_BY_NONE if together else NOT_TOLD
    elif len(classes) == 2:
        sentence = TOLD_BY_FILE if together else TOLD_BY_ONE
    else:
        sentence = CLASS_TOLD_BY_FILE if together else CLASS_TOLD_BY_ONE
    return tr(sentence, measure=tr(name), told=classes[target], times=100 * auc.value)
