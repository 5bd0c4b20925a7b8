"""One film of a screening as DICOM: what is exported is what its row says, or nothing."""

import threading
from dataclasses import replace

import numpy as np
import pydicom
import pytest

from core.exports.events import FilmNotExported
from core.exports.film_export import export_film, export_films
from core.films.phantoms import draw_phantom
from core.jobs.events import Progressed, Stage
from core.models.model_header import bundled_model_path, read_header
from core.models.site_record import LocalPoint, save_point
from core.screening.events import Status
from core.screening.reader_calls import Opinion, Stance
from core.screening.screening import screen
from core.screening.single_film import score_anyway
from core.system.errors import JobFailed, Reason
from tests.factories import drained, write_dicom


@pytest.fixture
def films(tmp_path):
    folder = tmp_path / "films"
    folder.mkdir()
    for name, seed, tags in (("one", 1, {}), ("two", 2, {}), ("side", 3, {"ViewPosition": "LL"})):
        pixels = draw_phantom(seed, True, 160).astype(np.uint16) * 16
        write_dicom(folder / f"{name}.dcm", pixels, PatientName=f"{name}^Jane", PatientID=name, **tags)
    return folder


@pytest.fixture
def result(films, tmp_path):
    return drained(screen(films, tmp_path / "r.csv", None, threading.Event()))[1]


def row_of(result, name):
    return next(row for row in result.rows if row.file == name)


def export(folder, row, tmp_path, **more):
    return drained(export_film(folder, row, None, tmp_path / "out", threading.Event(), **more))


def test_the_film_of_the_row_is_exported_with_its_answer_and_the_readers_call(films, result, tmp_path):
    row = row_of(result, "two.dcm")
    opinion = Opinion(Stance.DISAGREES, "NORMAL")
    events, capture = export(films, row, tmp_path, keeps_identity=True, opinion=opinion)
    assert [event.stage for event in events if isinstance(event, Progressed)][-1] is Stage.WRITING
    written = pydicom.dcmread(capture)
    assert written.PatientName == "two^Jane"
    assert capture.with_name(capture.name.replace("heatmap", "report")).exists()
    said = " ".join(str(element.value) for element in written.iterall() if element.VR in {"LO", "LT", "ST", "UT"})
    assert "The reader disagreed: NORMAL." in said


def test_a_film_scored_despite_its_refusal_is_exported(films, result, tmp_path):
    refused = row_of(result, "side.dcm")
    assert refused.reason == Reason.LATERAL_VIEW
    with pytest.raises(JobFailed, match=r"side\.dcm has no answer"):
        export(films, refused, tmp_path)
    _, (row, _, _) = drained(score_anyway(result, films, refused, None, threading.Event()))
    _, capture = export(films, row, tmp_path, keeps_identity=True)
    assert pydicom.dcmread(capture).PatientName == "side^Jane"


def export_list(films, result, tmp_path, cancel):
    target = tmp_path / "out"
    return drained(export_films(films, result.rows, (), None, target, cancel))


def test_films_are_exported_one_after_the_other_and_the_others_named(films, result, tmp_path):
    cancel = threading.Event()
    events, exported = export_list(films, result, tmp_path, cancel)
    (left_out,) = [event for event in events if isinstance(event, FilmNotExported)]
    assert (left_out.file, exported.left_out) == ("side.dcm", (left_out,))
    assert (exported.written, exported.completed) == (2, True)
    assert len(list((tmp_path / "out").glob("*-heatmap.dcm"))) == 2
    cancel.set()
    assert not export_list(films, result, tmp_path, cancel)[1].completed


def test_a_folder_that_cannot_be_written_ends_the_export_of_all(films, result, tmp_path):
    (tmp_path / "out").write_text("no folder")
    with pytest.raises(JobFailed) as failed:
        export_list(films, result, tmp_path, threading.Event())
    assert failed.value.reason is Reason.OUTPUT_NOT_WRITABLE


def nothing_written(tmp_path):
    return not (tmp_path / "out").exists()


@pytest.mark.parametrize("knows_film", [True, False])  # rows of earlier versions do not
def test_another_film_under_the_same_name_is_not_exported(films, result, tmp_path, knows_film):
    row = row_of(result, "two.dcm")
    row = row if knows_film else replace(row, film="", probability=0.01)
    if knows_film:
        (films / "one.dcm").replace(films / "two.dcm")
    with pytest.raises(JobFailed, match=r"two\.dcm: It has changed since it was screened\."):
        export(films, row, tmp_path)
    assert nothing_written(tmp_path)


def test_a_row_that_does_not_know_its_film_is_exported_by_its_answer(films, result, tmp_path):
    _, capture = export(films, replace(row_of(result, "two.dcm"), film=""), tmp_path)
    assert capture.exists()


def test_a_film_that_the_gate_refuses_now_is_not_exported(films, result, tmp_path):
    side = row_of(result, "side.dcm")
    scored = replace(row_of(result, "two.dcm"), file=side.file, film=side.film)
    with pytest.raises(JobFailed, match="It has changed"):
        export(films, scored, tmp_path)


def test_a_film_that_is_gone_is_named(films, result, tmp_path):
    (films / "one.dcm").unlink()
    with pytest.raises(JobFailed, match=r"one\.dcm: The file does not exist"):
        export(films, row_of(result, "one.dcm"), tmp_path)


def test_another_model_or_operating_point_exports_nothing(films, result, tmp_path):
    row = row_of(result, "one.dcm")
    save_point(read_header(bundled_model_path()), LocalPoint("by hand", 0.2, (0.1, 0.3), None, "2026-01-30"))
    with pytest.raises(JobFailed, match=f"one.dcm was read by {row.model}, but"):
        export(films, row, tmp_path)
    assert row.status is Status.SCORED
    assert nothing_written(tmp_path)
