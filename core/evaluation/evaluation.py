"""An evaluation that is done: answers, figures, and what a reader must know first; its metrics.json. Scores nothing."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.datasets.dataset import Film
from core.datasets.events import FilmLeftOut
from core.documents.document import Document
from core.evaluation.subgroups import Subgroup
from core.metrics.figures import (
    AtPrevalence,
    BinaryFigures,
    Figures,
    format_probability,
    predictive_values_at,
    to_json_object,
)
from core.metrics.roc import Floats
from core.models.model_header import ModelHeader
from core.models.operating_point import ThreeWay, natural_frequencies
from core.models.predictions import Predictions
from core.models.site_record import Acceptance
from core.system.errors import JobFailed, Reason
from core.system.language import tr, tr_count


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A model on labelled films.

    source: the dataset. films: those that were scored, in the order of answers. point: the operating point in words.
    at_prevalence, three_way: None with several classes. looks: how often the model was evaluated on these films, with
    this time. warnings: what a reader of the figures must know first. left_out: films that could not be read.
    """

    header: ModelHeader
    source: Path
    films: tuple[Film, ...]
    answers: Predictions
    point: str
    figures: Figures
    at_prevalence: AtPrevalence | None
    three_way: ThreeWay | None
    subgroups: tuple[Subgroup, ...]
    looks: int
    warnings: tuple[str, ...]
    left_out: tuple[FilmLeftOut, ...]

    @property
    def probabilities(self) -> Floats:
        """Calibrated, (n,) of class 1, or (n, classes)."""
        return self.answers.probabilities(self.header.calibration.temperature)

    def probabilities_in_words(self, indices: Sequence[int]) -> list[str]:
        """Of class 1 on these films, or with several classes of the called ones."""
        probabilities = self.probabilities
        return [format_probability(float(np.max(probabilities[index]))) for index in indices]

    @property
    def frequencies(self) -> str:
        """Sensitivity and specificity as natural frequencies; "" where one of them is undefined."""
        figures, given = self.figures, self.at_prevalence
        if not isinstance(figures, BinaryFigures) or figures.sensitivity is None or figures.specificity is None:
            return ""
        return natural_frequencies(figures.sensitivity, figures.specificity, given.prevalence if given else 0.1)

    def at(self, prevalence: float) -> "Evaluation":
        """The same with predictive values and frequencies for another prevalence, 0..1 exclusive."""
        threshold, labels = self.header.threshold, self.answers.labels
        if threshold is None:
            return self
        stated = predictive_values_at(labels, self.probabilities, threshold, prevalence, self.answers.patients)
        return replace(self, at_prevalence=stated)

    @property
    def seen(self) -> str:
        """How often these films were looked at, in words."""
        sentence = tr_count(
            "This model was evaluated on these films once, this time included.",
            "This model was evaluated on these films {count} times, this time included.",
            self.looks,
        )
        if self.looks < 3:
            return sentence
        return " ".join([sentence, tr("Choices that were made after looking make the figures too good.")])

    def calls(self) -> npt.NDArray[np.int64]:
        """The class that each film is called, (n,)."""
        threshold, probabilities = self.header.threshold, self.probabilities
        if threshold is None:
            return np.asarray(probabilities.argmax(axis=1), np.int64)
        return (probabilities >= threshold).astype(np.int64)

    def cell(self, truth: int, called: int) -> npt.NDArray[np.int64]:
        """Indices of the films of class `truth` that are called `called`, the most confident first."""
        probabilities = self.probabilities
        certainty = probabilities[:, called] if probabilities.ndim == 2 else np.abs(called - 1 + probabilities)
        films = np.flatnonzero((self.answers.labels == truth) & (self.calls() == called))
        return films[np.argsort(-certainty[films], kind="stable")]

    def mistakes(self) -> npt.NDArray[np.int64]:
        """Indices of the films that are called wrongly, the most confident mistake first."""
        probabilities, labels = self.probabilities, self.answers.labels
        films = np.flatnonzero(self.calls() != labels)
        own = probabilities[films, labels[films]] if probabilities.ndim == 2 else None
        if own is None:
            own = np.where(labels[films] == 1, probabilities[films], 1 - probabilities[films])
        return films[np.argsort(own, kind="stable")]

    def to_json_object(self) -> dict[str, Any]:
        """The content of metrics.json; an infinite or undefined number is null."""
        return {
            **to_json_object(self.figures),
            "model": self.header.name,
            "operating_point": self.point,
            "at_prevalence": asdict(self.at_prevalence) if self.at_prevalence else None,
            "three_way": self._band_json(),
            "subgroups": [asdict(group) for group in self.subgroups],
            "looks": self.looks,
            "left_out": len(self.left_out),
            "warnings": list(self.warnings),
        }

    def _band_json(self) -> dict[str, Any] | None:
        calibration = self.header.calibration
        if self.three_way is None:
            return None
        low, high = calibration.review_band
        return {"band": [low, high], "stated_error": calibration.band_error, **asdict(self.three_way)}


def film_names(evaluation: Evaluation, films: Sequence[int]) -> list[str]:
    """File names of films by their indices."""
    return [evaluation.films[index].path.name for index in films]


@dataclass(frozen=True, slots=True)
class Target:
    """What sensitivity and specificity, 0..1, must be shown to reach: their intervals may not go below."""

    sensitivity: float = 0.85
    specificity: float = 0.75

    def __post_init__(self) -> None:
        if not (0 < self.sensitivity < 1 and 0 < self.specificity < 1):
            sentence = tr("Targets are shares between 0 and 1, such as 0.85.")
            raise JobFailed(Reason.OPERATING_POINT_INVALID, sentence)


@dataclass(frozen=True, slots=True)
class AcceptanceResult:
    """evaluation: on the local films. acceptance: the outcome, as it is kept. document: the form."""

    evaluation: Evaluation
    acceptance: Acceptance
    target: Target
    document: Document
