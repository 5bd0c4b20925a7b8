"""Whether a difference between two models is real."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.metrics.roc import roc_auc
from core.metrics.significance import Difference, delong_difference, holm_adjust, mcnemar_difference


def test_delong_difference_finds_what_is_there_and_nothing_else():
    random = np.random.default_rng(0)
    labels = np.repeat([0, 1], 200)
    good, poor = labels + random.normal(0, 0.5, 400), labels + random.normal(0, 2.0, 400)
    found = delong_difference(labels, poor, good)
    assert found.value == pytest.approx(roc_auc(labels, good) - roc_auc(labels, poor))
    assert found.low > 0
    assert found.p < 0.001
    falsely = [delong_difference(labels, *(labels + random.normal(0, 1, (2, 400)))).p < 0.05 for _ in range(300)]
    assert 0.02 < np.mean(falsely) < 0.09


def test_mcnemar_of_a_textbook_table():
    # 10 films only the first calls right, 25 only the second: exact two-sided p = 0.0167
    first = np.array([True] * 10 + [False] * 25 + [True] * 65)
    second = np.array([False] * 10 + [True] * 25 + [True] * 65)
    found = mcnemar_difference(first, second)
    assert found.value == pytest.approx(0.15)
    assert found.p == pytest.approx(0.01668, abs=1e-4)
    assert 0 < found.low < 0.15 < found.high


def test_several_tests_are_adjusted_together():
    # Holm 1979: 0.01 x 3, 0.02 x 2, 0.04 x 1, never less than the one before
    found = holm_adjust([Difference(0, 0, 0, p) for p in (0.04, 0.01, 0.02)] + [None])
    assert [difference and difference.p for difference in found] == pytest.approx([0.04, 0.03, 0.04, None])


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_mcnemar_is_symmetric(pairs):
    first, second = (np.array(column) for column in zip(*pairs, strict=True))
    one, other = mcnemar_difference(first, second), mcnemar_difference(second, first)
    assert one.value == -other.value
    assert one.p == other.p <= 1
    assert one.low <= one.value <= one.high
