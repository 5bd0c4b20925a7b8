"""Test whether two models differ on the same films, in AUC or accuracy."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import comb, erfc, sqrt

import numpy as np
import numpy.typing as npt

from core.metrics.intervals import Z_95
from core.metrics.roc import Floats, Labels, placements


@dataclass(frozen=True, slots=True)
class Difference:
    """Difference between two models on the same films, with 95 % bounds and two-sided p value."""

    value: float
    low: float
    high: float
    p: float


def delong_difference(labels: Labels, first: Floats, second: Floats) -> Difference | None:
    """Return AUC of `second` minus AUC of `first`; None if a class has fewer than two films.

    DeLong 1988. labels, first, second: (n,) of the same films. Where both models rank all films
    alike, the difference is 0 and p is 1.
    """
    m, n = int((labels == 1).sum()), int((labels != 1).sum())
    if m < 2 or n < 2:
        return None
    first_positive, first_negative = placements(labels, first)
    second_positive, second_negative = placements(labels, second)
    value = float(second_positive.mean() - first_positive.mean())
    positive_variance = (second_positive - first_positive).var(ddof=1)
    negative_variance = (second_negative - first_negative).var(ddof=1)
    variance = float(positive_variance / m + negative_variance / n)
    if variance <= 0:
        return Difference(value, value, value, 1.0 if value == 0 else 0.0)
    deviation = sqrt(variance)
    p = erfc(abs(value) / deviation / sqrt(2))
    return Difference(value, value - Z_95 * deviation, value + Z_95 * deviation, p)


def mcnemar_difference(first_right: npt.NDArray[np.bool_], second_right: npt.NDArray[np.bool_]) -> Difference | None:
    """Return accuracy of the second model minus that of the first; None for no films.

    first_right, second_right: (n,) whether each of the same films is classified correctly. p is
    exact (McNemar 1947, binomial form). The interval is that of Agresti and Min 2005, with half a
    film added to each cell.
    """
    count = len(first_right)
    if count == 0:
        return None
    only_first = int((first_right & ~second_right).sum())
    only_second = int((~first_right & second_right).sum())
    discordant = only_first + only_second
    tail = sum(comb(discordant, k) for k in range(min(only_first, only_second) + 1)) / 2**discordant
    value = (only_second - only_first) / count
    b, c, total = only_second + 0.5, only_first + 0.5, count + 2
    centre, half_width = (b - c) / total, Z_95 * sqrt(b + c - (b - c) ** 2 / total) / total
    return Difference(value, min(value, centre - half_width), max(value, centre + half_width), min(1.0, 2 * tail))


def holm_adjust(differences: Sequence[Difference | None]) -> list[Difference | None]:
    """Return the differences with p values adjusted for multiple tests (Holm 1979).

    Undefined differences (None) do not count as tests.
    """
    defined = [(index, difference) for index, difference in enumerate(differences) if difference is not None]
    defined.sort(key=lambda entry: (entry[1].p, entry[0]))
    adjusted, highest = list(differences), 0.0
    for rank, (index, difference) in enumerate(defined):
        highest = max(highest, min(1.0, difference.p * (len(defined) - rank)))
        adjusted[index] = replace(difference, p=highest)
    return adjusted
