"""The answer as a structured report."""

import shutil
import subprocess
from dataclasses import replace
from datetime import datetime

import highdicom
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import UID, SecondaryCaptureImageStorage

from core.exports.dicom_identity import Pseudonymizer, read_source
from core.exports.report_codes import DECISIONS, SCHEME, code_class
from core.exports.structured_report import build_report
from core.models.calibration import Calibration
from core.models.decision import Decision
from tests.core.exports.examples import HEADER, NOT_VALIDATED, exported, opened, reading_of, texts_of


def test_a_report_tells_the_answer_and_what_gave_it(film, tmp_path):
    capture, _ = opened(paths := exported(film, tmp_path))
    report = highdicom.sr.srread(paths[1])
    assert report.file_meta.MediaStorageSOPClassUID == pydicom.uid.Comprehensive3DSRStorage
    (group,) = report.content.get_image_measurement_groups()
    (probability,) = group.get_measurements()
    assert (probability.name.meaning, probability.value, probability.unit.value) == ("Probability", 0.876543, "1")
    assert group.finding_type.meaning == "Pneumonia"
    evaluations = {one.name.meaning: one.value.meaning for one in group.get_qualitative_evaluations()}
    told = {"Finding category": "Disease", "Decision": "Finding likely", "Class called": "Pneumonia"}
    assert evaluations == told
    (source,) = group.source_images
    assert source.referenced_sop_instance_uid == capture.SourceImageSequence[0].ReferencedSOPInstanceUID
    assert source.referenced_sop_instance_uid != pydicom.dcmread(film).SOPInstanceUID
    told = texts_of(report)
    assert any(HEADER.content["sha256"] in text for text in told)
    assert f"Threshold {HEADER.threshold:.6f}" in told
    assert f"PneumoScreen {HEADER.name}" in told
    assert any(NOT_VALIDATED in text and "not a diagnosis" in text for text in told)
    assert "Device" in told
    evidence = {instance for _, _, instance, _ in report.get_evidence(current_procedure_only=True)}
    assert evidence == {source.referenced_sop_instance_uid, capture.SOPInstanceUID}
    assert (report.VerificationFlag, report.PreliminaryFlag) == ("UNVERIFIED", "PRELIMINARY")


def test_a_model_of_several_classes_reports_the_class_called(film, tmp_path):
    classes = ("normal", "Bakterielle Lungenentzündung \\ " + "x" * 80, "virus")
    header = replace(HEADER, classes=classes, calibration=Calibration(1.0, None, (0.0, 0.7)))
    _, path = exported(
        film, tmp_path, header=header, label=classes[1], finding=classes[1], threshold=None, decision=Decision.REVIEW
    )
    (group,) = highdicom.sr.srread(path).content.get_image_measurement_groups()
    assert group.finding_type.meaning.startswith("Bakterielle Lungenentzündung")
    assert group.finding_type.scheme_designator == "99PNEUMOSCREEN"


@pytest.mark.skipif(not shutil.which("dsrdump"), reason="dcmtk is not installed")
def test_dcmtk_prints_the_report(film, tmp_path):
    _, path = exported(film, tmp_path)
    done = subprocess.run(["dsrdump", path], capture_output=True, text=True, check=True)
    assert 'NUM:(,,"Probability")="0.876543" (1,UCUM,"no units")' in done.stdout
    assert "E:" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "meaning"),
    [("NORMAL", "17621005", "Normal"), ("Pneumonia", "233604007", "Pneumonia")],
)
def test_known_classes_have_the_codes_of_snomed(name, value, meaning):
    code = code_class(name)
    assert (code.value, code.scheme_designator, code.meaning) == (value, "SCT", meaning)


def test_other_classes_have_private_codes_of_their_own():
    virus, bacteria = code_class("virus"), code_class("bacteria")
    assert (virus.scheme_designator, virus.meaning) == (SCHEME, "virus")
    assert SCHEME.startswith("99")
    assert virus.value != bacteria.value
    assert virus == code_class("virus")
    assert len(virus.value) == 16  # a code value may have so many letters: Part 5, 6.2, SH


def test_a_meaning_is_one_line_of_at_most_64_letters():
    assert code_class("a\\b\nc" + "x" * 99).meaning == "a b c" + "x" * 59
    assert code_class("\n").meaning == "Class without a name"


SECRET = Pseudonymizer(b"k" * 32)


INSTANCE = "1.2.3.4"


def test_names_that_look_alike_keep_different_codes():
    first, second = code_class("x" * 64 + "1"), code_class("x" * 64 + "2")
    assert first.meaning == second.meaning
    assert first.value != second.value
    assert code_class("Virus").value != code_class("virus").value  # classes of a model may differ in case alone


def test_every_decision_has_a_code():
    assert set(DECISIONS) == set(Decision)
    assert len({code.value for code in DECISIONS.values()}) == len(Decision)


@pytest.fixture
def capture():
    image = Dataset()
    image.SOPClassUID = SecondaryCaptureImageStorage
    image.SOPInstanceUID, image.SeriesInstanceUID = "1.2.3.5", "1.2.3.6"
    return image


@pytest.fixture
def report_of(film, capture):
    """Build the report on `film`; the source may be changed."""

    def build(image="its own", header=HEADER, **more):
        source = read_source(film, 160 * 160, False, SECRET)
        if image is None:
            source = replace(source, image=None)
        return build_report(reading_of(film, **more), header, source, capture, SECRET, INSTANCE)

    return build


def test_the_only_date_is_a_dummy(report_of):
    report = report_of()
    assert report.SOPInstanceUID == INSTANCE
    assert (report.ContentDate, report.ContentTime) == ("20000101", "000000")
    assert "InstanceCreationDate" not in report
    assert f"{datetime.now():%Y%m%d}" not in report.to_json()


def test_the_film_is_the_image_library_and_the_model_the_contributing_equipment(report_of, film):
    report = report_of()
    (library,) = (item for item in report.ContentSequence if item.ConceptNameCodeSequence[0].CodeValue == "111028")
    (image,) = library.ContentSequence[0].ContentSequence
    assert image.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == read_source(film, 1, False, SECRET).image[1]
    assert image.ContentSequence[0].ConceptCodeSequence[0].CodeValue == "DX"
    (equipment,) = report.ContributingEquipmentSequence
    assert HEADER.name in equipment.ManufacturerModelName
    assert UID(equipment.DeviceUID).is_valid
    other = replace(HEADER, content={**HEADER.content, "sha256": "0" * 64})
    assert report_of(header=other).ContributingEquipmentSequence[0].DeviceUID != equipment.DeviceUID


def group_of(film, tmp_path, **more):
    (group,) = highdicom.sr.srread(exported(film, tmp_path, **more)[1]).content.get_image_measurement_groups()
    return group


def test_pneumonia_is_a_disease_of_the_lung(film, tmp_path):
    group = group_of(film, tmp_path)
    assert group.finding_category.value == "64572001"
    assert [site.value.value for site in group.finding_sites] == ["39607008"]
    virus = group_of(film, tmp_path, finding="virus")
    assert (virus.finding_category, virus.finding_sites) == (None, [])


@pytest.mark.parametrize(("is_unlike", "reason"), [(False, "BAND"), (True, "UNLIKE")])
def test_a_film_to_review_says_why(report_of, film, tmp_path, is_unlike, reason):
    more = {"decision": Decision.REVIEW, "is_unlike": is_unlike}
    codes = [one.value.value for one in group_of(film, tmp_path, **more).get_qualitative_evaluations()]
    report = report_of(**more)
    assert codes[-3:] == ["REVIEW", "233604007", reason]
    assert any("review band" in text for text in texts_of(report) if text.startswith("For research")) != is_unlike


def evidence_of(report):
    return {
        image.ReferencedSOPInstanceUID
        for study in report.CurrentRequestedProcedureEvidenceSequence
        for series in study.ReferencedSeriesSequence
        for image in series.ReferencedSOPSequence
    }


def test_the_evidence_is_film_and_capture(report_of, capture, film):
    instance = read_source(film, 1, False, SECRET).image[1]
    assert evidence_of(report_of()) == {instance, capture.SOPInstanceUID}
    assert evidence_of(report_of(image=None)) == {capture.SOPInstanceUID}


@pytest.mark.parametrize("decision", Decision)
def test_the_decision_is_coded(report_of, decision):
    meanings = {code.meaning for code in DECISIONS.values()}
    assert meanings & set(texts_of(report_of(decision=decision))) == {DECISIONS[decision].meaning}


def test_a_threshold_is_stated_where_there_is_one(report_of):
    assert f"Threshold {HEADER.threshold:.6f}" in texts_of(report_of())
    assert not [text for text in texts_of(report_of(threshold=None)) if text.startswith("Threshold")]


def test_a_model_without_a_version_says_so(report_of):
    content = {key: value for key, value in HEADER.content.items() if key != "app_version"}
    assert "not stated" in texts_of(report_of(header=replace(HEADER, content=content)))
