"""Patients' ages: as DICOM and lists tell them, in years, and the range that a dataset covers."""

import re
from collections.abc import Sequence
from typing import Final

from core.datasets.dataset import Film
from core.films.film_properties import FilmProperties
from core.films.patient_age import UNITS_A_YEAR

AGE: Final = re.compile(r"(\d{1,3}(?:\.\d+)?) ?([YMWD]?)(?:EARS|RS|R|)")
MIN_STATED_FRACTION: Final = 0.9  # of the films, below which the told ages say too little of the others


def parse_years(text: str) -> float | None:
    """An age in DICOM's form (045Y, 006M) or in years as lists have it; None for what is no age."""
    match = AGE.fullmatch(text.strip().upper())
    return float(match[1]) / UNITS_A_YEAR[match[2] or "Y"] if match else None


def stated_age(film: Film, facts: FilmProperties | None) -> str:
    """A film's age as its label list tells it, else its DICOM file; "" where neither does."""
    return dict(film.attributes).get("age", "") or (facts.tags.get("PatientAge", "") if facts else "")


def age_range(told: Sequence[str]) -> tuple[int, int] | None:
    """Youngest and oldest in completed years of the ages told; None where fewer than TOLD_SHARE of them are ages."""
    years = [age for age in map(parse_years, told) if age is not None]
    if not years or len(years) < MIN_STATED_FRACTION * len(told):
        return None
    return int(min(years)), int(max(years))
