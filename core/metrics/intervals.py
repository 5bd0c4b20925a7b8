"""95 % intervals of proportions and other figures, also for patients with several films."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Z_95: Final = 1.959964  # standard normal quantile of 97.5 %
RESAMPLES: Final = 1000
Groups = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its 95 % bounds."""

    value: float
    low: float
    high: float


def group_numbers(names: npt.ArrayLike) -> Groups:
    """Return the patient of each film as a number from 0; names: (n,) patients, of any type."""
    return np.unique(np.asarray(names), return_inverse=True)[1].astype(np.int64).reshape(-1)


def wilson_interval(successes: float, trials: float) -> Figure | None:
    """Return a proportion with its score interval (Wilson 1927); None for no trials.

    Unlike Wald's, it keeps a width at proportions of 0 and 1. Counts may be effective ones and need
    not be whole numbers.
    """
    if trials <= 0:
        return None
    fraction, spread = successes / trials, Z_95**2 / trials
    centre = (fraction + spread / 2) / (1 + spread)
    half_width = Z_95 / (1 + spread) * sqrt(fraction * (1 - fraction) / trials + spread / (4 * trials))
    # rounding may put a bound slightly on the wrong side of the fraction, hence min and max
    return Figure(fraction, min(fraction, max(0.0, centre - half_width)), max(fraction, min(1.0, centre + half_width)))


def effective_films(hits: npt.NDArray[np.bool_], groups: Groups) -> float:
    """Return the effective number of films of the proportion of `hits` (n,); groups (n,): patients.

    It is the number of films divided by the design effect: the variance of the ratio estimator over
    patients relative to that of independent films (Rao and Scott 1992, equations 3 to 5). Where all
    films agree the variance is 0 and uninformative, so each patient counts as one film.
    """
    sizes = np.bincount(groups)
    sizes, totals = sizes[sizes > 0], np.bincount(groups, hits)[sizes > 0]
    films, patients = len(hits), len(sizes)
    fraction = float(hits.mean()) if films else 0.0
    if patients == films or patients < 2 or fraction in {0.0, 1.0}:
        return float(patients)
    between = patients / (patients - 1) * float(np.sum((totals - fraction * sizes) ** 2)) / films**2
    effect = max(1.0, between / (fraction * (1 - fraction) / films))
    return films / effect


def proportion(hits: npt.NDArray[np.bool_], groups: Groups) -> Figure | None:
    """Return the fraction of `hits` (n,) with Wilson's interval; None for no films.

    The interval is that of the effective number of films. A percentile interval from a bootstrap of
    patients was tried instead: near 1 its coverage is too low, and at 1 it has no width (see
    tests/core/metrics/test_intervals.py).
    """
    trials = effective_films(hits, groups)
    return wilson_interval(float(hits.mean()) * trials, trials) if len(hits) else None


def bootstrap_figure(
    groups: Groups, figure: Callable[..., float], *columns: npt.NDArray[Any], resamples: int = RESAMPLES
) -> Figure | None:
    """Return a figure of columns (n, ...) with its percentile interval; None where it is nan.

    Whole patients are resampled, with a fixed seed: cluster bootstrap, Field and Welsh 2007.
    """
    value = figure(*columns)
    if np.isnan(value):
        return None
    films_of = np.split(np.argsort(groups, kind="stable"), np.cumsum(np.bincount(groups))[:-1])
    films_of = [films for films in films_of if len(films)]
    random = np.random.default_rng(0)
    values = []
    for _ in range(resamples):
        sample = np.concatenate([films_of[group] for group in random.integers(0, len(films_of), len(films_of))])
        values.append(figure(*(column[sample] for column in columns)))
    if np.isnan(values).all():
        return Figure(value, value, value)
    low, high = np.nanquantile(values, [0.025, 0.975])
    return Figure(value, min(value, float(low)), max(value, float(high)))


def _ratio_bounds(top: Figure, bottom: Figure) -> tuple[float, float]:
    """Return 95 % bounds of the ratio of two proportions: Donner and Zou 2012, eq. 9 and 10."""

    def bound(top_bound: float, bottom_bound: float, sign: int) -> float:
        product = top.value * bottom.value
        radicand = product**2 - top_bound * bottom_bound * (2 * top.value - top_bound) * (
            2 * bottom.value - bottom_bound
        )
        denominator = bottom_bound * (2 * bottom.value - bottom_bound)
        return (product + sign * sqrt(max(0.0, radicand))) / denominator if denominator else float("inf")

    high = bound(top.high, bottom.low, 1)
    low = max(0.0, bound(top.low, bottom.high, -1))
    return low, high if high >= 0 and bottom.value > 0 else float("inf")


def predictive_value(hit: tuple[float, float], false: tuple[float, float], prevalence: float) -> Figure | None:
    """Return the predictive value for a class at a prevalence of it, by Bayes' theorem.

    hit: (films predicted as the class, films) of the class. false: the same of the films not in it.
    Both are effective counts. For the positive predictive value the class is the finding; for the
    negative one it is its absence, with 1 - prevalence. The interval comes from that of the ratio
    of the two proportions, which is made of Wilson's intervals, so that it has a width at 0 and 1
    too. None where no film is predicted as the class.
    """
    hit_rate, false_rate = wilson_interval(*hit), wilson_interval(*false)
    if hit_rate is None or false_rate is None or not 0 < prevalence < 1:
        return None
    if hit_rate.value == false_rate.value == 0:
        return None
    odds = (1 - prevalence) / prevalence
    value = hit_rate.value / (hit_rate.value + false_rate.value * odds)
    ratio_low, ratio_high = _ratio_bounds(false_rate, hit_rate)
    low, high = 1 / (1 + odds * ratio_high), 1 / (1 + odds * ratio_low)
    return Figure(value, min(value, low), max(value, high))
