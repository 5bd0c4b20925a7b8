"""Read patients' ages from DICOM tags and label lists, and the range a dataset covers."""

import re
from collections.abc import Sequence
from typing import Final

from core.datasets.dataset import Film
from core.films.film_properties import FilmProperties
from core.films.patient_age import UNITS_A_YEAR

AGE: Final = re.compile(r"(\d{1,3}(?:[.,]\d+)?) ?([YMWD]?)(?:EARS|RS|R|)")
MIN_STATED_FRACTION: Final = 0.9  # of the films; with fewer stated ages the range would not represent them


def parse_years(text: str) -> float | None:
    """Parse an age in DICOM's form (045Y, 006M) or in years, also with decimal comma; None for anything else."""
    match = AGE.fullmatch(text.strip().upper())
    return float(match[1].replace(",", ".")) / UNITS_A_YEAR[match[2] or "Y"] if match else None


def stated_age(film: Film, properties: FilmProperties | None) -> str:
    """Return a film's age as its label list states it, else its DICOM file; "" if neither does."""
    listed = dict(film.attributes).get("age", "")
    if listed:
        return listed
    return f"{properties.age_years:g}" if properties and properties.age_years is not None else ""


def age_range(ages: Sequence[str]) -> tuple[int, int] | None:
    """Return the youngest and oldest of these stated ages, in completed years.

    None if fewer than MIN_STATED_FRACTION of them are ages.
    """
    years = [age for age in map(parse_years, ages) if age is not None]
    if not years or len(years) < MIN_STATED_FRACTION * len(ages):
        return None
    return int(min(years)), int(max(years))
