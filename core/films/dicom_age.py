"""Read the patient's age from a DICOM header, and never the birth date."""

from typing import Final

from pydicom.dataset import Dataset

from core.films.dicom_values import read_text
from core.films.patient_age import parse_age, parse_date

FILM_DATES: Final = ("AcquisitionDate", "ContentDate", "StudyDate", "SeriesDate")  # the first that is valid
OLDEST: Final = 130.0  # years; a greater age comes from a placeholder such as 999Y or 18000101
WHOLE_YEARS: Final = 2  # ages from 2 on are given in completed years
DAYS_A_YEAR: Final = 365.25


def read_age(header: Dataset) -> tuple[float | None, bool]:
    """Return the patient's age in years, and whether it was computed from birth date and film date.

    Patient Age decides if it is valid.
    """
    age = parse_age(read_text(header, "PatientAge"))
    if age is not None and age <= OLDEST:
        return age, False
    born = parse_date(read_text(header, "PatientBirthDate"))
    taken = next((day for name in FILM_DATES if (day := parse_date(read_text(header, name)))), None)
    if born is None or taken is None:
        return None, False
    completed = taken.year - born.year - ((taken.month, taken.day) < (born.month, born.day))
    years = float(completed) if completed >= WHOLE_YEARS else (taken - born).days / DAYS_A_YEAR
    return (years, True) if 0 <= years <= OLDEST else (None, False)
