"""Read by which numbers an archive (PACS) knows a film: accession number, study date and patient ID.

They are for the screen alone: no log and no list of results has them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.films.dicom_file import is_dicom, read_dicom_header
from core.films.images import open_regular
from core.films.patient_age import parse_date

TAGS: Final = ("AccessionNumber", "StudyDate", "PatientID")


@dataclass(frozen=True, slots=True, repr=False)
class StudyNumbers:
    """Numbers of a film's study and patient, "" if missing. The repr is empty, to keep them out of logs.

    study_date: ISO 8601.
    """

    accession: str = ""
    study_date: str = ""
    patient: str = ""

    def __repr__(self) -> str:
        return "StudyNumbers()"


def read_study_numbers(path: Path) -> StudyNumbers:
    """Return the numbers in a DICOM file's header; empty ones for any other or unreadable file.

    Never raises and logs nothing.
    """
    try:
        from core.films.dicom_values import read_text  # loads pydicom, which the start of the window does not need

        with open_regular(path) as stream:
            if not is_dicom(stream):
                return StudyNumbers()
            header = read_dicom_header(stream, TAGS)
        day = parse_date(read_text(header, "StudyDate"))
        accession, patient = (
            "".join(filter(str.isprintable, read_text(header, tag))) for tag in ("AccessionNumber", "PatientID")
        )
        return StudyNumbers(accession, day.isoformat() if day else "", patient)
    except Exception:  # pydicom's parser raises anything on bad bytes; a row must not fail for its numbers
        return StudyNumbers()
