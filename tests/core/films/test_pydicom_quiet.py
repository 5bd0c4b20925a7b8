"""What pydicom would print of invalid values stays unsaid: it may name a patient."""

import logging
import warnings
from io import BytesIO

from core.films.pydicom_quiet import dcmread
from tests.core.films.examples import edit, store


def test_invalid_values_are_read_without_a_word(caplog, recwarn, capfd):
    content = edit(store(), PatientAge=b"DOE^JANE", StudyDate=b"DOE^JANE", RescaleSlope=b"1.5", PatientSex=b"doe jane")
    with caplog.at_level(logging.DEBUG), warnings.catch_warnings():
        header = dcmread(BytesIO(content))
        assert [str(header.get(name)) for name in ("PatientSex", "PatientAge")] == ["doe jane", "DOE^JANE"]
    assert not [record for record in caplog.records if "DOE" in record.getMessage()]
    assert not [warning for warning in recwarn if "DOE" in str(warning.message)]
    assert capfd.readouterr() == ("", "")
