"""Compute the figures of an evaluation, such as sensitivity and AUC, with 95 % intervals."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from core.metrics.curves import BINS, bin_numbers, confusion_matrix
from core.metrics.intervals import (
    Figure,
    Groups,
    bootstrap_figure,
    effective_films,
    group_numbers,
    predictive_value,
    proportion,
)
from core.metrics.roc import Floats, Labels, auc_figure, average_precision, mean_auc


@dataclass(frozen=True, slots=True)
class BinaryFigures:
    """Figures of a two-class evaluation; None if undefined, as PPV without positive predictions.

    confusion: ((true negative, false positive), (false negative, true positive)).
    """

    n: int
    patients: int
    threshold: float
    confusion: tuple[tuple[int, int], tuple[int, int]]
    accuracy: Figure | None
    balanced_accuracy: Figure | None
    f1: Figure | None
    sensitivity: Figure | None
    specificity: Figure | None
    ppv: Figure | None
    npv: Figure | None
    roc_auc: Figure | None
    pr_auc: Figure | None
    brier: Figure | None
    ece: Figure | None


@dataclass(frozen=True, slots=True)
class OneClass:
    """Figures of one class against the rest. n: films of the class."""

    name: str
    n: int
    sensitivity: Figure | None
    specificity: Figure | None
    ppv: Figure | None
    f1: Figure | None
    roc_auc: Figure | None


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Figures of an evaluation with more than two classes; confusion[true][predicted]."""

    n: int
    patients: int
    classes: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    accuracy: Figure | None
    balanced_accuracy: Figure | None
    macro_f1: Figure | None
    macro_auc: Figure | None
    brier: Figure | None
    ece: Figure | None
    each: tuple[OneClass, ...]


Figures = BinaryFigures | ClassFigures


def expected_calibration_error(hits: npt.NDArray[Any], probabilities: Floats) -> float:
    """Return the expected calibration error over ten bins of equal width (Naeini et al. 2015).

    It is the mean absolute gap between predicted probability and observed fraction, weighted by
    films. hits (n,): 1 where the event that `probabilities` (n,) predict occurred, else 0.
    """
    gaps = np.abs(np.bincount(bin_numbers(probabilities, BINS), probabilities - hits, BINS))
    return float(gaps.sum() / len(hits))


def _f1(labels: Labels, predicted: Labels) -> float:
    """Return F1 of class 1; nan without a positive film or prediction."""
    hits = float(((labels == 1) & (predicted == 1)).sum())
    errors = float((labels != predicted).sum())
    return 2 * hits / (2 * hits + errors) if hits + errors else float("nan")


def _balanced_accuracy(labels: Labels, predicted: Labels) -> float:
    """Return the mean recall over the classes present; nan with one class only."""
    present = np.unique(labels)
    if len(present) < 2:
        return float("nan")
    return float(np.mean([(predicted[labels == label] == label).mean() for label in present]))


def _macro_f1(labels: Labels, predicted: Labels) -> float:
    """Return the mean F1 over all classes that occur in labels or predicted."""
    present = np.unique(np.concatenate([labels, predicted]))
    return float(np.mean([_f1((labels == k).astype(np.int64), (predicted == k).astype(np.int64)) for k in present]))


def _brier(labels: Labels, probabilities: Floats) -> float:
    """Return the Brier score (1950): of class 1 for (n,), summed over classes for (n, classes)."""
    if probabilities.ndim == 1:
        return float(np.mean((probabilities - labels) ** 2))
    truth = np.eye(probabilities.shape[1])[labels]
    return float(np.mean(((probabilities - truth) ** 2).sum(axis=1)))


def compute_binary_figures(
    labels: Labels, probabilities: Floats, threshold: float, patients: Sequence[str] | Groups | None = None
) -> BinaryFigures:
    """Compute the figures of two-class predictions at "probability >= threshold".

    labels: (n,) 0 or 1. probabilities: (n,) of class 1, 0..1. patients: the patient of each film,
    so that films of one patient do not count as independent; None: each film is a patient of its
    own. Proportions have Wilson's interval and AUC has DeLong's, both widened for patients with
    several films; the other figures have percentile intervals from a bootstrap of patients.
    Raises ValueError for no films.
    """
    if len(labels) == 0:
        raise ValueError("figures need at least one film")
    groups = np.arange(len(labels)) if patients is None else group_numbers(patients)
    predicted = (probabilities >= threshold).astype(np.int64)
    right = predicted == labels

    def fraction_right(films: npt.NDArray[np.bool_]) -> Figure | None:
        return proportion(right[films], groups[films])

    return BinaryFigures(
        n=len(labels),
        patients=len(np.unique(groups)),
        threshold=threshold,
        confusion=confusion_matrix(labels, probabilities, threshold),
        accuracy=proportion(right, groups),
        balanced_accuracy=bootstrap_figure(groups, _balanced_accuracy, labels, predicted),
        f1=bootstrap_figure(groups, _f1, labels, predicted),
        sensitivity=fraction_right(labels == 1),
        specificity=fraction_right(labels == 0),
        ppv=fraction_right(predicted == 1),
        npv=fraction_right(predicted == 0),
        roc_auc=auc_figure(labels, probabilities, groups),
        pr_auc=bootstrap_figure(groups, average_precision, labels, probabilities),
        brier=bootstrap_figure(groups, _brier, labels, probabilities),
        ece=bootstrap_figure(groups, expected_calibration_error, labels, probabilities),
    )


def compute_class_figures(
    labels: Labels,
    probabilities: Floats,
    classes: tuple[str, ...],
    patients: Sequence[str] | Groups | None = None,
) -> ClassFigures:
    """Compute the figures of predictions with several classes.

    labels: (n,) class numbers. probabilities: (n, classes); a film is classified as its most
    probable class. patients: as in `compute_binary_figures`. ECE is that of the predicted class's
    probability (Guo et al. 2017). Raises ValueError for no films.
    """
    if len(labels) == 0:
        raise ValueError("figures need at least one film")
    groups = np.arange(len(labels)) if patients is None else group_numbers(patients)
    predicted = probabilities.argmax(axis=1)
    table = np.zeros((len(classes), len(classes)), int)
    np.add.at(table, (labels, predicted), 1)
    right = predicted == labels
    return ClassFigures(
        n=len(labels),
        patients=len(np.unique(groups)),
        classes=classes,
        confusion=tuple(tuple(int(count) for count in row) for row in table),
        accuracy=proportion(right, groups),
        balanced_accuracy=bootstrap_figure(groups, _balanced_accuracy, labels, predicted),
        macro_f1=bootstrap_figure(groups, _macro_f1, labels, predicted),
        macro_auc=bootstrap_figure(groups, mean_auc, labels, probabilities),
        brier=bootstrap_figure(groups, _brier, labels, probabilities),
        ece=bootstrap_figure(groups, expected_calibration_error, right, probabilities.max(axis=1)),
        each=tuple(
            _one_class(
                name, (labels == k).astype(np.int64), (predicted == k).astype(np.int64), probabilities[:, k], groups
            )
            for k, name in enumerate(classes)
        ),
    )


def _one_class(name: str, labels: Labels, predicted: Labels, scores: Floats, groups: Groups) -> OneClass:
    """Compute the figures of a class against the rest; labels, predicted (n,): 1 for the class."""
    right = labels == predicted
    positive, negative, predicted_positive = labels == 1, labels == 0, predicted == 1
    return OneClass(
        name=name,
        n=int(labels.sum()),
        sensitivity=proportion(right[positive], groups[positive]),
        specificity=proportion(right[negative], groups[negative]),
        ppv=proportion(right[predicted_positive], groups[predicted_positive]),
        f1=bootstrap_figure(groups, _f1, labels, predicted),
        roc_auc=auc_figure(labels, scores, groups),
    )


def compute_figures(
    labels: Labels,
    probabilities: Floats,
    threshold: float | None,
    classes: tuple[str, ...],
    patients: Sequence[str] | Groups | None = None,
) -> Figures:
    """Compute binary figures, or class figures where threshold is None (more than two classes)."""
    if threshold is None:
        return compute_class_figures(labels, probabilities, classes, patients)
    return compute_binary_figures(labels, probabilities, threshold, patients)


@dataclass(frozen=True, slots=True)
class PredictiveValues:
    """Predictive values at a prevalence of the finding, 0..1."""

    prevalence: float
    ppv: Figure | None
    npv: Figure | None


def predictive_values_at(
    labels: Labels,
    probabilities: Floats,
    threshold: float,
    prevalence: float,
    patients: Sequence[str] | Groups | None = None,
) -> PredictiveValues:
    """Compute PPV and NPV of the predictions at another prevalence, 0..1 exclusive."""
    groups = np.arange(len(labels)) if patients is None else group_numbers(patients)
    predicted_positive = probabilities >= threshold
    true_positives, positives = _effective_counts(predicted_positive, labels == 1, groups)
    false_positives, negatives = _effective_counts(predicted_positive, labels == 0, groups)
    true_negatives = negatives - false_positives
    false_negatives = positives - true_positives
    return PredictiveValues(
        prevalence,
        ppv=predictive_value((true_positives, positives), (false_positives, negatives), prevalence),
        npv=predictive_value((true_negatives, negatives), (false_negatives, positives), 1 - prevalence),
    )


def _effective_counts(
    is_predicted: npt.NDArray[np.bool_], films: npt.NDArray[np.bool_], groups: Groups
) -> tuple[float, float]:
    """Return effective counts: predicted positive among the mask `films`, and all of them."""
    if not films.any():
        return 0.0, 0.0
    effective = effective_films(is_predicted[films], groups[films])
    return float(is_predicted[films].mean()) * effective, effective


@dataclass(frozen=True, slots=True)
class ValidationFigures:
    """Figures of one epoch at threshold 0.5; the last two are None with several classes."""

    accuracy: float
    auc: float
    sensitivity: float | None
    specificity: float | None


def compute_validation_figures(labels: Labels, logits: npt.NDArray[np.float32]) -> ValidationFigures:
    """Compute the figures of an epoch from labels (n,) and logits (n, 1) or (n, classes)."""
    if logits.shape[1] > 1:
        scores = np.exp(logits - logits.max(axis=1, keepdims=True), dtype=np.float64)
        scores /= scores.sum(axis=1, keepdims=True)
        predicted = logits.argmax(axis=1)
        return ValidationFigures(float((predicted == labels).mean()), mean_auc(labels, scores), None, None)
    predicted = (logits[:, 0] >= 0).astype(np.int64)
    sensitivity, specificity = (float((predicted[labels == label] == label).mean()) for label in (1, 0))
    auc = mean_auc(labels, logits[:, 0].astype(np.float64))
    return ValidationFigures(float((predicted == labels).mean()), auc, sensitivity, specificity)


def named_figures(figures: Figures | OneClass) -> list[tuple[str, Figure]]:
    """Return name and value of each figure that is defined, in the order of the fields."""
    values = ((field.name, getattr(figures, field.name)) for field in fields(figures))
    return [(name, value) for name, value in values if isinstance(value, Figure)]


def to_json_object(figures: Figures) -> dict[str, Any]:
    """Return the content of metrics.json: each figure as {value, low, high}, null if undefined."""
    return asdict(figures)
