"""The patient's age, stated or computed."""

import pytest

from core.films.dicom_age import read_age
from tests.core.films.examples import edit, item, read, store


@pytest.mark.parametrize(
    ("stated", "years"),
    [
        ("045Y", 45), ("006M", 0.5), ("002W", 14 / 365.25), ("010D", 10 / 365.25), ("45", 45), ("045", 45), ("45Y", 45),
        ("045 Y", 45), ("000Y", 0), ("", None), ("unknown", None), ("-04Y", None), ("4.5Y", None), ("999Y", None),
        ("200Y", None),
    ],
)  # fmt: skip
def test_a_stated_age_is_read_with_and_without_its_unit(stated, years):
    facts = read(edit(store(), PatientAge=stated.encode()))[1]
    assert facts.age_years == (None if years is None else pytest.approx(years, abs=1e-3))


@pytest.mark.parametrize(
    ("born", "taken", "years"),
    [
        ("19500102", "20240203", 74), ("19500204", "20240203", 73), ("19500203", "20240203", 74),
        ("20230203", "20240203", 365 / 365.25), ("20231203", "20240203", 62 / 365.25), ("20240203", "20240203", 0),
        ("20220203", "20240203", 2), ("1950.01.02", "20240203", 74), ("20240204", "20240203", None),
        ("18000101", "20240203", None), ("19501302", "20240203", None), ("1950", "20240203", None),
        ("", "20240203", None), ("19500102", "", None), ("20000229", "20240228", 23),
    ],
)  # fmt: skip
def test_without_a_stated_age_it_is_computed(born, taken, years):
    header = item(PatientBirthDate=born, StudyDate=taken)
    found, is_computed = read_age(header)
    assert found == (None if years is None else pytest.approx(years))
    assert is_computed is (years is not None)


@pytest.mark.parametrize("keyword", ["AcquisitionDate", "ContentDate", "StudyDate", "SeriesDate"])
def test_any_date_of_the_film_serves(keyword):
    assert read_age(item(PatientBirthDate="19500102", **{keyword: "20240203"})) == (74, True)


def test_the_first_valid_date_serves():
    header = item(PatientBirthDate="19500102", AcquisitionDate="", ContentDate="00000000", StudyDate="19990203")
    assert read_age(header) == (49, True)


def test_a_stated_age_wins_over_a_computed_one():
    assert read_age(item(PatientAge="005Y", PatientBirthDate="19500102", StudyDate="20240203")) == (5, False)
    assert read_age(item(PatientAge="?", PatientBirthDate="19500102", StudyDate="20240203")) == (74, True)
