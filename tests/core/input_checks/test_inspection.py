"""A film as the network sees it, with the gate's verdict."""

import numpy as np
import pytest
from PIL import Image

from core.films.film_reader import read_square
from core.input_checks.inspection import inspect_film
from core.system.errors import FilmUnreadable, Reason
from tests.core.input_checks.pictures import FILM, coloured, saved
from tests.factories import write_dicom


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "RGBA", "LA", "CMYK", "YCbCr", "I;16", "1"])
@pytest.mark.parametrize("suffix", ["png", "jpg", "tif"])
def test_the_square_is_the_one_that_training_reads(tmp_path, mode, suffix):
    picture = Image.fromarray(FILM.astype(np.uint16) * 256) if mode == "I;16" else Image.fromarray(FILM).convert(mode)
    path = tmp_path / f"film.{suffix}"
    try:
        picture.save(path)
    except OSError:
        pytest.skip("this format does not hold this mode")
    for size in (32, 64, 224):
        assert np.array_equal(inspect_film(path, size, None).square, read_square(path, size))


def test_dicom_films_bring_their_tags_and_no_name(tmp_path):
    path = write_dicom(tmp_path / "film.dcm", FILM, Modality="DX", ViewPosition="PA", PatientName="Somebody")
    inspected = inspect_film(path, 64, None)
    facts = inspected.film.facts
    assert np.array_equal(inspected.square, read_square(path, 64))
    assert (facts.tags["Modality"], facts.tags["ViewPosition"], facts.view) == ("DX", "PA", "PA")
    assert "Somebody" not in str(facts.tags)
    assert str(facts) == "FilmFacts()", "a log that takes it whole must stay empty"


def test_a_refused_film_still_has_its_square_and_its_facts(tmp_path):
    inspected = inspect_film(saved(tmp_path / "photo.png", coloured(200)), 64, None)
    assert inspected.refusal is Reason.COLOUR_PHOTO
    assert inspected.film.facts.stored_width == 200
    assert inspected.square.shape == (64, 64)


@pytest.mark.parametrize(("content", "reason"), [(b"", Reason.EMPTY_FILE), (b"no picture at all", Reason.NOT_AN_IMAGE)])
def test_what_cannot_be_read_is_refused_by_the_reader(tmp_path, content, reason):
    (tmp_path / "film.png").write_bytes(content)
    with pytest.raises(FilmUnreadable) as error:
        inspect_film(tmp_path / "film.png", 64, None)
    assert error.value.reason is reason


def test_blank_and_tiny_pictures_are_refused_by_the_reader(tmp_path):
    for picture, reason in ((np.full((99, 99), 7, np.uint8), Reason.BLANK), (FILM[:30, :30], Reason.TOO_SMALL)):
        with pytest.raises(FilmUnreadable) as error:
            inspect_film(saved(tmp_path / "film.png", picture), 64, None)
        assert error.value.reason is reason
