"""Predictions and names for the plots and tables of an evaluation."""

import numpy as np

from core.metrics.curves import confusion_matrix

HOSTILE = ("<b>x</b>", "&x")


def answers(films=300, seed=1):
    """Labels and probabilities of a fairly good model, (films,) each."""
    random = np.random.default_rng(seed)
    labels = (random.random(films) < 0.3).astype(np.int64)
    logits = np.where(labels == 1, random.normal(1.6, 1.6, films), random.normal(-2, 1.5, films))
    return labels, 1 / (1 + np.exp(-logits))


def rates(labels, probabilities, threshold):
    (tn, fp), (fn, tp) = confusion_matrix(labels, probabilities, threshold)
    return tp / (tp + fn), tn / (tn + fp)
