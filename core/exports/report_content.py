"""The content tree of a structured report: Measurement Report, TID 1500 (PS3.16), as IHE AI Results has it.

What the program found and what a reader called stand in groups of their own, so that nobody takes
one for the other: only the program's names an algorithm.
"""

from typing import TYPE_CHECKING, Any

from pydicom.dataset import Dataset

from core.exports.dicom_identity import Pseudonymizer, Source
from core.exports.report_codes import (
    CALLED,
    CHEST_FILM,
    COMMENT,
    DECISION,
    DECISIONS,
    DISEASE,
    IMAGE_LIBRARY,
    IMAGE_LIBRARY_GROUP,
    IN_REVIEW_BAND,
    LUNG,
    MODALITIES,
    MODALITY,
    NO_UNITS,
    PNEUMONIA,
    PROBABILITY,
    READER_CALLED,
    REVIEW_REASON,
    SOURCE,
    STANCE,
    STANCES,
    UNLIKE_VALIDATED,
    UNSURE_CALL,
    VISUAL_EXPLANATION,
    code_class,
)
from core.exports.secondary_capture import format_review_reason, list_first_sentences
from core.models.decision import Decision
from core.models.model_header import ModelHeader
from core.screening.events import FilmReading
from core.screening.reader_calls import Opinion, Stance
from core.system.language import tr
from core.system.product import NOTICE, PROGRAM

if TYPE_CHECKING:
    from highdicom.sr import (
        AlgorithmIdentification,
        ContainerContentItem,
        MeasurementReport,
        MeasurementsAndQualitativeEvaluations,
        QualitativeEvaluation,
    )


def build_content(
    reading: FilmReading,
    header: ModelHeader,
    source: Source,
    capture: Dataset,
    pseudonyms: Pseudonymizer,
    opinion: Opinion | None,
) -> "MeasurementReport":
    """Return the content tree: observer, procedure, image library, and a measurement group (TID 1501) of each.

    Cautions and a reader's opinion in words are comments before them; TID 1500 is extensible.
    """
    from highdicom.sr import CodedConcept, MeasurementReport, ObservationContext, TextContentItem

    groups = [_build_answer(reading, header, source, capture, pseudonyms)]
    if opinion is not None:
        groups.append(_build_reader_group(opinion, source, capture, pseudonyms))
    report = MeasurementReport(
        observation_context=ObservationContext(observer_device_context=_build_observer(pseudonyms)),
        procedure_reported=CHEST_FILM,
        imaging_measurements=groups,
    )
    content = report[0].ContentSequence
    if source.image is not None:
        names = [item.ConceptNameCodeSequence[0].CodeMeaning for item in content]
        content.insert(names.index("Imaging Measurements"), _build_library(source))
    for number, sentence in enumerate(list_first_sentences(reading, opinion)):
        first = TextContentItem(CodedConcept.from_code(COMMENT), sentence, relationship_type="CONTAINS")
        content.insert(number, first)
    return report


def _build_library(source: Source) -> "ContainerContentItem":
    """Return the film as the image library (TID 1600) with what is certain of it: its modality.

    highdicom's own needs spacing and orientation, which many films lack.
    """
    from highdicom.sr import CodeContentItem, CodedConcept, ContainerContentItem, ContentSequence, ImageContentItem

    assert source.image is not None
    image = ImageContentItem(CodedConcept.from_code(SOURCE), *source.image[:2], relationship_type="CONTAINS")
    modality = MODALITIES.get(source.modality, MODALITIES["OT"])
    descriptor = CodeContentItem(
        CodedConcept.from_code(MODALITY), CodedConcept.from_code(modality), relationship_type="HAS ACQ CONTEXT"
    )
    image.ContentSequence = ContentSequence([descriptor])
    group = ContainerContentItem(CodedConcept.from_code(IMAGE_LIBRARY_GROUP), relationship_type="CONTAINS")
    group.ContentSequence = ContentSequence([image])
    library = ContainerContentItem(CodedConcept.from_code(IMAGE_LIBRARY), relationship_type="CONTAINS")
    library.ContentSequence = ContentSequence([group])
    return library


def _build_answer(
    reading: FilmReading, header: ModelHeader, source: Source, capture: Dataset, pseudonyms: Pseudonymizer
) -> "MeasurementsAndQualitativeEvaluations":
    """Return the group of the program: probability, class called, decision and why, heat map, notice."""
    from highdicom.sr import (
        CodedConcept,
        FindingSite,
        ImageContentItem,
        Measurement,
        MeasurementsAndQualitativeEvaluations,
        TextContentItem,
        TrackingIdentifier,
    )

    finding = code_class(reading.finding)
    group = MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(pseudonyms.uid("tracked", source.code), f"Film {source.code}"),
        finding_category=DISEASE if finding == PNEUMONIA else None,
        finding_type=finding,
        finding_sites=[FindingSite(LUNG)] if finding == PNEUMONIA else None,
        algorithm_id=_build_algorithm(reading, header),
        measurements=[Measurement(PROBABILITY, round(reading.probability, 6), NO_UNITS)],
        qualitative_evaluations=_evaluate(reading),
        source_images=_list_source_images(source, capture),
    )
    heat_map = ImageContentItem(
        CodedConcept.from_code(VISUAL_EXPLANATION),
        capture.SOPClassUID,
        capture.SOPInstanceUID,
        relationship_type="CONTAINS",
    )
    said = [tr(NOTICE), format_review_reason(reading, header), reading.validation, *header.warnings]
    text = " ".join(sentence for sentence in said if sentence)
    comment = TextContentItem(CodedConcept.from_code(COMMENT), text, relationship_type="CONTAINS")
    group[0].ContentSequence.extend([heat_map, comment])
    return group


def _evaluate(reading: FilmReading) -> "list[QualitativeEvaluation]":
    """Return decision and class called; of a film to review also why."""
    from highdicom.sr import QualitativeEvaluation

    evaluations = [
        QualitativeEvaluation(DECISION, DECISIONS[reading.decision]),
        QualitativeEvaluation(CALLED, code_class(reading.label)),
    ]
    if reading.decision is Decision.REVIEW:
        reason = UNLIKE_VALIDATED if reading.is_unlike else IN_REVIEW_BAND
        evaluations.append(QualitativeEvaluation(REVIEW_REASON, reason))
    return evaluations


def _build_reader_group(
    opinion: Opinion, source: Source, capture: Dataset, pseudonyms: Pseudonymizer
) -> "MeasurementsAndQualitativeEvaluations":
    """Return the group of the reader, whose name is not known: class called and how it stands to the program's."""
    from highdicom.sr import MeasurementsAndQualitativeEvaluations, QualitativeEvaluation, TrackingIdentifier

    evaluations = [QualitativeEvaluation(STANCE, STANCES[opinion.stance])]
    if opinion.is_current:
        call = UNSURE_CALL if opinion.stance is Stance.UNSURE else code_class(opinion.reader)
        evaluations.insert(0, QualitativeEvaluation(READER_CALLED, call))
    tracked = pseudonyms.uid("tracked reader", source.code)
    return MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(tracked, f"Reader on film {source.code}"),
        qualitative_evaluations=evaluations,
        source_images=_list_source_images(source, capture),
    )


def _list_source_images(source: Source, capture: Dataset) -> list[Any]:
    """Return the film as source, the capture where the film is no DICOM file."""
    from highdicom.sr import SourceImageForMeasurementGroup

    image = source.image or (capture.SOPClassUID, capture.SOPInstanceUID)
    return [SourceImageForMeasurementGroup(*image[:2])]


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
    return AlgorithmIdentification(
        name=f"{PROGRAM} {reading.model}", version=version, parameters=parameters, manufacturer=PROGRAM
    )
