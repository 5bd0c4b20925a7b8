"""Export a film's result as a DICOM Structured Report, with which PACS and viewers know what the program found.

Its content follows IHE Radiology, AI Results (AIR): a Comprehensive 3D SR document with the template
TID 1500, in which the contributing equipment is the model.
"""

import uuid
from copy import deepcopy
from typing import Final

from pydicom.dataset import Dataset

from core.exports.dicom_identity import Pseudonymizer, Source
from core.exports.report_codes import PROCESSING_EQUIPMENT, SCHEME
from core.exports.report_content import build_content
from core.exports.secondary_capture import remove_times
from core.models.model_header import ModelHeader
from core.screening.events import FilmReading
from core.screening.reader_calls import Opinion
from core.system.product import PROGRAM, VERSION

SERIES: Final = 9102
DUMMY_DAY, DUMMY_TIME = "20000101", "000000"  # where a date is required but must reveal nothing


def build_report(
    reading: FilmReading,
    header: ModelHeader,
    source: Source,
    capture: Dataset,
    pseudonyms: Pseudonymizer,
    instance: str,
    opinion: Opinion | None = None,
) -> Dataset:
    """Return the Comprehensive 3D SR document (Part 3, A.35.13), complete, preliminary and unverified.

    capture: of the heat map. instance: SOP instance UID of the report. opinion: a reader's, which comes first.
    The one date that SR requires (Part 3, C.17.2, type 1) is that of the study, as far as it is kept, and
    otherwise a dummy (PS3.15, table E.1-1): with the time of writing, a repeat would be another object.
    """
    from highdicom.coding_schemes import CodingSchemeIdentificationItem
    from highdicom.sr import Comprehensive3DSR

    report = Comprehensive3DSR(
        evidence=_build_evidence(source, capture),
        content=build_content(reading, header, source, capture, pseudonyms, opinion)[0],
        series_instance_uid=pseudonyms.uid("reports", source.identity.StudyInstanceUID, reading.model),
        series_number=SERIES,
        series_description=f"{PROGRAM} reports",
        sop_instance_uid=instance,
        instance_number=1,
        manufacturer=PROGRAM,
        manufacturer_model_name=PROGRAM,
        software_versions=VERSION,
        is_complete=True,
        is_final=False,
        coding_schemes=[CodingSchemeIdentificationItem(SCHEME, name=PROGRAM, responsible_organization=PROGRAM)],
        specific_character_set="ISO_IR 192",
    )
    report.update(deepcopy(source.identity))
    remove_times(report)
    report.update(_describe_making(reading, header, source))
    return report


def _describe_making(reading: FilmReading, header: ModelHeader, source: Source) -> Dataset:
    """Return what made the content, and its date."""
    made = Dataset()
    made.ContributingEquipmentSequence = [_build_equipment(reading, header)]
    day = source.identity.StudyDate
    made.ContentDate = day or DUMMY_DAY
    made.ContentTime = (day and source.identity.StudyTime) or DUMMY_TIME
    return made


def _build_equipment(reading: FilmReading, header: ModelHeader) -> Dataset:
    """Return the model as contributing equipment (Part 3, C.12.1.5); its device UID is that of its weights."""
    purpose = Dataset()
    purpose.CodeValue, purpose.CodingSchemeDesignator, purpose.CodeMeaning = PROCESSING_EQUIPMENT[:3]
    item = Dataset()
    item.PurposeOfReferenceCodeSequence = [purpose]
    item.Manufacturer = PROGRAM
    item.ManufacturerModelName = f"{PROGRAM} {reading.model}"[:64]
    item.SoftwareVersions = VERSION
    item.DeviceUID = f"2.25.{uuid.UUID(header.content['sha256'][:32], version=5).int}"
    return item


def _build_evidence(source: Source, capture: Dataset) -> list[Dataset]:
    """Return the referenced images: the film if it is DICOM, and the capture.

    Each is placed in the export's own study. Names are left out, since highdicom logs odd ones.
    """
    images = [(capture.SOPClassUID, capture.SOPInstanceUID, capture.SeriesInstanceUID)]
    if source.image is not None:
        images.insert(0, source.image)
    evidence = []
    for image in images:
        item = deepcopy(source.identity)
        item.PatientName = item.ReferringPhysicianName = ""
        item.SOPClassUID, item.SOPInstanceUID, item.SeriesInstanceUID = image
        evidence.append(item)
    return evidence
