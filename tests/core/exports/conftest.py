"""A DICOM film of a named patient."""

import pytest

from tests.core.exports.examples import film_at


@pytest.fixture
def film(tmp_path):
    return film_at(tmp_path / "films" / "Doe_Jane.dcm")
