import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from core.metrics import average_precision, binary_figures, delong, roc_auc, wilson


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_equals_scipy(case):
    successes, trials = case
    figure = wilson(successes, trials)
    expected = binomtest(successes, trials).proportion_ci(method="wilson")
    assert figure.low == pytest.approx(expected.low, abs=1e-6)
    assert figure.high == pytest.approx(expected.high, abs=1e-6)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 9)), min_size=2, max_size=60))
def test_areas_equal_sklearn(pairs):
    labels, scores = (np.array(column) for column in zip(*[*pairs, (0, 3), (1, 4)], strict=True))
    scores = scores / 10
    assert roc_auc(labels, scores) == pytest.approx(roc_auc_score(labels, scores))
    assert average_precision(labels, scores) == pytest.approx(average_precision_score(labels, scores))


def test_delong_equals_its_definition():
    random = np.random.default_rng(1)
    labels = random.integers(0, 2, 80)
    scores = np.round(random.normal(labels * 0.8), 1)
    positive, negative = scores[labels == 1], scores[labels == 0]
    wins = (positive[:, None] > negative) + 0.5 * (positive[:, None] == negative)
    spread = wins.mean(1).var(ddof=1) / len(positive) + wins.mean(0).var(ddof=1) / len(negative)
    figure = delong(labels, scores)
    assert figure.value == pytest.approx(wins.mean())
    assert figure.high - figure.value == pytest.approx(1.959964 * np.sqrt(spread), rel=1e-5)


def test_binary_figures_by_hand():
    labels = np.array([0, 0, 0, 1, 1, 1, 1, 1])
    probabilities = np.array([0.1, 0.2, 0.9, 0.3, 0.6, 0.7, 0.8, 0.9])
    figures = binary_figures(labels, probabilities, 0.5)
    assert figures.confusion == ((2, 1), (1, 4))
    assert figures.sensitivity.value == pytest.approx(0.8)
    assert figures.f1.value == pytest.approx(f1_score(labels, probabilities >= 0.5))
    assert figures.f1.low <= figures.f1.value <= figures.f1.high


def test_undefined_figures_are_none_not_nan():
    figures = binary_figures(np.array([0, 0]), np.array([0.1, 0.2]), 0.5)
    assert figures.sensitivity is None
    assert figures.roc_auc is None
    assert figures.ppv is None
