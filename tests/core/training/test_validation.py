"""An epoch's result on the validation films."""

import numpy as np
import pytest
import torch

from core.recipes.recipe import KeptBy
from core.system.errors import JobFailed, Reason
from core.training.validation import measure_validation

LABELS = np.array([0, 0, 1, 1])
LOGITS = np.array([[-2.0], [1.0], [0.5], [3.0]], np.float32)


def test_the_recipe_says_by_which_figure_an_epoch_is_kept():
    loss, auc, accuracy = (measure_validation(LOGITS, LABELS, None, kept_by) for kept_by in KeptBy)
    assert loss.loss == pytest.approx(np.mean(np.log1p(np.exp([-2, 1, -0.5, -3]))))
    assert (loss.score, auc.score, accuracy.score) == (-loss.loss, auc.figures.auc, accuracy.figures.accuracy)
    assert (auc.score, accuracy.score) == (0.75, 0.75)
    weighted = measure_validation(LOGITS, LABELS, torch.tensor([1.0, 0.0]), KeptBy.LOSS)
    assert weighted.loss == pytest.approx(np.log1p(np.exp([-2, 1])).sum() / 4)


def test_a_loss_that_is_no_number_ends_the_training_in_a_sentence():
    with pytest.raises(JobFailed, match="lower learning rate") as failed:
        measure_validation(LOGITS * np.float32("nan"), LABELS, None, KeptBy.AUC)
    assert failed.value.reason is Reason.RECIPE_INVALID
