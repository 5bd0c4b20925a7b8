"""What a structured report contains, and when it contains no date."""

from dataclasses import replace
from datetime import datetime

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import SecondaryCaptureImageStorage

from core.exports.dicom_identity import Pseudonymizer, read_source
from core.exports.structured_report import DECISIONS, build_report, code_class
from core.models.decision import Decision
from tests.core.exports.examples import HEADER, reading_of, texts_of

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

    def build(when=None, image="its own", header=HEADER, **more):
        source = read_source(film, 160 * 160, False, SECRET)
        if image is None:
            source = replace(source, image=None)
        return build_report(reading_of(film, **more), header, source, capture, SECRET, INSTANCE, when)

    return build


def test_without_a_time_the_only_date_is_a_dummy(report_of):
    report = report_of()
    assert report.SOPInstanceUID == INSTANCE
    assert (report.ContentDate, report.ContentTime) == ("20000101", "000000")
    assert "InstanceCreationDate" not in report
    assert "InstanceCreationTime" not in report
    assert f"{datetime.now():%Y%m%d}" not in report.to_json()


def test_with_a_time_it_is_dated(report_of):
    report = report_of(datetime(2031, 2, 3, 4, 5, 6))
    assert (report.ContentDate, report.ContentTime) == ("20310203", "040506")
    assert (report.InstanceCreationDate, report.InstanceCreationTime) == ("20310203", "040506")


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
