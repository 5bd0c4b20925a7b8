"""Measure a network on its validation films after an epoch."""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.metrics.figures import ValidationFigures, compute_validation_figures
from core.metrics.roc import Labels
from core.recipes.recipe import KeptBy
from core.system.errors import JobFailed, Reason
from core.system.language import tr
from core.training.optimization import compute_loss


class Validation(NamedTuple):
    """Logits (n, outputs), their mean loss without label smoothing, and their figures.

    score: the figure by which an epoch is kept, higher is better.
    """

    logits: npt.NDArray[np.float32]
    loss: float
    figures: ValidationFigures
    score: float


def measure_validation(
    logits: npt.NDArray[np.float32], labels: Labels, class_weights: Tensor | None, kept_by: KeptBy
) -> Validation:
    """Measure logits (n, outputs) against labels (n,). Raises JobFailed if the training has diverged."""
    loss = float(compute_loss(torch.from_numpy(logits), torch.from_numpy(labels), class_weights, smoothing=0.0))
    if not math.isfinite(loss):
        raise JobFailed(Reason.RECIPE_INVALID, tr("The loss diverged. Try a lower learning rate."))
    figures = compute_validation_figures(labels, logits)
    scores = {KeptBy.LOSS: -loss, KeptBy.AUC: figures.auc, KeptBy.ACCURACY: figures.accuracy}
    return Validation(logits, loss, figures, scores[kept_by])
