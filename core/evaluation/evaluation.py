"""Results of an evaluation: predictions, figures and warnings, and the content of metrics.json."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.datasets.dataset import Film
from core.datasets.entries import FilmLeftOut
from core.documents.document import Document
from core.evaluation.subgroups import Subgroup
from core.metrics.curves import BinaryPlots, reliability_bins, score_histogram, threshold_curves
from core.metrics.figure_labels import format_probability
from core.metrics.figures import BinaryFigures, Figures, PredictiveValues, predictive_values_at, to_json_object
from core.metrics.roc import Floats
from core.models.model_header import ModelHeader
from core.models.operating_point import OF_PREVALENCE, ThreeWay, format_natural_frequencies
from core.models.predictions import Predictions
from core.models.site_record import Acceptance
from core.system.errors import JobFailed, Reason
from core.system.language import tr, tr_count


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Results of a model on labelled films.

    source: the dataset. films: the scored ones, in the order of the predictions.
    point: the operating point in words. at_prevalence, three_way: None with several classes.
    looks: how often the model was evaluated on these films, including this time.
    warnings: what a reader of the figures must know first. validation: whether the model passed an
    acceptance test here. left_out: unreadable films.
    """

    header: ModelHeader
    source: Path
    films: tuple[Film, ...]
    predictions: Predictions
    point: str
    figures: Figures
    at_prevalence: PredictiveValues | None
    three_way: ThreeWay | None
    subgroups: tuple[Subgroup, ...]
    looks: int
    warnings: tuple[str, ...]
    validation: str
    left_out: tuple[FilmLeftOut, ...]

    @property
    def probabilities(self) -> Floats:
        """Calibrated probabilities: (n,) of class 1, or (n, classes)."""
        return self.predictions.probabilities(self.header.calibration.temperature)

    @property
    def all_warnings(self) -> tuple[str, ...]:
        """The warnings, and last whether the model passed an acceptance test here."""
        return (*self.warnings, self.validation)

    def format_probabilities(self, indices: Sequence[int]) -> list[str]:
        """Return the probabilities of films by index, as text.

        Of class 1, or with several classes of the predicted class.
        """
        probabilities = self.probabilities
        return [format_probability(float(np.max(probabilities[index]))) for index in indices]

    @property
    def frequencies(self) -> str:
        """Sensitivity and specificity as natural frequencies; "" where one of them is undefined."""
        figures = self.figures
        if not isinstance(figures, BinaryFigures) or figures.sensitivity is None or figures.specificity is None:
            return ""
        prevalence = self.at_prevalence.prevalence if self.at_prevalence else OF_PREVALENCE
        return format_natural_frequencies(figures.sensitivity, figures.specificity, prevalence)

    def with_prevalence(self, prevalence: float) -> "Evaluation":
        """Return a copy with predictive values for another prevalence, 0..1 exclusive."""
        threshold, labels = self.header.threshold, self.predictions.labels
        if threshold is None:
            return self
        values = predictive_values_at(labels, self.probabilities, threshold, prevalence, self.predictions.patients)
        return replace(self, at_prevalence=values)

    def plots(self) -> BinaryPlots | None:
        """Compute the data of the plots, the same for report and window; None with several classes."""
        if not isinstance(self.figures, BinaryFigures):
            return None
        labels, probabilities = self.predictions.labels, self.probabilities
        return BinaryPlots(
            threshold_curves(labels, probabilities),
            reliability_bins(labels, probabilities),
            reliability_bins(labels, self.predictions.probabilities(temperature=1.0)),
            score_histogram(labels, probabilities),
        )

    @property
    def use_sentence(self) -> str:
        """Sentence on how often the model was evaluated on these films."""
        sentence = tr_count(
            "This model has been evaluated on these films once, including this time.",
            "This model has been evaluated on these films {count} times, including this time.",
            self.looks,
        )
        if self.looks < 3:
            return sentence
        return " ".join([sentence, tr("Choices made after seeing the results make the figures too optimistic.")])

    def predicted_labels(self) -> npt.NDArray[np.int64]:
        """Return the predicted class of each film, (n,)."""
        threshold, probabilities = self.header.threshold, self.probabilities
        if threshold is None:
            return np.asarray(probabilities.argmax(axis=1), np.int64)
        return (probabilities >= threshold).astype(np.int64)

    def films_in_cell(self, truth: int, predicted: int) -> npt.NDArray[np.int64]:
        """Return the indices of films in a cell of the confusion matrix, most confident first.

        truth, predicted: class indices of the row and the column.
        """
        probabilities = self.probabilities
        confidence = probabilities[:, predicted] if probabilities.ndim == 2 else np.abs(predicted - 1 + probabilities)
        films = np.flatnonzero((self.predictions.labels == truth) & (self.predicted_labels() == predicted))
        return films[np.argsort(-confidence[films], kind="stable")]

    def mistakes(self) -> npt.NDArray[np.int64]:
        """Return the indices of misclassified films, most confident mistake first."""
        probabilities, labels = self.probabilities, self.predictions.labels
        films = np.flatnonzero(self.predicted_labels() != labels)
        if probabilities.ndim == 2:
            of_true_class = probabilities[films, labels[films]]
        else:
            of_true_class = np.where(labels[films] == 1, probabilities[films], 1 - probabilities[films])
        return films[np.argsort(of_true_class, kind="stable")]

    def to_json_object(self) -> dict[str, Any]:
        """Return the content of metrics.json; an infinite or undefined number is null."""
        return {
            **to_json_object(self.figures),
            "model": self.header.name,
            "operating_point": self.point,
            "at_prevalence": asdict(self.at_prevalence) if self.at_prevalence else None,
            "three_way": self._three_way_json(),
            "subgroups": [asdict(group) for group in self.subgroups],
            "looks": self.looks,
            "left_out": len(self.left_out),
            "warnings": list(self.all_warnings),
        }

    def _three_way_json(self) -> dict[str, Any] | None:
        calibration = self.header.calibration
        if self.three_way is None:
            return None
        low, high = calibration.review_band
        return {"band": [low, high], "stated_error": calibration.band_error, **asdict(self.three_way)}


def film_names(evaluation: Evaluation, films: Sequence[int]) -> list[str]:
    """Return the file names of films by index."""
    return [evaluation.films[index].path.name for index in films]


@dataclass(frozen=True, slots=True)
class Target:
    """Sensitivity and specificity, 0..1 exclusive, that the lower interval bounds must reach.

    Raises JobFailed (operating_point_invalid) for other values.
    """

    sensitivity: float = 0.85
    specificity: float = 0.75

    def __post_init__(self) -> None:
        if not (0 < self.sensitivity < 1 and 0 < self.specificity < 1):
            sentence = tr("Targets are fractions between 0 and 1, such as 0.85.")
            raise JobFailed(Reason.OPERATING_POINT_INVALID, sentence)


@dataclass(frozen=True, slots=True)
class AcceptanceResult:
    """Result of an acceptance test.

    evaluation: on the local films. acceptance: the outcome as stored. document: the form.
    """

    evaluation: Evaluation
    acceptance: Acceptance
    target: Target
    document: Document
