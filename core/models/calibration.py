"""Calibrate logits on validation films: temperature, decision threshold and review band."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.metrics.roc import Floats, Labels
from core.models.decision import Decision
from core.models.operating_point import BAND_ERROR, fit_balanced_threshold, fit_conformal_band

Logits = npt.NDArray[np.float32]
PRIOR = 0.5  # pseudo-count added to each class (Jeffreys)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Turn a model's logits into probabilities, a class label and a three-way decision.

    temperature: divides the logits.
    threshold: on the probability of class 1; None with more than two classes.
    review_band: with two classes, films with a probability of class 1 in [low, high) go to review;
        with more, the largest probability must reach the upper bound.
    band_error: error rate the band guarantees (conformal alpha); None where unknown.
    """

    temperature: float
    threshold: float | None
    review_band: tuple[float, float]
    band_error: float | None = None

    def probabilities(self, logits: Logits) -> Floats:
        """Return calibrated probabilities: (n,) of class 1 from logits (n, 1), or (n, classes)."""
        return compute_probabilities(logits, self.temperature)

    def label(self, probability: Floats) -> int:
        """Return the class index of one film from its row of `probabilities`."""
        if self.threshold is None:
            return int(probability.argmax())
        return int(probability >= self.threshold)

    def decision(self, probability: Floats, is_unlike: bool = False) -> Decision:
        """Return the three-way decision for one film.

        The question is whether a finding, any class but the first, is likely. is_unlike: the film is
        unlike those that the model was validated on (core/models/validated_films.py); it goes to
        review whatever its probability.
        """
        if is_unlike:
            return Decision.REVIEW
        low, high = self.review_band
        if self.threshold is None:
            if probability.max() < high:
                return Decision.REVIEW
            return Decision.LIKELY if probability.argmax() > 0 else Decision.UNLIKELY
        if low <= probability < high:
            return Decision.REVIEW
        return Decision.LIKELY if probability >= high else Decision.UNLIKELY


def compute_probabilities(logits: Logits, temperature: float) -> Floats:
    """Return probabilities: (n,) of class 1 from logits (n, 1), else (n, classes)."""
    scaled = logits.astype(np.float64) / temperature
    if scaled.shape[1] == 1:
        return np.asarray(np.exp(-np.logaddexp(0, -scaled[:, 0])))
    return np.asarray(np.exp(scaled - _log_sum_exp(scaled)[:, None]))


def _log_sum_exp(scaled: Floats) -> Floats:
    """Return log(sum(exp(row))) of each row, without overflow."""
    return np.asarray(np.logaddexp.reduce(scaled, axis=1))


def fit_temperature(logits: Logits, labels: Labels) -> float:
    """Return the temperature in 0.05..20 with the least log loss on these films.

    Temperature scaling, Guo et al. 2017. Targets are smoothed by Jeffreys' prior (Platt 1999 uses
    another one): with hard labels, classes that are separated without error would drive the
    temperature down to a certainty that a finite sample does not support.
    """
    classes = max(2, logits.shape[1])
    counts = np.bincount(labels, minlength=classes)[:, None]
    targets = ((np.eye(classes) * counts + PRIOR) / (counts + classes * PRIOR))[labels]
    candidates = np.geomspace(0.05, 20, 241)
    losses = [log_loss(logits.astype(np.float64) / value, targets) for value in candidates]
    return float(candidates[int(np.argmin(losses))])


def log_loss(scaled: Floats, targets: Floats) -> float:
    """Return the mean cross-entropy of temperature-scaled logits against soft targets.

    scaled: (n, 1 or classes). targets: probability of each class, (n, classes).
    """
    if scaled.shape[1] == 1:
        scaled = np.hstack([np.zeros_like(scaled), scaled])
    return float(np.mean(_log_sum_exp(scaled) - (targets * scaled).sum(axis=1)))


def fit_calibration(logits: Logits, labels: Labels, temperature: bool, balanced: bool) -> Calibration:
    """Fit a model's calibration on validation films: logits (n, 1 or classes), labels (n,).

    temperature: False keeps the raw logits. balanced: False keeps the threshold 0.5.
    With two classes the review band comes from `fit_conformal_band`. With more, a film goes to
    review when its largest probability is below the 5 % quantile (BAND_ERROR) of the probabilities
    that validation films reach for their true class.
    """
    value = fit_temperature(logits, labels) if temperature else 1.0
    probabilities = compute_probabilities(logits, value)
    if probabilities.ndim == 2:
        of_true_class = probabilities[np.arange(len(labels)), labels]
        return Calibration(value, None, (0.0, float(np.quantile(of_true_class, BAND_ERROR))))
    threshold = fit_balanced_threshold(labels, probabilities) if balanced else 0.5
    band = fit_conformal_band(labels, probabilities, threshold)
    return Calibration(value, threshold, (band.low, band.high), band.error)
