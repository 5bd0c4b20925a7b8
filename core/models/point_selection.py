"""Choose an operating point on the stored validation predictions and save it for this computer."""

from dataclasses import dataclass, replace

from core.metrics.intervals import Figure, proportion
from core.metrics.roc import Floats, Labels
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
    format_natural_frequencies,
)
from core.models.predictions import Predictions
from core.models.site_record import LocalPoint, read_record, save_point, today
from core.system.errors import JobFailed, Reason
from core.system.language import tr, tr_count


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate operating point with its figures on the validation films.

    It was fitted on these very films, so the figures need confirmation on test films.
    """

    wish: Wish
    threshold: float
    band: Band
    sensitivity: Figure
    specificity: Figure
    three_way: ThreeWay
    films: int

    @property
    def sentence(self) -> str:
        """The figures as natural frequencies, and how many validation films they come from."""
        source = tr_count("On {count} validation film.", "On {count} validation films.", self.films)
        return f"{format_natural_frequencies(self.sensitivity, self.specificity)} {source}"


def validation_predictions(header: ModelHeader) -> Predictions:
    """Return the model's validation predictions.

    Raises JobFailed (operating_point_invalid) for none, or for more than two classes.
    """
    if header.threshold is None:
        sentence = tr(
            "An operating point can only be chosen for two classes; with more, the most probable class is predicted."
        )
        raise JobFailed(Reason.OPERATING_POINT_INVALID, sentence)
    if header.validation is None:
        sentence = tr(
            "This model file contains no predictions on validation films, so no operating point can "
            "be fitted. Retrain the model with this version."
        )
        raise JobFailed(Reason.OPERATING_POINT_INVALID, sentence)
    return header.validation


def propose_point(header: ModelHeader, wish: Wish, error: float | None = None) -> Proposal:
    """Fit an operating point and review band on the validation films, without saving it.

    error: error rate of the band, 0..1 exclusive; None for BAND_ERROR.
    Raises JobFailed (operating_point_invalid) for too few films or an error outside 0..1.
    """
    predictions = validation_predictions(header)
    labels, probabilities = predictions.labels, predictions.probabilities(header.calibration.temperature)
    threshold = fit_threshold(wish, labels, probabilities)
    band = _fit_band(labels, probabilities, threshold, BAND_ERROR if error is None else error)
    predicted = probabilities >= threshold
    positive, negative = labels == 1, labels == 0
    sensitivity = proportion(predicted[positive], predictions.patients[positive])
    specificity = proportion(~predicted[negative], predictions.patients[negative])
    assert sensitivity is not None  # validation has films of both classes
    assert specificity is not None
    three_way = evaluate_band(labels, probabilities, (band.low, band.high), predictions.patients, predictions.unlike)
    return Proposal(wish, threshold, band, sensitivity, specificity, three_way, len(labels))


def _fit_band(labels: Labels, probabilities: Floats, threshold: float, error: float) -> Band:
    """Fit the review band around a threshold. Raises JobFailed (operating_point_invalid) for an error outside 0..1."""
    if not 0 < error < 1:
        sentence = tr("An error rate is a fraction between 0 and 1, such as 0.05.")
        raise JobFailed(Reason.OPERATING_POINT_INVALID, sentence)
    return fit_conformal_band(labels, probabilities, threshold, error)


def select_point(header: ModelHeader, wish: Wish, error: float | None = None) -> Proposal:
    """Fit an operating point and use it for this model on this computer. Raises JobFailed."""
    proposal = propose_point(header, wish, error)
    band = proposal.band
    words = tr("a threshold set by hand ({wish})", wish=wish) if wish.goal is Goal.THRESHOLD else str(wish)
    save_point(header, LocalPoint(words, proposal.threshold, (band.low, band.high), band.error, today()))
    return proposal


def select_error(header: ModelHeader, error: float) -> None:
    """Use a review band of another error rate at the threshold that was chosen here. Raises JobFailed.

    Without such a threshold the best balance is chosen, as for the model's own.
    """
    point = read_record(header).point
    if point is None:
        select_point(header, Wish(Goal.BALANCED), error)
        return
    predictions = validation_predictions(header)
    probabilities = predictions.probabilities(header.calibration.temperature)
    band = _fit_band(predictions.labels, probabilities, point.threshold, error)
    save_point(header, replace(point, review_band=(band.low, band.high), band_error=band.error, chosen=today()))


def restore_own_point(header: ModelHeader) -> None:
    """Return to the operating point stored in the model file."""
    save_point(header, None)
