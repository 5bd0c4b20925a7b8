"""How a model agrees with a reader: sensitivity, specificity, kappa, each with its interval. Knows no film."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from core.metrics.figures import format_figure
from core.metrics.intervals import Z_95, Figure, wilson_interval
from core.system.language import tr, tr_count


@dataclass(frozen=True, slots=True)
class Agreement:
    """films: that both named a class of. sensitivity, specificity: of the model, the reader being right.

    sensitivity and specificity are None with several classes; each figure is None where it is undefined.
    """

    films: int
    share: Figure | None
    kappa: Figure | None
    sensitivity: Figure | None
    specificity: Figure | None

    @property
    def sentence(self) -> str:
        """The agreement in words."""
        if not self.films:
            return tr("No film was called by the reader yet.")
        parts = [tr("agreement {figure}", figure=format_figure(self.share))]
        if self.kappa:
            parts.append(tr("kappa {figure}", figure=format_figure(self.kappa)))
        if self.sensitivity:
            parts.append(tr("sensitivity {figure}", figure=format_figure(self.sensitivity)))
        if self.specificity:
            parts.append(tr("specificity {figure}", figure=format_figure(self.specificity)))
        return tr_count(
            "{count} film called: {figures} (95 % intervals; the reader being right).",
            "{count} films called: {figures} (95 % intervals; the reader being right).",
            self.films,
            figures=", ".join(parts),
        )


def cohen_kappa(table: npt.NDArray[np.int64]) -> Figure | None:
    """Cohen's kappa of a table (classes, classes) of counts, reader by model, with its 95 % interval.

    Standard error of Fleiss, Cohen and Everitt 1969, equation 13. None where one of both has called everything alike:
    kappa is then 0 or undefined, whatever the agreement.
    """
    films = int(table.sum())
    if films == 0:
        return None
    shares = table / films
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    if rows.max() == 1 or columns.max() == 1:
        return None
    seen, chance = float(np.trace(shares)), float(rows @ columns)
    if chance >= 1:
        return None
    value = (seen - chance) / (1 - chance)
    diagonal = np.diag(shares)
    first = float(np.sum(diagonal * ((1 - chance) - (rows + columns) * (1 - seen)) ** 2))
    off = shares * (columns[:, None] + rows[None, :]) ** 2
    second = (1 - seen) ** 2 * float(off.sum() - np.trace(off))
    third = (seen * chance - 2 * chance + seen) ** 2
    variance = (first + second - third) / (films * (1 - chance) ** 4)
    reach = Z_95 * sqrt(max(0.0, variance))
    return Figure(value, max(-1.0, value - reach), min(1.0, value + reach))


def measure_agreement(readers: Sequence[str], models: Sequence[str], classes: Sequence[str]) -> Agreement:
    """The agreement on films that both gave one of `classes`, negative first; other words are left out."""
    known = {name: place for place, name in enumerate(classes)}
    pairs = [
        (known[one], known[two]) for one, two in zip(readers, models, strict=True) if one in known and two in known
    ]
    table = np.zeros((len(classes), len(classes)), np.int64)
    for one, two in pairs:
        table[one, two] += 1
    sides: list[Figure | None] = [None, None]
    if len(classes) == 2:
        sides = [wilson_interval(int(table[label, label]), int(table[label].sum())) for label in (1, 0)]
    return Agreement(
        len(pairs), wilson_interval(int(np.trace(table)), len(pairs)), cohen_kappa(table), sides[0], sides[1]
    )
