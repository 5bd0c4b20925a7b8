"""From logits to an honest answer: temperature, threshold, three-way bands. Fitted on validation films only."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.metrics.roc import Floats, Labels
from core.models.decision import Decision
from core.models.operating_point import BAND_ERROR, fit_balanced_threshold, fit_conformal_band

Logits = npt.NDArray[np.float32]
PRIOR = 0.5  # films of each class that are added to those counted


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a model's logits become a label and a decision.

    temperature: divides the logits. threshold: of the probability of class 1, None with more than two classes.
    review_band: with two classes, probabilities of class 1 between which a film goes to review; with more, the
    largest probability must reach the upper bound. band_error: the error rate that the band promises, None where it
    is not known.
    """

    temperature: float
    threshold: float | None
    review_band: tuple[float, float]
    band_error: float | None = None

    def probabilities(self, logits: Logits) -> Floats:
        """Calibrated probabilities, (n,) of class 1 from logits (n, 1), or (n, classes) from (n, classes)."""
        return compute_probabilities(logits, self.temperature)

    def label(self, probability: Floats) -> int:
        """Class index of one film from its row of `probabilities`."""
        if self.threshold is None:
            return int(probability.argmax())
        return int(probability >= self.threshold)

    def decision(self, probability: Floats) -> Decision:
        """The three-way answer of one film: whether a finding, any class but the first, is likely."""
        low, high = self.review_band
        if self.threshold is None:
            if probability.max() < high:
                return Decision.REVIEW
            return Decision.LIKELY if probability.argmax() > 0 else Decision.UNLIKELY
        if low <= probability < high:
            return Decision.REVIEW
        return Decision.LIKELY if probability >= high else Decision.UNLIKELY


def compute_probabilities(logits: Logits, temperature: float) -> Floats:
    """Probabilities, (n,) of class 1 from logits (n, 1), or (n, classes) from (n, classes)."""
    scaled = logits.astype(np.float64) / temperature
    if scaled.shape[1] == 1:
        return np.asarray(np.exp(-np.logaddexp(0, -scaled[:, 0])))
    return np.asarray(np.exp(scaled - _log_sum(scaled)[:, None]))


def _log_sum(scaled: Floats) -> Floats:
    """Logarithm of the sum of exponentials of each row, without overflow."""
    return np.asarray(np.logaddexp.reduce(scaled, axis=1))


def fit_temperature(logits: Logits, labels: Labels) -> float:
    """The temperature, 0.05..20, with the least log loss on these films. Guo et al. 2017, temperature scaling.

    Labels are softened as shares estimated from so few films are, with Jeffreys' prior (Platt 1999 does so with
    another): films that are told apart without a mistake prove no certainty, which labels alone would take them for.
    """
    classes = max(2, logits.shape[1])
    counts = np.bincount(labels, minlength=classes)[:, None]
    targets = ((np.eye(classes) * counts + PRIOR) / (counts + classes * PRIOR))[labels]
    candidates = np.geomspace(0.05, 20, 241)
    losses = [log_loss(logits.astype(np.float64) / value, targets) for value in candidates]
    return float(candidates[int(np.argmin(losses))])


def log_loss(scaled: Floats, targets: Floats) -> float:
    """Mean cross-entropy of logits (n, 1 or classes) over the temperature with each class's share (n, classes)."""
    if scaled.shape[1] == 1:
        scaled = np.hstack([np.zeros_like(scaled), scaled])
    return float(np.mean(_log_sum(scaled) - (targets * scaled).sum(axis=1)))


def fit_calibration(logits: Logits, labels: Labels, temperature: bool, balanced: bool) -> Calibration:
    """The calibration of a model from its validation films: logits (n, 1 or classes), labels (n,).

    temperature: False keeps the raw logits. balanced: False keeps the threshold 0.5. The band is `fit_conformal_band`;
    with several classes a film goes to review where its largest probability is below what 95 % of the validation
    films reach for their true class.
    """
    value = fit_temperature(logits, labels) if temperature else 1.0
    probabilities = compute_probabilities(logits, value)
    if probabilities.ndim == 2:
        right = probabilities[np.arange(len(labels)), labels]
        return Calibration(value, None, (0.0, float(np.quantile(right, BAND_ERROR))))
    threshold = fit_balanced_threshold(labels, probabilities) if balanced else 0.5
    band = fit_conformal_band(labels, probabilities, threshold)
    return Calibration(value, threshold, (band.low, band.high), band.error)
