"""From logits to an honest answer: temperature, operating point, three-way bands. Fitted on validation films only."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from core.events import Decision
from core.metrics import roc_curve

Floats = npt.NDArray[np.float64]
BAND_ERROR: Final = 0.05  # at most about 5 % of the films of each class may fall on the wrong side of the band


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a model's logits become a label and a decision.

    temperature: divides the logits. threshold: of the probability of class 1, None with more than two classes.
    review_band: with two classes, probabilities of class 1 between which a film goes to review; with more, the
    largest probability must reach the upper bound.
    """

    temperature: float
    threshold: float | None
    review_band: tuple[float, float]

    def probabilities(self, logits: npt.NDArray[np.float32]) -> Floats:
        """Calibrated probabilities, (n,) of class 1 from logits (n, 1), or (n, classes) from (n, classes)."""
        scaled = torch.from_numpy(logits.astype(np.float64)) / self.temperature
        if scaled.shape[1] == 1:
            return np.asarray(torch.sigmoid(scaled[:, 0]).numpy())
        return np.asarray(functional.softmax(scaled, dim=1).numpy())

    def label(self, probability: npt.NDArray[np.float64]) -> int:
        """Class index of one film from its row of `probabilities`."""
        if self.threshold is None:
            return int(probability.argmax())
        return int(probability >= self.threshold)

    def decision(self, probability: npt.NDArray[np.float64]) -> Decision:
        """The three-way answer of one film: whether a finding, any class but the first, is likely."""
        low, high = self.review_band
        if self.threshold is None:
            if probability.max() < high:
                return Decision.REVIEW
            return Decision.LIKELY if probability.argmax() > 0 else Decision.UNLIKELY
        if low <= probability < high:
            return Decision.REVIEW
        return Decision.LIKELY if probability >= high else Decision.UNLIKELY


def fitted_temperature(logits: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]) -> float:
    """The temperature, 0.05..20, with the least log loss on these films. Guo et al. 2017, temperature scaling."""
    scaled = torch.from_numpy(logits.astype(np.float64))
    targets = torch.from_numpy(labels)
    candidates = np.geomspace(0.05, 20, 241)
    losses = [float(_log_loss(scaled / float(value), targets)) for value in candidates]
    return float(candidates[int(np.argmin(losses))])


def _log_loss(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    if logits.shape[1] == 1:
        return functional.binary_cross_entropy_with_logits(logits[:, 0], targets.to(logits.dtype))
    return functional.cross_entropy(logits, targets)


def calibrated(
    logits: npt.NDArray[np.float32], labels: npt.NDArray[np.int64], temperature: bool, balanced: bool
) -> Calibration:
    """The calibration of a model from its validation films: logits (n, 1 or classes), labels (n,).

    temperature: False keeps the raw logits. balanced: False keeps the threshold 0.5.
    The band is class-conditional split-conformal: its bounds are the quantiles that leave `BAND_ERROR` of the
    positive films below and of the negative films above (Vovk 2012, Mondrian prediction sets). It always
    encloses the threshold, so that "likely" never contradicts the label.
    """
    value = fitted_temperature(logits, labels) if temperature else 1.0
    plain = Calibration(value, 0.5, (0.5, 0.5))
    probabilities = plain.probabilities(logits)
    if probabilities.ndim == 2:
        right = probabilities[np.arange(len(labels)), labels]
        return Calibration(value, None, (0.0, float(np.quantile(right, BAND_ERROR))))
    threshold = _balanced_threshold(labels, probabilities) if balanced else 0.5
    edges = (
        float(np.quantile(probabilities[labels == 1], BAND_ERROR)),
        float(np.quantile(probabilities[labels == 0], 1 - BAND_ERROR)),
    )
    return Calibration(value, threshold, (min(*edges, threshold), max(*edges, threshold)))


def _balanced_threshold(labels: npt.NDArray[np.int64], probabilities: Floats) -> float:
    """The middle of the range of thresholds with the largest sensitivity + specificity (Youden 1950)."""
    false_rate, true_rate, thresholds = roc_curve(labels, probabilities)
    best = 1 + int(np.argmax((true_rate - false_rate)[1:]))  # the first threshold, infinity, calls nothing
    below = probabilities[probabilities < thresholds[best]]
    lower = float(below.max()) if below.size else 0.0
    return float(np.clip((float(thresholds[best]) + lower) / 2, 0.01, 0.99))
