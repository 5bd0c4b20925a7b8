"""Intervals: against scipy, published examples, and how often they cover the truth in simulations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from core.metrics.intervals import (
    bootstrap_figure,
    effective_films,
    group_numbers,
    predictive_value,
    proportion,
    wilson_interval,
)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_equals_scipy(case):
    successes, trials = case
    figure = wilson_interval(successes, trials)
    expected = binomtest(successes, trials).proportion_ci(method="wilson")
    assert figure.low == pytest.approx(expected.low, abs=1e-6)
    assert figure.high == pytest.approx(expected.high, abs=1e-6)


def test_films_of_patients_with_one_film_each_are_all_independent():
    hits = np.array([True, False, True, True])
    assert effective_films(hits, np.arange(4)) == 4
    assert proportion(hits, np.arange(4)) == wilson_interval(3, 4)


def test_copies_of_films_add_nothing():
    hits = np.array([True] * 17 + [False] * 3)
    once = proportion(hits, np.arange(20))
    thrice = proportion(np.repeat(hits, 3), np.repeat(np.arange(20), 3))
    assert thrice.value == once.value
    # the variance between n patients is estimated with n - 1
    assert thrice.high - thrice.low == pytest.approx(once.high - once.low, rel=0.03)
    assert thrice.high - thrice.low >= once.high - once.low


def test_where_all_films_agree_each_patient_counts_once():
    assert proportion(np.ones(30, bool), np.repeat(np.arange(10), 3)) == wilson_interval(10, 10)


def drawn_films(random, patients, share, spread):
    """Right calls of films of patients whose own shares differ (beta), 1 to 8 films each."""
    own = random.beta(share * spread, (1 - share) * spread, patients)
    films = random.integers(1, 9, patients)
    return random.random(films.sum()) < np.repeat(own, films), np.repeat(np.arange(patients), films)


@pytest.mark.parametrize("share", [0.8, 0.95])
def test_clustered_shares_cover_the_truth_as_often_as_they_say_and_a_bootstrap_does_not(share):
    random = np.random.default_rng(5)
    runs, patients = 600, 60
    covered = dict.fromkeys(("ours", "films taken for independent", "bootstrap"), 0)
    for run in range(runs):
        hits, groups = drawn_films(random, patients, share, 4)
        ours, plain = proportion(hits, groups), wilson_interval(int(hits.sum()), len(hits))
        covered["ours"] += ours.low <= share <= ours.high
        covered["films taken for independent"] += plain.low <= share <= plain.high
        if run < 150:
            boot = bootstrap_figure(groups, lambda column: float(column.mean()), hits, resamples=200)
            covered["bootstrap"] += 4 * (boot.low <= share <= boot.high)
    rates = {name: count / runs for name, count in covered.items()}
    # 3 standard errors of 600 draws at 95 %; the truth of a ratio of few patients is a little below nominal
    assert 0.915 <= rates["ours"] <= 0.985, rates
    assert rates["films taken for independent"] < 0.90, rates
    assert rates["bootstrap"] < rates["ours"] + 0.02, rates


def test_predictive_values_are_bayes_theorem():
    # 90 of 100 found, 95 of 100 spared, at 10 %: 0.09 / (0.09 + 0.045)
    assert predictive_value((90, 100), (5, 100), 0.1).value == pytest.approx(0.09 / 0.135)
    assert predictive_value((95, 100), (10, 100), 0.9).value == pytest.approx(0.855 / 0.865)
    assert predictive_value((0, 100), (0, 100), 0.1) is None
    perfect = predictive_value((50, 50), (0, 50), 0.1)
    assert perfect.value == perfect.high == 1
    assert 0.3 < perfect.low < 0.9


@pytest.mark.parametrize(("found", "alarmed", "films"), [(0.9, 0.1, 80), (0.97, 0.03, 50), (0.6, 0.3, 40)])
def test_predictive_values_cover_the_truth(found, alarmed, films):
    random, runs, covered = np.random.default_rng(4), 1000, 0
    truth = found * 0.1 / (found * 0.1 + alarmed * 0.9)
    for _ in range(runs):
        counts = random.binomial(films, found), random.binomial(films, alarmed)
        figure = predictive_value((counts[0], films), (counts[1], films), 0.1)
        covered += figure is not None and figure.low <= truth <= figure.high
    assert 0.935 <= covered / runs <= 0.99


def test_group_numbers_tell_patients_apart():
    assert group_numbers(["b", "a", "b"]).tolist() == [1, 0, 1]
