"""Compute figures for subgroups of films by age, sex, view and device.

An overall figure may hide a subgroup in which the model performs badly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.datasets.dataset import Film
from core.datasets.patient_ages import parse_years, stated_age
from core.films.film_properties import FilmProperties
from core.metrics.intervals import Figure, Groups, group_numbers, proportion
from core.metrics.roc import Floats, Labels, auc_figure
from core.system.language import marked

ATTRIBUTES: Final = (marked("age"), marked("sex"), marked("view"), marked("device"))
AGES: Final = (
    (1, marked("under 1 year")),
    (6, marked("1 to 5 years")),
    (18, marked("6 to 17 years")),
    (40, marked("18 to 39 years")),
    (65, marked("40 to 64 years")),
    (200, marked("65 years and over")),
)
SEXES: Final = {"M": marked("male"), "F": marked("female")}
OTHER: Final = marked("other")
NOT_TOLD: Final = marked("not stated")
MOST_VALUES: Final = 12  # of one attribute; rarer ones are pooled
FEW: Final = 10  # films with, or without, the finding; with fewer a group says little


@dataclass(frozen=True, slots=True)
class Subgroup:
    """Figures on films that share one value of an attribute; None where undefined.

    attribute, value: as written to metrics.json; shown to people through `tr`.
    positives: films with the finding.
    """

    attribute: str
    value: str
    n: int
    positives: int
    sensitivity: Figure | None
    specificity: Figure | None
    roc_auc: Figure | None

    @property
    def is_small(self) -> bool:
        """Whether the subgroup has too few films for useful intervals."""
        return min(self.positives, self.n - self.positives) < FEW


def age_group(text: str) -> str:
    """Return the group of an age in DICOM form (045Y, 006M) or in years; "" for anything else."""
    years = parse_years(text)
    if years is None:
        return ""
    return next((name for end, name in AGES if years < end), "")


def subgroup_attributes(film: Film, properties: FilmProperties | None) -> dict[str, str]:
    """Return age group, sex, view and device of a film, without empty ones.

    The label list takes precedence over the DICOM header.
    """
    tags = properties.tags if properties else {}
    device = " ".join(tags[name] for name in ("Manufacturer", "ManufacturerModelName") if name in tags)
    attributes = {
        "sex": tags.get("PatientSex", ""),
        "view": tags.get("ViewPosition", ""),
        "device": device,
        **dict(film.attributes),
    }
    attributes["age"] = age_group(stated_age(film, properties))
    attributes["sex"] = SEXES.get(attributes["sex"].strip().upper()[:1], attributes["sex"])
    attributes["view"] = attributes["view"].strip().upper()
    return {name: value.strip() for name, value in attributes.items() if value.strip()}


def compute_subgroups(
    attributes: Sequence[dict[str, str]],
    labels: Labels,
    probabilities: Floats,
    threshold: float,
    groups: Groups,
) -> tuple[Subgroup, ...]:
    """Return the figures of every subgroup at "probability >= threshold".

    attributes: of each film, from `subgroup_attributes`. groups: patient of each film, (n,).
    Attributes that have the same value in all films, or none in any, are left out.
    """
    subgroups = []
    for name in ATTRIBUTES:
        values = np.array([film.get(name, "") for film in attributes], dtype=object)
        distinct, counts = np.unique(values.astype(str), return_counts=True)
        if set(distinct) <= {""} or len(distinct) < 2:
            continue
        common = [str(value) for value in distinct[np.argsort(-counts, kind="stable")] if value][:MOST_VALUES]
        order = [age for _, age in AGES if age in common] if name == "age" else sorted(common)
        masks = [(value, values == value) for value in order]
        masks += [(OTHER, ~np.isin(values.astype(str), [*common, ""])), (NOT_TOLD, values == "")]
        for value, mask in masks:
            if mask.any():
                subgroups.append(
                    _compute_subgroup(name, value, labels[mask], probabilities[mask], threshold, groups[mask])
                )
    return tuple(subgroups)


def _compute_subgroup(
    attribute: str, value: str, labels: Labels, probabilities: Floats, threshold: float, groups: Labels
) -> Subgroup:
    predicted, groups = probabilities >= threshold, group_numbers(groups)
    with_it, without = labels == 1, labels == 0
    return Subgroup(
        attribute,
        value,
        len(labels),
        int(with_it.sum()),
        proportion(predicted[with_it], groups[with_it]),
        proportion(~predicted[without], groups[without]),
        auc_figure(labels, probabilities, groups),
    )
