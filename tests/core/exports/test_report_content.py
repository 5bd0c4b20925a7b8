"""What the program found and what the reader called, apart from each other in one content tree."""

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import SecondaryCaptureImageStorage

from core.exports.dicom_identity import Pseudonymizer, read_source
from core.exports.report_content import build_content
from core.screening.reader_calls import UNSURE, Opinion, Stance
from tests.core.exports.examples import HEADER, reading_of

SECRET = Pseudonymizer(b"k" * 32)


def groups(film, opinion):
    """For each measurement group its tracking UID, and the meanings of all that it says."""
    capture = Dataset()
    capture.SOPClassUID, capture.SOPInstanceUID = SecondaryCaptureImageStorage, "1.2.3.5"
    report = build_content(reading_of(film), HEADER, read_source(film, 1, False, SECRET), capture, SECRET, opinion)
    for group in report[0].ContentSequence[-1].ContentSequence:
        names = [item.ConceptNameCodeSequence[0].CodeMeaning for item in group.ContentSequence]
        uid = next(item.UID for item in group.ContentSequence if item.ValueType == "UIDREF")
        yield uid, set(names)


@pytest.mark.parametrize("opinion", [Opinion(Stance.DISAGREES, "NORMAL"), Opinion(Stance.UNSURE, UNSURE)])
def test_only_the_programs_group_names_an_algorithm(film, opinion):
    (tracked, program), (other, reader) = groups(film, opinion)
    assert tracked != other
    assert program >= {"Algorithm Name", "Algorithm Version", "Probability", "Class called", "Visual explanation"}
    assert reader >= {"Class called by the reader", "Reader beside the program", "Source of Measurement"}
    assert not {name for name in reader if "Algorithm" in name}
    assert not {name for name in program if "reader" in name.casefold()}


def test_without_a_call_there_is_no_group_of_a_reader(film):
    assert len(list(groups(film, None))) == 1
