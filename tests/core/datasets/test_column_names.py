"""Names of columns, told from values."""

import pytest

from core.datasets.column_names import column_names, has_column_name, plain_name


def test_case_accents_spaces_and_punctuation_do_not_count():
    assert plain_name("Patiënt-ID ") == plain_name("PATIENT_id") == "patientid"
    assert plain_name("Dateiname") in column_names()["file"]


@pytest.mark.parametrize(
    ("cells", "is_header"),
    [
        (["n", "Befund"], True),
        (["Image Index"], True),
        (["IM01", "pneumonia"], False),
        (["IM01", "y"], False),
        ([], False),
    ],
)
def test_words_that_may_be_values_are_no_names(cells, is_header):
    assert has_column_name(cells) is is_header
