"""Figures of a classifier: against sklearn, with honest intervals, never nan, never certain."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, brier_score_loss, confusion_matrix, f1_score, roc_auc_score

from core.metrics.figure_labels import DEFINITIONS, format_probability
from core.metrics.figures import (
    compute_binary_figures,
    compute_class_figures,
    named_figures,
    predictive_values_at,
    to_json_object,
)


def test_binary_figures_equal_sklearn():
    random = np.random.default_rng(6)
    labels = random.integers(0, 2, 300)
    probabilities = 1 / (1 + np.exp(-random.normal(2 * labels - 1, 1.5)))
    calls = probabilities >= 0.4
    figures = compute_binary_figures(labels, probabilities, 0.4)
    assert np.array(figures.confusion).tolist() == confusion_matrix(labels, calls).tolist()
    assert figures.f1.value == pytest.approx(f1_score(labels, calls))
    assert figures.balanced_accuracy.value == pytest.approx(balanced_accuracy_score(labels, calls))
    assert figures.brier.value == pytest.approx(brier_score_loss(labels, probabilities))
    assert figures.f1.low < figures.f1.value < figures.f1.high
    names = [name for name, _ in named_figures(figures)]
    assert len(names) == 11
    assert set(names) <= set(DEFINITIONS)


def test_films_of_one_patient_widen_every_interval():
    random = np.random.default_rng(7)
    labels = np.arange(80) % 2
    probabilities = 1 / (1 + np.exp(-random.normal(2 * labels - 1, 1.5)))
    alone = compute_binary_figures(labels, probabilities, 0.5)
    tripled = [np.repeat(column, 3) for column in (labels, probabilities)]
    naive = compute_binary_figures(*tripled, 0.5)
    patients = [f"p{number}" for number in np.repeat(np.arange(80), 3)]
    honest = compute_binary_figures(*tripled, 0.5, patients)
    assert (honest.n, honest.patients) == (240, 80)
    for name, figure in named_figures(honest):
        width, too_narrow = (getattr(one, name).high - getattr(one, name).low for one in (alone, naive))
        assert figure.high - figure.low == pytest.approx(width, rel=0.15), name
        assert figure.high - figure.low > 1.3 * too_narrow, name


def test_undefined_figures_are_none_not_nan():
    figures = compute_binary_figures(np.array([0, 0]), np.array([0.1, 0.2]), 0.5)
    assert figures.sensitivity is None
    assert figures.roc_auc is None
    assert figures.ppv is None
    assert predictive_values_at(np.array([0, 0]), np.array([0.1, 0.2]), 0.5, 0.1).ppv is None


def test_predictive_values_at_the_datas_own_prevalence_are_the_datas():
    labels = np.array([0] * 60 + [1] * 40)
    probabilities = np.array([0.9] * 6 + [0.1] * 54 + [0.9] * 36 + [0.1] * 4)
    figures = compute_binary_figures(labels, probabilities, 0.5)
    given_share = predictive_values_at(labels, probabilities, 0.5, 0.4)
    assert given_share.ppv.value == pytest.approx(figures.ppv.value)
    assert given_share.npv.value == pytest.approx(figures.npv.value)
    rare = predictive_values_at(labels, probabilities, 0.5, 0.01)
    assert rare.ppv.value == pytest.approx(0.9 * 0.01 / (0.9 * 0.01 + 0.1 * 0.99))


def test_several_classes_have_figures_each_and_their_means():
    random = np.random.default_rng(8)
    labels = random.integers(0, 3, 200)
    logits = random.normal(size=(200, 3)) + 2 * np.eye(3)[labels]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    figures = compute_class_figures(labels, probabilities, ("a", "b", "c"))
    calls = probabilities.argmax(axis=1)
    assert np.array(figures.confusion).tolist() == confusion_matrix(labels, calls).tolist()
    assert figures.balanced_accuracy.value == pytest.approx(balanced_accuracy_score(labels, calls))
    assert figures.macro_f1.value == pytest.approx(f1_score(labels, calls, average="macro"))
    assert figures.macro_auc.value == pytest.approx(roc_auc_score(labels, probabilities, multi_class="ovr"))
    for k, one in enumerate(figures.each):
        assert one.n == (labels == k).sum()
        assert one.f1.value == pytest.approx(f1_score(labels == k, calls == k))
        assert one.roc_auc.value == pytest.approx(roc_auc_score(labels == k, probabilities[:, k]))
        assert one.sensitivity.value == pytest.approx((calls[labels == k] == k).mean())
    assert to_json_object(figures)["each"][1]["name"] == "b"


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (1.0, "> 0.999"), (0.9996, "> 0.999"), (0.9994, "0.999"), (0.5, "0.500"), (0.0006, "0.001"),
        (0.0004, "< 0.001"), (0.0, "< 0.001"),
    ],
)  # fmt: skip
def test_nothing_is_certain(probability, words):
    assert format_probability(probability) == words
