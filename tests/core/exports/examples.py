"""Rows, readings and DICOM films of a named patient, as exports get them."""

import io
from pathlib import Path

import numpy as np
import pydicom
import pypdf

from core.exports.dicom_export import write_dicom
from core.films.dicom_details import FilmDetails
from core.films.film_facts import FilmFacts
from core.films.phantoms import draw_phantom
from core.models.decision import Decision
from core.models.model_header import bundled_model_path, read_header
from core.screening.events import FilmReading, LedgerRow, ScreeningResult, Status
from core.system.errors import Reason
from tests.factories import write_dicom as given_dicom

CLASSES = ("NORMAL", "PNEUMONIA")
HEADER = read_header(bundled_model_path())
NOT_VALIDATED = "Not validated here: no acceptance test has been done with films of this site."


def row(file, probability=0.5, decision=Decision.REVIEW, label="PNEUMONIA", **more):
    return LedgerRow(file, Status.SCORED, "", label, probability, decision, HEADER.name, **more)


def refused(file, reason=Reason.NOT_AN_IMAGE, status=Status.REFUSED):
    return LedgerRow(file, status, reason, None, None, None, HEADER.name)


def pages_of(pdf):
    return pypdf.PdfReader(io.BytesIO(pdf)).pages


def result_of(rows, completed=True, found=None):
    counts = [sum(one.status is status for one in rows) for status in (Status.SCORED, Status.REFUSED, Status.FAILED)]
    return ScreeningResult(
        output=Path("results.csv"), completed=completed, found=len(rows) if found is None else found, scored=counts[0],
        refused=counts[1], failed=counts[2], validation=NOT_VALIDATED, drift=("The films look otherwise.",),
        rows=tuple(rows),
    )  # fmt: skip


IDENTITY = {
    "PatientName": "Doe^Jane", "PatientID": "MRN-4711", "PatientBirthDate": "19500102", "PatientSex": "F",
    "PatientAge": "074Y", "StudyDate": "20240203", "StudyTime": "101112", "AccessionNumber": "ACCESS99",
    "ReferringPhysicianName": "Welby^Marcus", "StudyID": "STUDY77", "StudyDescription": "CHEST PA WELBY",
    "StudyInstanceUID": "1.2.826.0.1.999.1",
}  # fmt: skip
MORE = {
    "SeriesInstanceUID": "1.2.826.0.1.999.2", "InstitutionName": "Saint Elsewhere", "OperatorsName": "Nurse^Nancy",
    "PatientAddress": "Elm Street", "OtherPatientIDs": "OLD-0815", "SeriesDate": "20240203", "Modality": "DX",
    "SpecificCharacterSet": "ISO_IR 100", "PatientOrientation": ["R", "F"],
}  # fmt: skip


def reading_of(path, pixels=None, **more):
    """A model's answer on the film in `path`, without asking a model."""
    pixels = draw_phantom(3, True, 160) if pixels is None else pixels
    y, x = np.mgrid[0 : 1 : pixels.shape[0] * 1j, 0 : 1 : pixels.shape[1] * 1j]
    heat = np.clip(1 - 3 * np.hypot(y - 0.6, x - 0.3), 0, 1).astype(np.float32)
    told = {
        "path": path, "label": "PNEUMONIA", "finding": "PNEUMONIA", "probability": 0.8765432123,
        "threshold": HEADER.threshold, "decision": Decision.LIKELY, "model": HEADER.name, "validation": NOT_VALIDATED,
        "probabilities": 0.8765432123, "details": FilmDetails(), "facts": FilmFacts(),
        "pixels": pixels, "heat": heat,
    }  # fmt: skip
    return FilmReading(**(told | more))


def film_at(path, **tags):
    path.parent.mkdir(exist_ok=True)
    return given_dicom(path, draw_phantom(3, True, 160).astype(np.uint16) * 16, **(IDENTITY | MORE | tags))


def exported(film, tmp_path, keeps_identity=False, header=HEADER, opinion=None, **more):
    return write_dicom(reading_of(film, **more), header, tmp_path / "out", keeps_identity, opinion)


def opened(paths):
    return [pydicom.dcmread(path) for path in paths]


def texts_of(dataset):
    return [str(element.value) for element in dataset.iterall() if element.VR not in {"SQ", "OB", "OW"}]
