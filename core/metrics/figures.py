"""Every figure of an evaluation with its 95 % interval, and what each means. Knows no model and no file."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

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
from core.system.language import marked, tr, tr_count

TITLES: Final = {
    "accuracy": marked("Accuracy"),
    "balanced_accuracy": marked("Balanced accuracy"),
    "f1": "F1",
    "sensitivity": marked("Sensitivity"),
    "specificity": marked("Specificity"),
    "ppv": marked("PPV"),
    "npv": marked("NPV"),
    "roc_auc": "ROC AUC",
    "pr_auc": "PR AUC",
    "brier": "Brier",
    "ece": "ECE",
    "macro_f1": marked("Macro F1"),
    "macro_auc": marked("Macro AUC"),
}
DEFINITIONS: Final = {
    "accuracy": marked("Share of all films that are called rightly."),
    "balanced_accuracy": marked(
        "Mean of the shares of each class that are called rightly; the classes' sizes do not matter."
    ),
    "f1": marked("Harmonic mean of sensitivity and positive predictive value."),
    "sensitivity": marked("Share of films with the finding that are called so."),
    "specificity": marked("Share of films without the finding that are called so."),
    "ppv": marked(
        "Share of films called positive that have the finding, where it is as frequent as among these films."
    ),
    "npv": marked("Share of films called negative that do not have it, where it is as frequent as among these films."),
    "roc_auc": marked("How often a film with the finding scores above one without; 0.5 is chance."),
    "pr_auc": marked(
        "Mean positive predictive value over all sensitivities; chance is the share of films with the finding."
    ),
    "brier": marked("Mean squared distance of probability and truth; 0 is perfect, less is better."),
    "ece": marked(
        "Mean gap between stated probability and observed share, over ten bins; 0 is perfect, less is better."
    ),
    "macro_f1": marked("Mean over classes of each one's F1."),
    "macro_auc": marked("Mean over classes of the AUC of one against the rest."),
}


@dataclass(frozen=True, slots=True)
class BinaryFigures:
    """All figures of a two-class evaluation; None where one is undefined, such as PPV without positive calls.

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
    """Figures of one class against the rest; n: its films."""

    name: str
    n: int
    sensitivity: Figure | None
    specificity: Figure | None
    ppv: Figure | None
    f1: Figure | None
    roc_auc: Figure | None


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Figures with more than two classes; confusion[true][called]."""

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
    """Mean gap between stated probability and observed share over ten equal bins. Naeini et al. 2015."""
    gaps = np.abs(np.bincount(bin_numbers(probabilities, BINS), probabilities - hits, BINS))
    return float(gaps.sum() / len(hits))


def _f1(labels: Labels, calls: Labels) -> float:
    hits = float(((labels == 1) & (calls == 1)).sum())
    wrong = float((labels != calls).sum())
    return 2 * hits / (2 * hits + wrong) if hits + wrong else float("nan")


def _balanced(labels: Labels, calls: Labels) -> float:
    """Mean share of right calls over the classes that there are; nan with one class only."""
    kinds = np.unique(labels)
    if len(kinds) < 2:
        return float("nan")
    return float(np.mean([(calls[labels == kind] == kind).mean() for kind in kinds]))


def _macro_f1(labels: Labels, calls: Labels) -> float:
    kinds = np.unique(np.concatenate([labels, calls]))
    return float(np.mean([_f1((labels == k).astype(np.int64), (calls == k).astype(np.int64)) for k in kinds]))


def _brier(labels: Labels, probabilities: Floats) -> float:
    """Brier 1950: over two classes that of the finding, over several the sum over classes."""
    if probabilities.ndim == 1:
        return float(np.mean((probabilities - labels) ** 2))
    truth = np.eye(probabilities.shape[1])[labels]
    return float(np.mean(((probabilities - truth) ** 2).sum(axis=1)))


def compute_binary_figures(
    labels: Labels, probabilities: Floats, threshold: float, patients: Sequence[str] | Groups | None = None
) -> BinaryFigures:
    """Every figure of two-class answers: labels (n,) 0 or 1, probabilities (n,) of class 1.

    patients: of each film, so that several films of one patient do not count as independent; None: each film is one.
    Proportions have Wilson's intervals and AUC DeLong's, both widened by patient; the rest a bootstrap of patients.
    Raises ValueError for no films.
    """
    if len(labels) == 0:
        raise ValueError("figures need at least one film")
    groups = np.arange(len(labels)) if patients is None else group_numbers(patients)
    calls = (probabilities >= threshold).astype(np.int64)
    right = calls == labels

    def share(of: npt.NDArray[np.bool_]) -> Figure | None:
        return proportion(right[of], groups[of])

    return BinaryFigures(
        n=len(labels),
        patients=len(np.unique(groups)),
        threshold=threshold,
        confusion=confusion_matrix(labels, probabilities, threshold),
        accuracy=proportion(right, groups),
        balanced_accuracy=bootstrap_figure(groups, _balanced, labels, calls),
        f1=bootstrap_figure(groups, _f1, labels, calls),
        sensitivity=share(labels == 1),
        specificity=share(labels == 0),
        ppv=share(calls == 1),
        npv=share(calls == 0),
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
    """Figures of (n, classes) probabilities; the largest one is the call. Raises ValueError for no films.

    ECE is that of the called class's probability (Guo et al. 2017).
    """
    if len(labels) == 0:
        raise ValueError("figures need at least one film")
    groups = np.arange(len(labels)) if patients is None else group_numbers(patients)
    calls = probabilities.argmax(axis=1)
    table = np.zeros((len(classes), len(classes)), int)
    np.add.at(table, (labels, calls), 1)
    right = calls == labels
    return ClassFigures(
        n=len(labels),
        patients=len(np.unique(groups)),
        classes=classes,
        confusion=tuple(tuple(int(count) for count in row) for row in table),
        accuracy=proportion(right, groups),
        balanced_accuracy=bootstrap_figure(groups, _balanced, labels, calls),
        macro_f1=bootstrap_figure(groups, _macro_f1, labels, calls),
        macro_auc=bootstrap_figure(groups, mean_auc, labels, probabilities),
        brier=bootstrap_figure(groups, _brier, labels, probabilities),
        ece=bootstrap_figure(groups, expected_calibration_error, right, probabilities.max(axis=1)),
        each=tuple(
            _one_class(name, (labels == k).astype(np.int64), (calls == k).astype(np.int64), probabilities[:, k], groups)
            for k, name in enumerate(classes)
        ),
    )


def _one_class(name: str, labels: Labels, calls: Labels, scores: Floats, groups: Groups) -> OneClass:
    """Figures of one class against the rest: labels, calls (n,) 1 for it; scores (n,) its probabilities."""
    right = labels == calls
    sides = {"sensitivity": labels == 1, "specificity": labels == 0, "ppv": calls == 1}
    shares = {side: proportion(right[films], groups[films]) for side, films in sides.items()}
    f1, area = bootstrap_figure(groups, _f1, labels, calls), auc_figure(labels, scores, groups)
    return OneClass(name, int(labels.sum()), **shares, f1=f1, roc_auc=area)


def compute_figures(
    labels: Labels,
    probabilities: Floats,
    threshold: float | None,
    classes: tuple[str, ...],
    patients: Sequence[str] | Groups | None = None,
) -> Figures:
    """The figures that fit the number of classes; threshold None with more than two."""
    if threshold is None:
        return compute_class_figures(labels, probabilities, classes, patients)
    return compute_binary_figures(labels, probabilities, threshold, patients)


@dataclass(frozen=True, slots=True)
class AtPrevalence:
    """Predictive values where the finding is so frequent, 0..1."""

    prevalence: float
    ppv: Figure | None
    npv: Figure | None


def predictive_values_at(
    labels: Labels,
    probabilities: Floats,
    threshold: float,
    prevalence: float,
    patients: Sequence[str] | Groups | None = None,
) -> AtPrevalence:
    """Predictive values of the same answers where another share of films, 0..1 exclusive, has the finding."""
    groups = np.arange(len(labels)) if patients is None else group_numbers(patients)
    called = probabilities >= threshold
    sides = []
    for label in (1, 0):
        mine = labels == label
        worth = effective_films(called[mine], groups[mine]) if mine.any() else 0.0
        share = float(called[mine].mean()) if mine.any() else 0.0
        sides.append((share * worth, worth))
    found, false = sides
    spared, missed = ((worth - count, worth) for count, worth in (false, found))
    return AtPrevalence(
        prevalence, predictive_value(found, false, prevalence), predictive_value(spared, missed, 1 - prevalence)
    )


@dataclass(frozen=True, slots=True)
class ValidationFigures:
    """Figures of one epoch, at 0.5, without intervals; sensitivity and specificity None with several classes."""

    accuracy: float
    auc: float
    sensitivity: float | None
    specificity: float | None


def compute_validation_figures(labels: Labels, logits: npt.NDArray[np.float32]) -> ValidationFigures:
    """Figures of logits (n, 1) or (n, classes) against labels (n,)."""
    if logits.shape[1] > 1:
        scores = np.exp(logits - logits.max(axis=1, keepdims=True), dtype=np.float64)
        scores /= scores.sum(axis=1, keepdims=True)
        calls = logits.argmax(axis=1)
        return ValidationFigures(float((calls == labels).mean()), mean_auc(labels, scores), None, None)
    calls = (logits[:, 0] >= 0).astype(np.int64)
    sensitivity, specificity = (float((calls[labels == label] == label).mean()) for label in (1, 0))
    auc = mean_auc(labels, logits[:, 0].astype(np.float64))
    return ValidationFigures(float((calls == labels).mean()), auc, sensitivity, specificity)


def named_figures(figures: Figures | OneClass) -> list[tuple[str, Figure]]:
    """The figures that are defined, under their names."""
    found = ((field.name, getattr(figures, field.name)) for field in fields(figures))
    return [(name, value) for name, value in found if isinstance(value, Figure)]


def figure_title(name: str) -> str:
    """A figure's name as people write it, also that of a figure that this version does not know."""
    return tr(TITLES[name]) if name in TITLES else name.replace("_", " ").capitalize()


def to_json_object(figures: Figures) -> dict[str, Any]:
    """The content of metrics.json: every figure as {value, low, high}, null where undefined."""
    return asdict(figures)


def format_figure(figure: Figure | None) -> str:
    """A figure with its interval, as it stands in reports."""
    if figure is None:
        return tr("not defined")
    return tr("{value:.3f} ({low:.3f} to {high:.3f})", value=figure.value, low=figure.low, high=figure.high)


def format_figure_briefly(figure: Figure | None) -> str:
    """A figure of few films, for tables: its third digit says nothing."""
    return tr("not defined") if figure is None else f"{figure.value:.2f} ({figure.low:.2f}–{figure.high:.2f})"


def format_summary(figures: Figures) -> list[str]:
    """The number of films, then a readable line for each figure with its interval."""
    lines = [tr_count("{count} film, 95 % intervals:", "{count} films, 95 % intervals:", figures.n)]
    lines += [f"{figure_title(name):18} {format_figure(one)}" for name, one in named_figures(figures)]
    for one in figures.each if isinstance(figures, ClassFigures) else ():
        lines += [
            f"{one.name} (n = {one.n}): "
            + ", ".join(f"{figure_title(k)} {format_figure(v)}" for k, v in named_figures(one))
        ]
    return lines


CERTAIN: Final = {"1.000": "> 0.999", "0.000": "< 0.001"}


def format_probability(probability: float) -> str:
    """Three decimals; what they would round to certainty is said to be beyond them."""
    rounded = f"{probability:.3f}"
    return CERTAIN.get(rounded, rounded)
