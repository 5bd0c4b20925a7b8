"""Evaluations made by hand."""

from functools import cache

import numpy as np

from core.datasets.dataset import Film
from core.evaluation.evaluation import Evaluation
from core.metrics.figures import compute_binary_figures
from core.models.model_header import bundled_model_path, read_header
from core.models.operating_point import evaluate_band
from core.models.predictions import Predictions


@cache
def build_evaluation(found, spared, films=100, source=None):
    """An evaluation with so many of 100 films of each class classified correctly.

    Films with the finding come first. Correctly called ones have the probability 0.9, others 0.1.
    """
    labels = np.repeat([1, 0], films)
    called = np.concatenate([np.arange(films) < found, np.arange(films) >= spared])
    header = read_header(bundled_model_path())
    probabilities = np.where(called, 0.9, 0.1)
    temperature = header.calibration.temperature
    logits = (temperature * np.log(probabilities / (1 - probabilities)))[:, None].astype(np.float32)
    groups, source = np.arange(2 * films), source or bundled_model_path()
    figures = compute_binary_figures(labels, probabilities, header.threshold)
    shares = evaluate_band(labels, probabilities, (0.2, 0.8), groups)
    scored = tuple(Film(source / f"{number}.png", int(label), f"p{number}") for number, label in enumerate(labels))
    answers = Predictions(labels, logits, groups, tuple(f"{number:016x}" for number in groups))
    return Evaluation(
        header, source, scored, answers, "", figures, None, shares, (), 1, ("w",), "Not validated here.", ()
    )
