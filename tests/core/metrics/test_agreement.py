"""Agreement of reader and model: against sklearn and resampling."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from core.metrics.agreement import cohen_kappa, measure_agreement


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=3, max_size=80))
def test_kappa_equals_sklearn(pairs):
    one, two = zip(*[*pairs, (0, 0), (1, 2)], strict=True)
    table = np.zeros((3, 3), np.int64)
    np.add.at(table, (one, two), 1)
    assert cohen_kappa(table).value == pytest.approx(cohen_kappa_score(one, two, labels=[0, 1, 2]))


def test_kappas_interval_is_that_of_resampling():
    random = np.random.default_rng(0)
    one = random.integers(0, 2, 400)
    two = np.where(random.random(400) < 0.8, one, random.integers(0, 2, 400))
    table = np.zeros((2, 2), np.int64)
    np.add.at(table, (one, two), 1)
    figure = cohen_kappa(table)
    values = []
    for _ in range(600):
        drawn = random.integers(0, 400, 400)
        values.append(cohen_kappa_score(one[drawn], two[drawn]))
    low, high = np.quantile(values, [0.025, 0.975])
    assert figure.low == pytest.approx(low, abs=0.012)
    assert figure.high == pytest.approx(high, abs=0.012)


def test_agreement_leaves_out_what_is_no_class():
    seen = measure_agreement(["P", "N", "unsure", "P"], ["P", "P", "P", "N"], ("N", "P"))
    assert seen.films == 3
    assert seen.sensitivity.value == pytest.approx(0.5)
    assert seen.specificity.value == 0
    assert "3 films classified" in seen.sentence
    assert measure_agreement([], [], ("N", "P")).sentence == "The reader has not classified any film yet."
