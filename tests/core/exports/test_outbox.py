"""Answers that are put into an outbox, each once, whatever happens meanwhile."""

import numpy as np
import pydicom
import pytest
from PIL import Image

from core.exports import outbox as module
from core.exports.outbox import Outbox, fill_outbox
from core.films.phantoms import draw_phantom
from core.jobs.events import Noted, Progressed, Stage
from core.screening.events import FilmAnswered, Status
from core.screening.outbox_log import outbox_log_path, read_outbox_log
from core.screening.reader_calls import Call, append_call, calls_path
from core.screening.screening import screen
from core.screening.watch_folder import watch
from core.system.errors import JobFailed, Reason
from tests.core.exports.examples import texts_of
from tests.factories import drained, write_dicom

FILMS = 3


@pytest.fixture
def films(tmp_path):
    folder = tmp_path / "films"
    folder.mkdir()
    for number in range(FILMS):
        write_dicom(
            folder / f"Doe{number}.dcm", draw_phantom(number, True, 96), PatientID="P", StudyInstanceUID="1.2.3"
        )
    (folder / "notes.txt").write_text("no film")
    return folder


@pytest.fixture
def fill(films, tmp_path, cancel):
    """Screens with an outbox; gives the events and the result."""

    def run(job=None, keeps_identity=True, target="outbox"):
        output = tmp_path / "results.csv"
        outbox = Outbox(films, output, tmp_path / target, keeps_identity)
        return drained(fill_outbox(job or screen(films, output, None, cancel, resume=True), outbox, None, cancel))

    return run


@pytest.fixture
def objects(tmp_path):
    return lambda: [pydicom.dcmread(path) for path in sorted((tmp_path / "outbox").glob("*.dcm"))]


def test_every_answer_is_put_there_once_and_nothing_else(fill, objects, tmp_path):
    events, result = fill()
    assert (result.put, result.left, result.screening.refused) == (FILMS, 0, 1)
    assert sum(isinstance(event, FilmAnswered) for event in events) == FILMS + 1
    assert sorted(one.Modality for one in objects()) == ["OT"] * FILMS + ["SR"] * FILMS
    assert {one.StudyInstanceUID for one in objects()} == {"1.2.3"}
    assert not [path for path in (tmp_path / "outbox").iterdir() if "Doe" in path.name]
    before = {path: path.read_bytes() for path in (tmp_path / "outbox").iterdir()}
    for path in before:
        path.unlink()  # sent
    assert fill()[1].put == 0
    assert objects() == []
    outbox_log_path(tmp_path / "results.csv").unlink()
    assert fill()[1].put == FILMS
    assert {path: path.read_bytes() for path in (tmp_path / "outbox").iterdir()} == before


def test_films_are_read_for_the_outbox_before_they_are_moved_and_found_where_they_were_moved(
    fill, films, objects, tmp_path, cancel
):
    archive = tmp_path / "archive"
    archive.mkdir()
    _, result = fill(screen(films, tmp_path / "results.csv", None, cancel, archive=archive))
    assert (result.put, result.left, list(films.iterdir())) == (FILMS, 0, [])
    before = [one.SOPInstanceUID for one in objects()]
    outbox_log_path(tmp_path / "results.csv").unlink()
    _, again = fill(screen(films, tmp_path / "results.csv", None, cancel, archive=archive))
    assert (again.put, again.left, [one.SOPInstanceUID for one in objects()]) == (FILMS, 0, before)


def test_an_outbox_that_cannot_be_written_loses_no_row_and_is_filled_later(fill, objects, monkeypatch):
    def fail(path, _dataset):
        raise JobFailed(Reason.DISK_FULL, "The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(module, "write_object", fail)
        events, result = fill()
    assert [event.sentence for event in events if isinstance(event, Noted)] == ["The disk is full."]
    assert (result.put, result.left, result.screening.scored) == (0, FILMS, FILMS)
    _, again = fill()
    assert (again.put, again.left, len(objects())) == (FILMS, 0, 2 * FILMS)


def test_after_a_stop_the_next_run_goes_on(fill, objects, films, tmp_path, cancel):
    def stopped():
        job = screen(films, tmp_path / "results.csv", None, cancel)
        result = yield from job
        cancel.set()
        return result

    put = fill(stopped())[1].put
    assert len(read_outbox_log(outbox_log_path(tmp_path / "results.csv"))) == put
    cancel.clear()
    assert fill()[1].put == FILMS - put
    assert len(objects()) == 2 * FILMS


def test_films_without_a_study_are_put_there_only_without_identity(fill, objects, films):
    for path in films.iterdir():
        path.unlink()
    Image.fromarray(draw_phantom(1, True, 96)).save(films / "film.png")
    _, result = fill()
    assert (result.put, result.left, result.without_study) == (0, 1, 1)
    assert fill(keeps_identity=False)[1].put == 1
    assert {str(one.PatientName) for one in objects()} == {"Anonymous^"}


def test_a_call_that_is_there_already_goes_with_the_answer(fill, objects, films, tmp_path, cancel):
    output = tmp_path / "results.csv"
    _, result = drained(screen(films, output, None, cancel))
    row = next(row for row in result.rows if row.status is Status.SCORED)
    other = "NORMAL" if row.label == "PNEUMONIA" else "PNEUMONIA"
    append_call(calls_path(output), Call(row.file, other, True, "", "2026-01-01T12:00:00+01:00", row.film))
    fill()
    said = [" ".join(texts_of(one)) for one in objects()]
    assert sum(f"The reader disagreed: {other}." in text for text in said) == 2


def test_a_watched_film_that_changed_counts_once_with_the_call_that_was_made_meanwhile(
    fill, objects, films, tmp_path, cancel
):
    output = tmp_path / "results.csv"
    drained(screen(films, output, None, cancel))
    write_dicom(films / "Doe0.dcm", draw_phantom(8, True, 96), PatientID="P", StudyInstanceUID="1.2.3")

    def watched():
        job = watch(films, output, None, cancel, poll_seconds=0.01)
        while True:
            try:
                event = next(job)
            except StopIteration as end:
                return end.value
            if isinstance(event, FilmAnswered):
                row, made_at = event.row, "2026-01-01T12:00:00+01:00"
                append_call(calls_path(output), Call(row.file, row.label, True, "", made_at, row.film))
                cancel.set()
            yield event

    events, result = fill(watched())
    assert not [event for event in events if isinstance(event, Noted) and "changed" in event.sentence]
    assert (result.put, result.left) == (FILMS, 0)
    assert sum("The reader agreed" in " ".join(texts_of(one)) for one in objects()) == 2


def test_watching_fills_it_as_films_arrive(fill, objects, films, tmp_path, cancel):
    def watched():
        job = watch(films, tmp_path / "results.csv", None, cancel, poll_seconds=0.01)
        while True:
            try:
                event = next(job)
            except StopIteration as end:
                return end.value
            yield event
            if isinstance(event, Progressed) and event.stage is Stage.WATCHING and len(objects()) == 2 * FILMS:
                cancel.set()

    assert fill(watched())[1].put == FILMS


def test_an_outbox_among_the_films_is_refused(fill):
    with pytest.raises(JobFailed, match="within the folder"):
        fill(target="films/outbox")


def test_an_answer_that_comes_back_is_no_film(fill, objects, films, tmp_path, cancel):
    fill()
    capture = next(one for one in objects() if one.Modality == "OT")
    assert np.ptp(capture.pixel_array) > 0
    returned = tmp_path / "returned"
    returned.mkdir()
    capture.save_as(returned / "capture.dcm")
    (row,) = drained(screen(returned, tmp_path / "returned.csv", None, cancel))[1].rows
    assert (row.status, row.reason) == (Status.REFUSED, Reason.UNSUPPORTED)


def test_a_log_that_is_not_one_stops_it_before_any_film(fill, tmp_path):
    outbox_log_path(tmp_path / "results.csv").write_text("a,b\n1,2\n")
    with pytest.raises(JobFailed, match="cannot be read"):
        fill()
