"""The answer as a structured report."""

import shutil
import subprocess
from dataclasses import replace

import highdicom
import pydicom
import pytest

from core.exports.structured_report import SCHEME, code_class
from core.models.calibration import Calibration
from core.models.decision import Decision
from tests.core.exports.examples import HEADER, NOT_VALIDATED, exported, opened, texts_of


def test_a_report_tells_the_answer_and_what_gave_it(film, tmp_path):
    capture, _ = opened(paths := exported(film, tmp_path))
    report = highdicom.sr.srread(paths[1])
    assert report.file_meta.MediaStorageSOPClassUID == pydicom.uid.ComprehensiveSRStorage
    (group,) = report.content.get_image_measurement_groups()
    (probability,) = group.get_measurements()
    assert (probability.name.meaning, probability.value, probability.unit.value) == ("Probability", 0.876543, "1")
    assert group.finding_type.meaning == "Pneumonia"
    evaluations = {one.name.meaning: one.value.meaning for one in group.get_qualitative_evaluations()}
    assert evaluations == {"Decision": "Finding likely", "Class called": "Pneumonia"}
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
