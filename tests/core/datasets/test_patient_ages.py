"""Ages of a dataset's patients."""

import pytest

from core.datasets.patient_ages import age_range


@pytest.mark.parametrize(("told", "ages"), [(("5", "", ""), None), ((), None), (("5", "006M", *["3"] * 7, ""), (0, 5))])
def test_ages_that_too_few_films_tell_say_nothing(told, ages):
    assert age_range(told) == ages
