"""Parse and format patient ages as DICOM and label lists write them."""

import re
from datetime import date
from typing import Final

from core.system.language import tr, tr_count

# of groups of patients: youngest and oldest of each in completed years, in ascending order
AgeRanges = tuple[tuple[float, float], ...]

UNITS_A_YEAR: Final = {"D": 365.25, "W": 365.25 / 7, "M": 12.0, "Y": 1.0}
AGE: Final = re.compile(r"0*(\d{1,3})\s*([DWMY]?)", re.IGNORECASE)  # DICOM Part 5, 6.2, AS; years without a unit
DATE: Final = re.compile(r"(\d{4})\.?(\d\d)\.?(\d\d)")  # with dots before DICOM 3.0
MONTHS_BELOW: Final = 2  # years; younger patients' ages are given in months


def format_age(age: str) -> str:
    """Return a DICOM age string in words, 045Y as 45 years; "" for anything else."""
    parts = AGE.fullmatch(age.strip())
    if parts is None:
        return ""
    count = int(parts[1])
    match parts[2].upper():
        case "D":
            return tr_count("{count} day", "{count} days", count)
        case "W":
            return tr_count("{count} week", "{count} weeks", count)
        case "M":
            return tr_count("{count} month", "{count} months", count)
        case _:
            return tr_count("{count} year", "{count} years", count)


def parse_age(age: str) -> float | None:
    """Return a DICOM age string in years, 006M as 0.5; None for anything else."""
    match = AGE.fullmatch(age.strip())
    return int(match[1]) / UNITS_A_YEAR[match[2].upper() or "Y"] if match else None


def format_years(age: float | None) -> str:
    """Return an age in years in words: in months below 2 years; "" for None."""
    if age is None:
        return ""
    if age < MONTHS_BELOW:
        return tr_count("{count} month", "{count} months", int(age * UNITS_A_YEAR["M"]))
    return tr_count("{count} year", "{count} years", int(age))


def parse_date(text: str) -> date | None:
    """Return a DICOM date, None if it is not a valid one."""
    match = DATE.fullmatch(text.strip())
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def is_outside(age: float | None, ages: AgeRanges | None) -> bool:
    """Return True if an age in years lies outside the ranges of a model's training ages.

    False if either argument is unknown.
    """
    return age is not None and ages is not None and not any(low <= age < high + 1 for low, high in ages)


def format_age_ranges(ages: AgeRanges) -> str:
    """Return the ranges in words: "1 to 5 or 18 to 92 years"."""
    ranges = (tr("{youngest:g} to {oldest:g}", youngest=low, oldest=high) for low, high in ages)
    return tr("{ranges} years", ranges=tr(" or ").join(ranges))
