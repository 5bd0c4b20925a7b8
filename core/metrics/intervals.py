"""95 % intervals of shares and of any figure, honest for few films and where patients have several. Numpy only."""

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
    """For each film the number of its patient, from 0; names (n,) of patients, of any kind."""
    return np.unique(np.asarray(names), return_inverse=True)[1].astype(np.int64).reshape(-1)


def wilson_interval(successes: float, trials: float) -> Figure | None:
    """A proportion with the score interval of Wilson 1927; None for no trials.

    Stays honest near 0 and 1, where the usual interval has no width. Counts may be effective ones, not whole.
    """
    if trials <= 0:
        return None
    share, spread = successes / trials, Z_95**2 / trials
    centre = (share + spread / 2) / (1 + spread)
    reach = Z_95 / (1 + spread) * sqrt(share * (1 - share) / trials + spread / (4 * trials))
    return Figure(share, min(share, max(0.0, centre - reach)), max(share, min(1.0, centre + reach)))


def effective_films(hits: npt.NDArray[np.bool_], groups: Groups) -> float:
    """How many independent films the share of `hits` is worth: fewer than there are where patients have several.

    The films divided by the design effect, which compares the variance between patients (ratio estimator of
    clusters) with that of independent films: Rao and Scott 1992, equations 3 to 5. Where all films agree the variance
    says nothing, and each patient counts as one film.
    """
    sizes = np.bincount(groups)
    sizes, totals = sizes[sizes > 0], np.bincount(groups, hits)[sizes > 0]
    films, patients = len(hits), len(sizes)
    share = float(hits.mean()) if films else 0.0
    if patients == films or patients < 2 or share in {0.0, 1.0}:
        return float(patients)
    between = patients / (patients - 1) * float(np.sum((totals - share * sizes) ** 2)) / films**2
    effect = max(1.0, between / (share * (1 - share) / films))
    return films / effect


def proportion(hits: npt.NDArray[np.bool_], groups: Groups) -> Figure | None:
    """The share of `hits` (n,) with Wilson's interval for as many films as they are worth; None for no films.

    A bootstrap of patients was tried instead: at shares near 1 its percentile interval covers too rarely (see
    tests/core/test_intervals.py), and at 1 it has no width.
    """
    trials = effective_films(hits, groups)
    return wilson_interval(float(hits.mean()) * trials, trials) if len(hits) else None


def bootstrap_figure(
    groups: Groups, figure: Callable[..., float], *columns: npt.NDArray[Any], resamples: int = RESAMPLES
) -> Figure | None:
    """A figure of columns (n, ...) with its percentile interval over resamples of whole patients, seeded.

    None where the figure is nan. Field and Welsh 2007, cluster bootstrap.
    """
    value = figure(*columns)
    if np.isnan(value):
        return None
    films_of = np.split(np.argsort(groups, kind="stable"), np.cumsum(np.bincount(groups))[:-1])
    films_of = [films for films in films_of if len(films)]
    random = np.random.default_rng(0)
    values = []
    for _ in range(resamples):
        drawn = np.concatenate([films_of[group] for group in random.integers(0, len(films_of), len(films_of))])
        values.append(figure(*(column[drawn] for column in columns)))
    if np.isnan(values).all():
        return Figure(value, value, value)
    low, high = np.nanquantile(values, [0.025, 0.975])
    return Figure(value, min(value, float(low)), max(value, float(high)))


def _ratio_bounds(top: Figure, bottom: Figure) -> tuple[float, float]:
    """95 % bounds of top / bottom from those of two independent shares: Donner and Zou 2012, equations 9 and 10."""

    def bound(near: float, far: float, side: int) -> float:
        product = top.value * bottom.value
        inner = product**2 - near * far * (2 * top.value - near) * (2 * bottom.value - far)
        below = far * (2 * bottom.value - far)
        return (product + side * sqrt(max(0.0, inner))) / below if below else float("inf")

    high = bound(top.high, bottom.low, 1)
    return max(0.0, bound(top.low, bottom.high, -1)), high if high >= 0 and bottom.value > 0 else float("inf")


def predictive_value(hit: tuple[float, float], false: tuple[float, float], prevalence: float) -> Figure | None:
    """Share of right calls among all such calls where so many films have what is called: Bayes' theorem.

    hit: (films called so, films) among those that are so, false: the same among the others, as effective counts.
    For the positive predictive value these are the findings and the healthy; for the negative one the other way
    round, with 1 - prevalence. The interval is that of the ratio of the two shares, from Wilson's intervals of each,
    so that shares of 0 and 1 have width too. None where no film is called so.
    """
    right, wrong = wilson_interval(*hit), wilson_interval(*false)
    if right is None or wrong is None or not 0 < prevalence < 1 or right.value == wrong.value == 0:
        return None
    odds = (1 - prevalence) / prevalence
    value = right.value / (right.value + wrong.value * odds)
    low, high = (1 / (1 + odds * ratio) for ratio in reversed(_ratio_bounds(wrong, right)))
    return Figure(value, min(value, low), max(value, high))
