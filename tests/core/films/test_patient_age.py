"""Ages as DICOM writes them."""

import pytest

from core.films.patient_age import format_age


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
