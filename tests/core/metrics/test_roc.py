"""Areas and their intervals: against sklearn, the definition, and simulations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.metrics import precision_recall_curve as sklearn_precision_recall

from core.metrics.roc import auc_figure, average_precision, delong_interval, precision_recall_curve, roc_auc


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 9)), min_size=2, max_size=60))
def test_areas_equal_sklearn(pairs):
    labels, scores = (np.array(column) for column in zip(*[*pairs, (0, 3), (1, 4)], strict=True))
    scores = scores / 10
    assert roc_auc(labels, scores) == pytest.approx(roc_auc_score(labels, scores))
    assert average_precision(labels, scores) == pytest.approx(average_precision_score(labels, scores))
    precision, recall, thresholds = precision_recall_curve(labels, scores)
    theirs = sklearn_precision_recall(labels, scores)
    assert precision.tolist() == pytest.approx(theirs[0][:-1][::-1].tolist())
    assert recall.tolist() == pytest.approx(theirs[1][:-1][::-1].tolist())
    assert thresholds.tolist() == theirs[2][::-1].tolist()


def test_delong_equals_its_definition():
    random = np.random.default_rng(1)
    labels = random.integers(0, 2, 80)
    scores = np.round(random.normal(labels * 0.8), 1)
    positive, negative = scores[labels == 1], scores[labels == 0]
    wins = (positive[:, None] > negative) + 0.5 * (positive[:, None] == negative)
    spread = wins.mean(1).var(ddof=1) / len(positive) + wins.mean(0).var(ddof=1) / len(negative)
    figure = delong_interval(labels, scores)
    assert figure.value == pytest.approx(wins.mean())
    assert figure.high - figure.value == pytest.approx(1.959964 * np.sqrt(spread), rel=1e-5)


def test_clustered_auc_is_delong_with_one_film_a_patient_and_wider_with_several():
    random = np.random.default_rng(2)
    labels = random.integers(0, 2, 120)
    scores = random.normal(labels * 1.2)
    alone = auc_figure(labels, scores, np.arange(120))
    assert alone == delong_interval(labels, scores)
    thrice = auc_figure(np.repeat(labels, 3), np.repeat(scores, 3), np.repeat(np.arange(120), 3))
    assert thrice.value == pytest.approx(alone.value)
    assert thrice.high - thrice.low == pytest.approx(alone.high - alone.low, rel=0.02)


def test_clustered_auc_covers_the_truth():
    random, runs, covered, plainly = np.random.default_rng(3), 400, 0, 0
    truth = 0.8413447  # of normal scores one apart, with variance 1 in all: Phi(1 / sqrt(2) * sqrt(2))
    for _ in range(runs):
        groups = np.repeat(np.arange(50), random.integers(1, 6, 50))
        labels = (np.arange(50) % 2)[groups]
        scores = np.sqrt(2) * labels + random.normal(size=50)[groups] * 0.8 + random.normal(size=len(groups)) * 0.6
        figure, plain = auc_figure(labels, scores, groups), delong_interval(labels, scores)
        covered += figure.low <= truth <= figure.high
        plainly += plain.low <= truth <= plain.high
    assert covered / runs >= 0.91
    assert plainly / runs < covered / runs - 0.1
