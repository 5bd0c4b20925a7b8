"""Whether two models on the same films really differ. Knows no run and no file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import comb, erfc, sqrt

import numpy as np
import numpy.typing as npt

from core.metrics.intervals import Z_95
from core.metrics.roc import Floats, Labels, placements


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference between two models on the same films, its 95 % bounds, and the two-sided p of there being none."""

    value: float
    low: float
    high: float
    p: float


def delong_difference(labels: Labels, first: Floats, second: Floats) -> Difference | None:
    """AUC of `second` minus that of `first` on the same films. DeLong 1988; None if a class is missing or has one film.

    Where both order every film alike the difference is 0 and p is 1.
    """
    m, n = int((labels == 1).sum()), int((labels != 1).sum())
    if m < 2 or n < 2:
        return None
    (one_positive, one_negative), (two_positive, two_negative) = (
        placements(labels, scores) for scores in (first, second)
    )
    value = float(two_positive.mean() - one_positive.mean())
    variance = float((two_positive - one_positive).var(ddof=1) / m + (two_negative - one_negative).var(ddof=1) / n)
    if variance <= 0:
        return Difference(value, value, value, 1.0 if value == 0 else 0.0)
    deviation = sqrt(variance)
    p = erfc(abs(value) / deviation / sqrt(2))
    return Difference(value, value - Z_95 * deviation, value + Z_95 * deviation, p)


def mcnemar_difference(first_right: npt.NDArray[np.bool_], second_right: npt.NDArray[np.bool_]) -> Difference | None:
    """Accuracy of the second minus the first on the same films; p exact (McNemar 1947, binomial form).

    The interval is that of Agresti and Min 2005 (half a film added to each cell). None for no films.
    """
    count = len(first_right)
    if count == 0:
        return None
    only_first, only_second = int((first_right & ~second_right).sum()), int((~first_right & second_right).sum())
    apart = only_first + only_second
    tail = sum(comb(apart, k) for k in range(min(only_first, only_second) + 1)) / 2**apart
    value = (only_second - only_first) / count
    b, c, total = only_second + 0.5, only_first + 0.5, count + 2
    centre, reach = (b - c) / total, Z_95 * sqrt(b + c - (b - c) ** 2 / total) / total
    return Difference(value, min(value, centre - reach), max(value, centre + reach), min(1.0, 2 * tail))


def holm_adjust(differences: Sequence[Difference | None]) -> list[Difference | None]:
    """The same differences with p for all these tests together: Holm 1979. One alone stays as it is."""
    order = sorted((found.p, place) for place, found in enumerate(differences) if found is not None)
    result, highest = list(differences), 0.0
    for rank, (p, place) in enumerate(order):
        highest = max(highest, min(1.0, p * (len(order) - rank)))
        found = differences[place]
        result[place] = replace(found, p=highest) if found is not None else None
    return result
