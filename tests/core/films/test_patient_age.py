"""Ages as DICOM writes them."""

import pytest

from core.films.patient_age import format_age, format_age_ranges, is_outside


@pytest.mark.parametrize(
    ("age", "words"),
    [
        ("045Y", "45 years"), ("001Y", "1 year"), ("006M", "6 months"), ("002W", "2 weeks"), ("010D", "10 days"),
        ("", ""), ("45", "45 years"), ("-05Y", ""), ("045Y ", "45 years"), ("1e3Y", ""), ("DOE^JANE", ""),
        ("045y", "45 years"), ("1234Y", ""), ("045X", ""),
    ],
)  # fmt: skip
def test_ages_in_words(age, words):
    assert format_age(age) == words


@pytest.mark.parametrize(
    ("age", "expected"), [(0.9, True), (1, False), (5.9, False), (6, True), (17, True), (18, False)]
)
def test_age_between_two_ranges_is_outside(age, expected):
    assert is_outside(age, ((1, 5), (18, 92))) == expected


def test_ranges_of_ages_in_words():
    assert format_age_ranges(((1, 5),)) == "1 to 5 years"
    assert format_age_ranges(((1, 5), (18, 92))) == "1 to 5 or 18 to 92 years"
