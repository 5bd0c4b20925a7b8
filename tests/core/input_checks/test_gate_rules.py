"""How the gate reads a film, and its fixed rules."""

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread

from core.films.images import read_square
from core.input_checks.gate import find_refusal
from core.input_checks.gate_rules import COLOURED, inspect_film
from core.system.errors import FilmUnreadable, Reason
from tests.core.input_checks.pictures import FILM, coloured, saved
from tests.factories import write_dicom


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "RGBA", "LA", "CMYK", "YCbCr", "I;16", "1"])
@pytest.mark.parametrize("suffix", ["png", "jpg", "tif"])
def test_the_square_is_the_one_that_was_scored_before(tmp_path, mode, suffix):
    picture = Image.fromarray(FILM.astype(np.uint16) * 256) if mode == "I;16" else Image.fromarray(FILM).convert(mode)
    path = tmp_path / f"film.{suffix}"
    try:
        picture.save(path)
    except OSError:
        pytest.skip("this format does not hold this mode")
    for size in (32, 64, 224):
        assert np.array_equal(inspect_film(path, size).square, read_square(path, size))


@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("progressive", [False, True])
def test_colour_jpegs_give_the_same_square_with_and_without_their_colours(tmp_path, subsampling, progressive):
    path = saved(tmp_path / "film.jpg", coloured(700), quality=60, subsampling=subsampling, progressive=progressive)
    looked = inspect_film(path, 64)
    assert np.array_equal(looked.square, read_square(path, 64))
    assert looked.chroma > COLOURED


def test_a_jpeg_stored_as_rgb_is_read_too(tmp_path):
    path = saved(tmp_path / "film.jpg", coloured(400), keep_rgb=True, subsampling=0)
    assert np.array_equal(inspect_film(path, 64).square, read_square(path, 64))


def test_a_turned_jpeg_is_upright_in_its_square_and_in_its_shape(tmp_path):
    tags = Image.Exif()
    tags[0x0112] = 6
    path = saved(tmp_path / "film.jpg", coloured(400)[:200], exif=tags)
    looked = inspect_film(path, 64)
    assert np.array_equal(looked.square, read_square(path, 64))
    assert looked.aspect == pytest.approx(0.5)


def test_dicom_films_bring_their_tags(tmp_path):
    path = write_dicom(tmp_path / "film.dcm", FILM, Modality="DX", ViewPosition="PA", PatientName="Somebody")
    looked = inspect_film(path, 64)
    assert np.array_equal(looked.square, read_square(path, 64))
    assert (looked.tags["Modality"], looked.tags["ViewPosition"]) == ("DX", "PA")
    assert "Somebody" not in str(looked.tags)


@pytest.mark.parametrize(("content", "reason"), [(b"", Reason.EMPTY_FILE), (b"no picture at all", Reason.NOT_AN_IMAGE)])
def test_what_cannot_be_read_is_said_as_before(tmp_path, content, reason):
    (tmp_path / "film.png").write_bytes(content)
    with pytest.raises(FilmUnreadable) as error:
        inspect_film(tmp_path / "film.png", 64)
    assert error.value.reason is reason


def test_blank_and_tiny_pictures_are_refused_by_the_decode(tmp_path):
    for picture, reason in ((np.full((99, 99), 7, np.uint8), Reason.BLANK), (FILM[:30, :30], Reason.TOO_SMALL)):
        with pytest.raises(FilmUnreadable) as error:
            inspect_film(saved(tmp_path / "film.png", picture), 64)
        assert error.value.reason is reason


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_a_colour_photo_is_refused_and_a_tinted_film_is_not(tmp_path, suffix):
    photo = inspect_film(saved(tmp_path / f"photo.{suffix}", coloured()), 64)
    assert find_refusal(photo, None) is Reason.COLOUR_PHOTO
    sepia = (FILM[..., None] * np.array([1.0, 0.85, 0.6])).astype(np.uint8)
    assert find_refusal(inspect_film(saved(tmp_path / f"film.{suffix}", sepia), 64), None) is None


def test_a_colour_capture_in_dicom_is_refused(tmp_path):
    path = write_dicom(tmp_path / "photo.dcm", coloured()[..., 0])
    header = dcmread(path)
    header.SamplesPerPixel, header.PlanarConfiguration, header.PhotometricInterpretation = 3, 0, "RGB"
    header.PixelData = coloured().tobytes()
    header.save_as(path)
    assert find_refusal(inspect_film(path, 64), None) is Reason.COLOUR_PHOTO
    assert np.array_equal(inspect_film(path, 64).square, read_square(path, 64))


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"Modality": "CT"}, Reason.NOT_A_CHEST_FILM),
        ({"Modality": "MR", "BodyPartExamined": "CHEST"}, Reason.NOT_A_CHEST_FILM),
        ({"Modality": "DX", "BodyPartExamined": "HAND"}, Reason.NOT_A_CHEST_FILM),
        ({"Modality": "CR", "BodyPartExamined": "skull"}, Reason.NOT_A_CHEST_FILM),
        ({"Modality": "DX", "ViewPosition": "LL"}, Reason.LATERAL_VIEW),
        ({"Modality": "DX", "ViewPosition": "Lateral"}, Reason.LATERAL_VIEW),
        ({"Modality": "DX", "ViewPosition": "LLD"}, None),
        ({"Modality": "DX", "ViewPosition": "AP", "BodyPartExamined": "CHEST"}, None),
        ({"Modality": "CR", "BodyPartExamined": "CHEST_TO_ABDOMEN"}, None),
        ({"Modality": "OT"}, None),
        ({}, None),
    ],
)
def test_tags_that_speak_against_a_frontal_chest_film(tmp_path, tags, reason):
    assert find_refusal(inspect_film(write_dicom(tmp_path / "film.dcm", FILM, **tags), 64), None) is reason


def test_a_strip_shows_no_whole_chest(tmp_path):
    assert find_refusal(
        inspect_film(saved(tmp_path / "film.png", FILM[:, :62].repeat(3, 0).repeat(2, 1)), 64), None
    ) is (Reason.TOO_CROPPED)
