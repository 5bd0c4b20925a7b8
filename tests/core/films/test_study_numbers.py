"""By which numbers an archive knows a film."""

import numpy as np
import pytest

from core.films.study_numbers import StudyNumbers, read_study_numbers
from tests.factories import write_dicom

PIXELS = np.zeros((8, 8), np.uint8)


def test_numbers_are_those_of_the_header_and_no_log_has_them(tmp_path):
    tags = {"AccessionNumber": "ACC-1", "StudyDate": "20240203", "PatientID": "MRN-7", "PatientName": "Doe^Jane"}
    numbers = read_study_numbers(write_dicom(tmp_path / "film.dcm", PIXELS, **tags))
    assert (numbers.accession, numbers.study_date, numbers.patient) == ("ACC-1", "2024-02-03", "MRN-7")
    assert repr(numbers) == "StudyNumbers()"


@pytest.mark.parametrize("content", [b"", b"no film", b"\0" * 128 + b"DICM" + b"\x08\0\x50\0SH\xff\xff"])
def test_other_files_have_none(tmp_path, content):
    (tmp_path / "file").write_bytes(content)
    assert read_study_numbers(tmp_path / "file") == StudyNumbers()
    assert read_study_numbers(tmp_path / "gone") == StudyNumbers()


def test_a_date_that_is_none_and_a_number_of_several_lines(tmp_path):
    tags = {"AccessionNumber": "A\n1", "StudyDate": "20241345"}
    numbers = read_study_numbers(write_dicom(tmp_path / "film.dcm", PIXELS, **tags))
    assert (numbers.accession, numbers.study_date) == ("A1", "")
