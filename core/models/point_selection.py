"""Choosing a model's operating point on its validation answers, and keeping it for this computer."""

from dataclasses import dataclass

from core.metrics.intervals import Figure, proportion
from core.models.model_header import ModelHeader
from core.models.operating_point import (
    BAND_ERROR,
    Band,
    Goal,
    ThreeWay,
    Wish,
    evaluate_band,
    fit_conformal_band,
    fit_threshold,
    natural_frequencies,
)
from core.models.predictions import Predictions
from core.models.site_record import LocalPoint, save_point, today
from core.system.errors import JobFailed, Reason
from core.system.language import tr, tr_count


@dataclass(frozen=True, slots=True)
class Proposal:
    """An operating point as it would be, with what it does on the validation films that it is fitted on.

    Figures on validation films are those of the films it was fitted on, so the test films must confirm them.
    """

    wish: Wish
    threshold: float
    band: Band
    sensitivity: Figure
    specificity: Figure
    shares: ThreeWay
    films: int

    @property
    def sentence(self) -> str:
        """The proposal in natural frequencies, with where they come from."""
        source = tr_count("On {count} validation film.", "On {count} validation films.", self.films)
        return f"{natural_frequencies(self.sensitivity, self.specificity)} {source}"


def validation_predictions(header: ModelHeader) -> Predictions:
    """The model's validation answers. Raises JobFailed where it has none, or has several classes."""
    if header.threshold is None:
        sentence = tr(
            "An operating point can be chosen for two classes only; with more the most probable one is called."
        )
        raise JobFailed(Reason.OPERATING_POINT_INVALID, sentence)
    if header.validation is None:
        sentence = tr(
            "This model's file holds no answers on validation films, so no operating point can be fitted. Train it "
            "anew with this version."
        )
        raise JobFailed(Reason.OPERATING_POINT_INVALID, sentence)
    return header.validation


def propose_point(header: ModelHeader, wish: Wish, error: float | None = None) -> Proposal:
    """The operating point that keeps a wish, and the band of an error rate, 0..1, both from validation films.

    Raises JobFailed (operating_point_invalid) where the films are too few, or the error is no share.
    """
    answers = validation_predictions(header)
    if error is not None and not 0 < error < 1:
        sentence = tr("An error rate is a share between 0 and 1, such as 0.05.")
        raise JobFailed(Reason.OPERATING_POINT_INVALID, sentence)
    labels, probabilities = answers.labels, answers.probabilities(header.calibration.temperature)
    threshold = fit_threshold(wish, labels, probabilities)
    band = fit_conformal_band(labels, probabilities, threshold, BAND_ERROR if error is None else error)
    called = probabilities >= threshold
    sides = []
    for label, right in ((1, called), (0, ~called)):
        mine = labels == label
        figure = proportion(right[mine], answers.patients[mine])
        assert figure is not None  # validation has films of both classes
        sides.append(figure)
    shares = evaluate_band(labels, probabilities, (band.low, band.high), answers.patients)
    return Proposal(wish, threshold, band, sides[0], sides[1], shares, len(labels))


def select_point(header: ModelHeader, wish: Wish, error: float | None = None) -> Proposal:
    """Fit an operating point and use it wherever this model answers on this computer. Raises JobFailed."""
    proposal = propose_point(header, wish, error)
    band = proposal.band
    words = tr("a threshold set by hand ({wish})", wish=wish) if wish.goal is Goal.THRESHOLD else str(wish)
    save_point(header, LocalPoint(words, proposal.threshold, (band.low, band.high), band.error, today()))
    return proposal


def restore_own_point(header: ModelHeader) -> None:
    """Use the operating point of the model's file again."""
    save_point(header, None)
