"""How well a film's label can be told without looking at the film: from file size, dimensions, rim, DICOM tags.

Where that works, a network learns it too, and its figures say nothing about patients. Cross-validated by patient.
"""

import threading
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from core.datasets.dataset import Dataset
from core.datasets.events import Shortcut
from core.films.dicom import TAGS
from core.films.film_properties import FilmProperties
from core.jobs.events import Progressed, Stage
from core.jobs.progress import Pace
from core.metrics.intervals import Figure
from core.metrics.roc import delong_interval
from core.system.language import marked, tr

FOLDS: Final = 5
LEAST_PATIENTS: Final = 2 * FOLDS  # of each class; below, a cross-validation says nothing
TREE_DEPTH: Final = 4
TOGETHER: Final = marked("all of these together")
FILE_FORMAT: Final = marked("file format")
Columns = dict[str, npt.NDArray[np.float64]]

MEASURES: Final[dict[str, Callable[[FilmProperties], float]]] = {
    marked("file size"): lambda facts: float(facts.size_bytes),
    marked("file size for each pixel (compression)"): lambda facts: (
        facts.size_bytes / max(1, facts.width * facts.height)
    ),
    marked("picture width and height"): lambda facts: float(facts.width * facts.height),
    marked("picture shape (width to height)"): lambda facts: facts.width / max(1, facts.height),
    marked("JPEG quality"): lambda facts: float(facts.jpeg_quality or 0),
    marked("bit depth"): lambda facts: float(facts.bits),
    marked("plain border"): lambda facts: facts.border,
    marked("brightness of the corners"): lambda facts: facts.corners,
    marked("brightness of the rim"): lambda facts: facts.edges,
    marked("mean brightness"): lambda facts: facts.mean,
}


def probe_shortcuts(
    dataset: Dataset, facts: dict[Path, FilmProperties], cancel: threading.Event
) -> Generator[Progressed, None, tuple[Shortcut, ...]]:
    """Each measure that varies, and all of them together, best first; empty where there are too few patients.

    With more than two classes the figure is that of the class that is told best from the rest.
    """
    labels = np.array([film.label for film in dataset.films])
    patients = [film.patient for film in dataset.films]
    columns = _columns([facts[film.path] for film in dataset.films])
    least = min(
        len({patient for patient, one in zip(patients, labels, strict=True) if one == label})
        for label in range(len(dataset.classes))
    )
    if least < LEAST_PATIENTS or not columns:
        return ()
    found: list[Shortcut] = []
    questions = {name: [name] for name in columns} | ({TOGETHER: list(columns)} if len(columns) > 1 else {})
    pace = Pace(Stage.PROBING, len(questions))
    for done, (name, used) in enumerate(questions.items(), start=1):
        if cancel.is_set():
            return ()
        matrix = np.stack([columns[column] for column in used], axis=1)
        answers = [_cross_validated(matrix, labels == label, patients, len(used) > 1) for label in _asked(dataset)]
        best = max(range(len(answers)), key=lambda index: answers[index].value)
        found.append(
            Shortcut(name, answers[best], _in_words(name, answers[best], dataset.classes[_asked(dataset)[best]]))
        )
        if progress := pace.at(done):
            yield progress
    return tuple(sorted(found, key=lambda shortcut: -shortcut.auc.value))


def _asked(dataset: Dataset) -> list[int]:
    """The classes to tell from the rest."""
    return [1] if len(dataset.classes) == 2 else list(range(len(dataset.classes)))


def _columns(facts: Sequence[FilmProperties]) -> Columns:
    """What varies among the films, as numbers; the values of a tag are numbered by how common they are."""
    columns = {name: np.array([measure(one) for one in facts]) for name, measure in MEASURES.items()}
    columns[FILE_FORMAT] = _numbered([one.format for one in facts])
    for tag in TAGS:
        columns[f"DICOM {tag}"] = _numbered([one.tags.get(tag, "") for one in facts])
    return {name: values for name, values in columns.items() if np.ptp(values) > 0}


def _numbered(values: Sequence[str]) -> npt.NDArray[np.float64]:
    kinds, inverse, counts = np.unique(np.array(values), return_inverse=True, return_counts=True)
    rank = np.empty(len(kinds))
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(kinds))
    return np.asarray(rank[inverse], np.float64)


def _cross_validated(
    matrix: npt.NDArray[np.float64], labels: npt.NDArray[np.bool_], patients: Sequence[str], together: bool
) -> Figure:
    """AUC of trees on (n, columns), each film scored by trees that saw no film of its patient; DeLong's interval."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import StratifiedGroupKFold
    from sklearn.tree import DecisionTreeClassifier

    leaf = max(5, len(labels) // 100)
    scores = np.zeros(len(labels))
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    trees: Any
    for seen, held_out in folds.split(matrix, labels, patients):
        if together:
            trees = RandomForestClassifier(
                60, max_depth=8, min_samples_leaf=leaf, class_weight="balanced", random_state=0
            )
        else:
            trees = DecisionTreeClassifier(
                max_depth=TREE_DEPTH, min_samples_leaf=leaf, class_weight="balanced", random_state=0
            )
        trees.fit(matrix[seen], labels[seen])
        answers = trees.predict_proba(matrix[held_out])
        scores[held_out] = answers[:, list(trees.classes_).index(True)] if True in trees.classes_ else 0
    figure = delong_interval(labels.astype(np.int64), scores)
    assert figure is not None  # both classes have films
    return figure


def _in_words(name: str, auc: Figure, told: str) -> str:
    """The figure as a radiographer would put it."""
    times, low, high = 100 * auc.value, 100 * auc.low, 100 * auc.high
    if name == TOGETHER:
        return tr(
            "Of two films, one of them {told}, all of this together, the picture not seen, tells which one "
            "{times:.0f} times of 100 (95 % interval {low:.0f} to {high:.0f}; guessing: 50).",
            told=told,
            times=times,
            low=low,
            high=high,
        )
    return tr(
        "Of two films, one of them {told}, {measure} alone tells which one "
        "{times:.0f} times of 100 (95 % interval {low:.0f} to {high:.0f}; guessing: 50).",
        told=told,
        measure=tr(name),
        times=times,
        low=low,
        high=high,
    )
