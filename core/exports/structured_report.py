"""Export a film's result as a DICOM Structured Report: Measurement Report, TID 1500 (PS3.16)."""

import hashlib
from copy import deepcopy
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from core.exports.dicom_identity import Pseudonymizer, Source
from core.exports.secondary_capture import list_first_sentences, set_time
from core.models.decision import Decision
from core.models.model_header import ModelHeader
from core.screening.events import FilmReading
from core.screening.reader_calls import Opinion, Stance
from core.system.language import tr
from core.system.product import NOTICE, PROGRAM, VERSION

if TYPE_CHECKING:
    from highdicom.sr import AlgorithmIdentification, MeasurementReport, MeasurementsAndQualitativeEvaluations

SCHEME: Final = "99PNEUMOSCREEN"  # private codes (PS3.16, 8: such designators begin with 99)
SERIES: Final = 9102
DUMMY_TIME: Final = datetime(2000, 1, 1)  # where a date is required but must reveal nothing
KNOWN: Final = {  # SNOMED CT
    "normal": Code("17621005", "SCT", "Normal"),
    "pneumonia": Code("233604007", "SCT", "Pneumonia"),
}
CHEST_FILM: Final = Code("399208008", "SCT", "Plain chest X-ray")
PROBABILITY: Final = Code("122157", "DCM", "Probability")
NO_UNITS: Final = Code("1", "UCUM", "no units")
COMMENT: Final = Code("121106", "DCM", "Comment")
VISUAL_EXPLANATION: Final = Code("130401", "DCM", "Visual explanation")
UNSURE_CALL: Final = Code("UNSURE", SCHEME, "Unsure")
DECISIONS: Final = {
    Decision.LIKELY: Code("LIKELY", SCHEME, "Finding likely"),
    Decision.REVIEW: Code("REVIEW", SCHEME, "To review by a reader"),
    Decision.UNLIKELY: Code("UNLIKELY", SCHEME, "Finding unlikely"),
}


def code_class(name: str) -> Code:
    """Return a class of a model as a coded concept; a private code if no standard one is known."""
    standard = KNOWN.get(name.casefold())
    if standard is not None:
        return standard
    value = hashlib.sha256(name.encode("utf-8", "backslashreplace")).hexdigest()[:16].upper()
    meaning = "".join(" " if letter == "\\" or ord(letter) < 32 else letter for letter in name)[:64].strip()
    return Code(value, SCHEME, meaning or "Class without a name")


def build_report(
    reading: FilmReading,
    header: ModelHeader,
    source: Source,
    capture: Dataset,
    pseudonyms: Pseudonymizer,
    instance: str,
    when: datetime | None,
    opinion: Opinion | None = None,
) -> Dataset:
    """Return the Comprehensive SR document (Part 3, A.35.3), complete, preliminary and unverified.

    capture: of the heat map. instance: SOP instance UID of the report. opinion: a reader's, which comes first.
    when: time of creation; None leaves it out, because a screening is often done on the day of the
        film. The one date that SR requires is then a dummy (Part 3, C.17.2, type 1, and PS3.15,
        table E.1-1).
    """
    from highdicom.coding_schemes import CodingSchemeIdentificationItem
    from highdicom.sr import ComprehensiveSR

    report = ComprehensiveSR(
        evidence=_build_evidence(source, capture),
        content=_build_content(reading, header, source, capture, pseudonyms, opinion)[0],
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
    set_time(report, when, "InstanceCreationDate")
    set_time(report, when or DUMMY_TIME, "ContentDate")
    return report


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


def _build_content(
    reading: FilmReading,
    header: ModelHeader,
    source: Source,
    capture: Dataset,
    pseudonyms: Pseudonymizer,
    opinion: Opinion | None,
) -> "MeasurementReport":
    """Return the content tree: observer, procedure, and one measurement group (TID 1501).

    A caution and a reader's opinion are comments before them; TID 1500 is extensible.
    """
    from highdicom.sr import CodedConcept, ImageContentItem, MeasurementReport, ObservationContext, TextContentItem

    group = _build_measurements(reading, header, source, capture, pseudonyms, opinion)
    heat_map = ImageContentItem(
        CodedConcept.from_code(VISUAL_EXPLANATION),
        capture.SOPClassUID,
        capture.SOPInstanceUID,
        relationship_type="CONTAINS",
    )
    text = " ".join([tr(NOTICE), reading.validation, *header.warnings])
    comment = TextContentItem(CodedConcept.from_code(COMMENT), text, relationship_type="CONTAINS")
    group[0].ContentSequence.extend([heat_map, comment])
    report = MeasurementReport(
        observation_context=ObservationContext(observer_device_context=_build_observer(pseudonyms)),
        procedure_reported=CHEST_FILM,
        imaging_measurements=[group],
    )
    for number, sentence in enumerate(list_first_sentences(reading, opinion)):
        first = TextContentItem(CodedConcept.from_code(COMMENT), sentence, relationship_type="CONTAINS")
        report[0].ContentSequence.insert(number, first)
    return report


def _build_measurements(
    reading: FilmReading,
    header: ModelHeader,
    source: Source,
    capture: Dataset,
    pseudonyms: Pseudonymizer,
    opinion: Opinion | None,
) -> "MeasurementsAndQualitativeEvaluations":
    """Return the measurement group of the film: probability, decision, predicted and reader's class."""
    from highdicom.sr import (
        Measurement,
        MeasurementsAndQualitativeEvaluations,
        QualitativeEvaluation,
        SourceImageForMeasurementGroup,
        TrackingIdentifier,
    )

    image = source.image or (capture.SOPClassUID, capture.SOPInstanceUID, "")
    evaluations = [
        QualitativeEvaluation(Code("DECISION", SCHEME, "Decision"), DECISIONS[reading.decision]),
        QualitativeEvaluation(Code("CALLED", SCHEME, "Class called"), code_class(reading.label)),
    ]
    if opinion is not None and opinion.is_current:
        call = UNSURE_CALL if opinion.stance is Stance.UNSURE else code_class(opinion.reader)
        evaluations.append(QualitativeEvaluation(Code("READER", SCHEME, "Class called by the reader"), call))
    return MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(pseudonyms.uid("tracked", source.code), f"Film {source.code}"),
        finding_type=code_class(reading.finding),
        algorithm_id=_build_algorithm(reading, header),
        measurements=[Measurement(PROBABILITY, round(reading.probability, 6), NO_UNITS)],
        qualitative_evaluations=evaluations,
        source_images=[SourceImageForMeasurementGroup(*image[:2])],
    )


def _build_observer(pseudonyms: Pseudonymizer) -> Any:
    """Return the program on this computer as the observing device (TID 1002 and 1004)."""
    from highdicom.sr import DeviceObserverIdentifyingAttributes, ObserverContext
    from pydicom.sr.codedict import codes as standard

    device = DeviceObserverIdentifyingAttributes(
        pseudonyms.uid("device"), name=PROGRAM, manufacturer_name=PROGRAM, model_name=PROGRAM
    )
    return ObserverContext(observer_type=standard.DCM.Device, observer_identifying_attributes=device)


def _build_algorithm(reading: FilmReading, header: ModelHeader) -> "AlgorithmIdentification":
    """Return the model and its operating point (TID 4019)."""
    from highdicom.sr import AlgorithmIdentification

    low, high = header.calibration.review_band
    parameters = [
        f"Weights SHA-256 {header.content['sha256']}",
        f"Architecture {header.architecture}",
        f"Classes {', '.join(header.classes)}",
        f"Review band {low:.6f} to {high:.6f}",
    ]
    if reading.threshold is not None:
        parameters.append(f"Threshold {reading.threshold:.6f}")
    version = str(header.content.get("app_version", "not stated"))
    return AlgorithmIdentification(name=f"{PROGRAM} {reading.model}", version=version, parameters=parameters)
