"""A single film is read as screening reads it."""

import hashlib

import numpy as np
import pytest
from PIL import Image

from core.films.film_code import film_code
from core.films.film_reader import read_pixels, read_square
from core.inference.heat_map import build_heat_map
from core.inference.scoring_model import open_model
from core.screening.events import FilmAnswered, FilmReading, FilmRefusal, ScreeningStarted, Status
from core.screening.screening import screen
from core.screening.single_film import read_single_film, score_anyway, screen_film
from core.screening.worklist_file import open_worklist
from core.system.errors import FilmUnreadable, JobFailed, Reason
from tests.factories import drained, draw_film, write_dicom
from tests.faults.hostile_names import small_model


def read(path, model, cancel, **options):
    return drained(read_single_film(path, model, cancel, **options))[1]


@pytest.fixture
def films(tmp_path):
    """Films of several formats and sizes, one of them a colour photograph."""
    folder = tmp_path / "films"
    folder.mkdir()
    for seed, name in enumerate(("a.jpg", "b.png", "c.tif", "d.bmp", "e.webp")):
        draw_film(seed, seed % 2, 300 + 70 * seed).save(folder / name)
    write_dicom(folder / "f", np.asarray(draw_film(7, 1, 333)).astype(np.uint16) * 16, BitsStored=12, HighBit=11)
    draw_film(8, 0, 500).convert("RGB").save(folder / "g.jpg", quality=70)
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3)).astype(np.uint8)
    Image.fromarray(noise).save(folder / "photo.png")
    return folder


def test_it_has_the_row_that_screening_gives(films, tmp_path, cancel):
    _, result = drained(screen(films, tmp_path / "r.csv", small_model(), cancel))
    assert {row.status for row in result.rows} == {Status.SCORED, Status.REFUSED}
    for row in result.rows:
        film = read(films / row.file, small_model(), cancel)
        if row.status is Status.REFUSED:
            assert isinstance(film, FilmRefusal)
            assert (film.reason, film.model) == (row.reason, row.model)
        else:
            assert isinstance(film, FilmReading)
            told = (film.label, round(film.probability, 6), film.decision, film.model)
            assert told == (row.label, row.probability, row.decision, row.model)


def test_its_picture_is_the_whole_film_and_the_heat_map_has_its_size(films, cancel):
    film = read(films / "c.tif", small_model(), cancel)
    assert np.array_equal(film.pixels, read_pixels(films / "c.tif"))
    assert film.pixels.shape == film.heat.shape == (440, 440)
    assert film.film == film_code(hashlib.sha256((films / "c.tif").read_bytes()).hexdigest())


def test_the_heat_map_is_that_of_the_finding_for_every_film(films, cancel):
    names = ("a.jpg", "b.png", "c.tif", "d.bmp")
    readings = [read(films / name, small_model(), cancel) for name in names]
    assert "NORMAL" in {film.label for film in readings}
    model = open_model(small_model())
    for film in readings:
        outputs = model.compute(read_square(film.path, model.header.size_px))
        heat = Image.fromarray(build_heat_map(model.header, outputs, "PNEUMONIA"))
        expected = heat.resize(film.pixels.shape[::-1], Image.Resampling.BILINEAR)
        assert np.allclose(film.heat, np.asarray(expected))


def test_a_refused_film_is_scored_when_the_gate_is_ignored(films, cancel):
    refused = read(films / "photo.png", small_model(), cancel)
    scored = read(films / "photo.png", small_model(), cancel, ignore_gate=True)
    assert refused.reason is Reason.COLOUR_PHOTO
    assert np.array_equal(refused.pixels, read_pixels(films / "photo.png"))
    assert scored.reason == "colour_photo"
    assert scored.decision


def test_a_row_scored_anyway_keeps_its_reason(films, tmp_path, cancel):
    _, result = drained(screen(films, tmp_path / "r.csv", small_model(), cancel))
    row = next(row for row in result.rows if row.status is Status.REFUSED)
    _, (scored, reading, changed) = drained(score_anyway(result, films, row, small_model(), cancel))
    assert (scored.status, scored.reason) == (Status.SCORED, "colour_photo")
    assert reading.reason == "colour_photo"
    assert (changed.refused, changed.scored) == (result.refused - 1, result.scored + 1)


def test_rows_that_another_window_or_command_wrote_meanwhile_are_kept(films, tmp_path, cancel):
    _, result = drained(screen(films, tmp_path / "r.csv", small_model(), cancel))
    row = next(row for row in result.rows if row.status is Status.REFUSED)
    drained(score_anyway(result, films, row, small_model(), cancel))
    before = (tmp_path / "r.csv").read_bytes()
    with pytest.raises(JobFailed, match="was changed by another window or command"):
        drained(score_anyway(result, films, row, small_model(), cancel))
    assert (tmp_path / "r.csv").read_bytes() == before


def test_what_cannot_be_read_raises_its_reason(tmp_path, cancel):
    (tmp_path / "notes.txt").write_text("no film")
    with pytest.raises(FilmUnreadable) as error:
        read(tmp_path / "notes.txt", small_model(), cancel)
    assert error.value.reason is Reason.NOT_AN_IMAGE


def test_the_age_of_a_patient_outside_the_training_ages_is_a_caution(tmp_path, cancel):
    pixels = np.asarray(draw_film(1, 1, 200))
    path = write_dicom(tmp_path / "old.dcm", pixels, PatientBirthDate="19500301", StudyDate="20240701")
    film = read(path, small_model(), cancel)
    assert film.facts.age_years == 74
    assert film.details.age == "74 years"
    assert any("not among those of the training films" in caution for caution in film.cautions)


def test_a_film_that_is_opened_alone_is_a_list_of_one(films, tmp_path, cancel):
    for name in ("a.jpg", "photo.png", "f"):
        _, whole = drained(screen(films, tmp_path / f"{name}-folder.csv", small_model(), cancel))
        events, one = drained(screen_film(films / name, tmp_path / f"{name}.csv", small_model(), cancel))
        assert one.rows == tuple(row for row in whole.rows if row.file == name)
        assert (one.completed, one.found) == (True, 1)
        assert [type(event) for event in events[1:]] == [ScreeningStarted, FilmAnswered]
        assert open_worklist(tmp_path / f"{name}.csv", films, [small_model()]).result.rows == one.rows


def test_a_film_that_is_not_there_is_no_list(tmp_path, cancel):
    with pytest.raises(JobFailed, match="is not a file that can be opened"):
        drained(screen_film(tmp_path / "gone.png", tmp_path / "r.csv", small_model(), cancel))
    assert not (tmp_path / "r.csv").exists()
