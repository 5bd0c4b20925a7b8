"""Agreement of a model with a reader: kappa, sensitivity and more, with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from core.metrics.figure_labels import format_figure
from core.metrics.intervals import Z_95, Figure, wilson_interval
from core.system.language import tr, tr_count


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement on the films that both reader and model assigned to a class.

    films: their number. share: fraction of them with the same class. sensitivity, specificity: of
    the model, with the reader as reference; None with several classes. Each figure is None where
    undefined.
    """

    films: int
    share: Figure | None
    kappa: Figure | None
    sensitivity: Figure | None
    specificity: Figure | None

    @property
    def sentence(self) -> str:
        """The agreement as a translated sentence."""
        if not self.films:
            return tr("The reader has not classified any film yet.")
        parts = [tr("agreement {figure}", figure=format_figure(self.share))]
        if self.kappa:
            parts.append(tr("kappa {figure}", figure=format_figure(self.kappa)))
        if self.sensitivity:
            parts.append(tr("sensitivity {figure}", figure=format_figure(self.sensitivity)))
        if self.specificity:
            parts.append(tr("specificity {figure}", figure=format_figure(self.specificity)))
        return tr_count(
            "{count} film classified: {figures} (95 % intervals; the reader is the reference).",
            "{count} films classified: {figures} (95 % intervals; the reader is the reference).",
            self.films,
            figures=", ".join(parts),
        )


def cohen_kappa(table: npt.NDArray[np.int64]) -> Figure | None:
    """Return Cohen's kappa with its 95 % interval from counts (classes, classes), reader by model.

    Standard error of Fleiss, Cohen and Everitt 1969, equation 13. None where reader or model gave
    all films the same class: kappa is then 0 or undefined, whatever the agreement.
    """
    films = int(table.sum())
    if films == 0:
        return None
    fractions = table / films
    rows, columns = fractions.sum(axis=1), fractions.sum(axis=0)
    if rows.max() == 1 or columns.max() == 1:
        return None
    observed, chance = float(np.trace(fractions)), float(rows @ columns)
    if chance >= 1:
        return None
    value = (observed - chance) / (1 - chance)
    diagonal = np.diag(fractions)
    first = float(np.sum(diagonal * ((1 - chance) - (rows + columns) * (1 - observed)) ** 2))
    off_diagonal = fractions * (columns[:, None] + rows[None, :]) ** 2
    second = (1 - observed) ** 2 * float(off_diagonal.sum() - np.trace(off_diagonal))
    third = (observed * chance - 2 * chance + observed) ** 2
    variance = (first + second - third) / (films * (1 - chance) ** 4)
    half_width = Z_95 * sqrt(max(0.0, variance))
    return Figure(value, max(-1.0, value - half_width), min(1.0, value + half_width))


def measure_agreement(readers: Sequence[str], models: Sequence[str], classes: Sequence[str]) -> Agreement:
    """Return the agreement on the films that both assigned to one of `classes`, negative first.

    readers, models: the answers of each for the same films. Films with any other answer, such as
    unsure, are left out.
    """
    numbers = {name: number for number, name in enumerate(classes)}
    table = np.zeros((len(classes), len(classes)), np.int64)
    for reader, model in zip(readers, models, strict=True):
        if reader in numbers and model in numbers:
            table[numbers[reader], numbers[model]] += 1
    films = int(table.sum())
    sensitivity = specificity = None
    if len(classes) == 2:
        sensitivity = wilson_interval(int(table[1, 1]), int(table[1].sum()))
        specificity = wilson_interval(int(table[0, 0]), int(table[0].sum()))
    return Agreement(
        films=films,
        share=wilson_interval(int(np.trace(table)), films),
        kappa=cohen_kappa(table),
        sensitivity=sensitivity,
        specificity=specificity,
    )
