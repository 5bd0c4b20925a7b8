"""The gate's fixed rules."""

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread

from core.films.phantoms import draw_phantom
from core.input_checks.gate_rules import find_rule_violation
from core.input_checks.inspection import build_gate_input, inspect_film
from core.system.errors import Reason
from tests.core.input_checks.pictures import FILM, coloured, judge, judge_file, saved
from tests.factories import write_dicom


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_a_colour_photo_is_refused_and_a_tinted_film_is_not(tmp_path, suffix):
    assert judge_file(saved(tmp_path / f"photo.{suffix}", coloured())) is Reason.COLOUR_PHOTO
    sepia = (FILM[..., None] * np.array([1.0, 0.85, 0.6])).astype(np.uint8)
    assert judge_file(saved(tmp_path / f"film.{suffix}", sepia)) is None


@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("progressive", [False, True])
def test_colour_jpegs_of_every_kind_are_refused(tmp_path, subsampling, progressive):
    path = saved(tmp_path / "film.jpg", coloured(700), quality=60, subsampling=subsampling, progressive=progressive)
    assert judge_file(path) is Reason.COLOUR_PHOTO


def test_a_jpeg_stored_as_rgb_is_refused_too(tmp_path):
    path = saved(tmp_path / "film.jpg", coloured(400), keep_rgb=True, subsampling=0)
    assert judge_file(path) is Reason.COLOUR_PHOTO


def test_a_colour_capture_in_dicom_is_refused(tmp_path):
    path = write_dicom(tmp_path / "photo.dcm", coloured()[..., 0])
    header = dcmread(path)
    header.SamplesPerPixel, header.PlanarConfiguration, header.PhotometricInterpretation = 3, 0, "RGB"
    header.PixelData = coloured().tobytes()
    header.save_as(path)
    assert judge_file(path) is Reason.COLOUR_PHOTO


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"Modality": "CT"}, Reason.NOT_A_CHEST_FILM),
        ({"Modality": "ct"}, Reason.NOT_A_CHEST_FILM),
        ({"Modality": "MR", "BodyPartExamined": "CHEST"}, Reason.NOT_A_CHEST_FILM),
        ({"Modality": "DX", "BodyPartExamined": "HAND"}, Reason.NOT_A_CHEST_FILM),
        ({"Modality": "CR", "BodyPartExamined": "skull"}, Reason.NOT_A_CHEST_FILM),
        ({"Modality": "DX", "ViewPosition": "LL"}, Reason.LATERAL_VIEW),
        ({"Modality": "DX", "ViewPosition": "Lateral"}, Reason.LATERAL_VIEW),
        ({"Modality": "DX", "PatientOrientation": ["A", "F"]}, Reason.LATERAL_VIEW),
        ({"Modality": "DX", "SeriesDescription": "Thorax seitlich"}, Reason.LATERAL_VIEW),
        ({"Modality": "DX", "PresentationIntentType": "FOR PROCESSING"}, Reason.RAW_DETECTOR_DATA),
        ({"Modality": "DX", "PresentationIntentType": "FOR PRESENTATION"}, None),
        ({"Modality": "DX", "ViewPosition": "LLD"}, None),
        ({"Modality": "DX", "ViewPosition": "PA", "SeriesDescription": "Chest PA and lateral"}, None),
        ({"Modality": "DX", "ViewPosition": "AP", "BodyPartExamined": "CHEST"}, None),
        ({"Modality": "CR", "BodyPartExamined": "CHEST_TO_ABDOMEN"}, None),
        ({"Modality": "OT"}, None),
        ({}, None),
    ],
)
def test_tags_that_speak_against_a_frontal_chest_film(tmp_path, tags, reason):
    assert judge_file(write_dicom(tmp_path / "film.dcm", FILM, **tags)) is reason


def test_a_strip_shows_no_whole_chest(tmp_path):
    strip = saved(tmp_path / "film.png", FILM[:, :62].repeat(3, 0).repeat(2, 1))
    assert judge_file(strip) is Reason.TOO_CROPPED


def test_a_turned_strip_is_judged_as_it_is_shown(tmp_path):
    tags = Image.Exif()
    tags[0x0112] = 6
    path = saved(tmp_path / "film.jpg", np.tile(FILM[:70], (1, 2)), exif=tags)
    assert inspect_film(path, 64, None).film.aspect == pytest.approx(70 / 256)
    assert judge_file(path) is Reason.TOO_CROPPED


@pytest.mark.parametrize("seed", range(6))
def test_a_negative_is_refused_without_any_training_films(seed):
    film = draw_phantom(seed, seed % 2 == 0, 128)
    assert judge(film, None) is None
    assert judge(255 - film, None) is Reason.INVERTED
    assert judge(255 - film[:, ::-1], None) is Reason.INVERTED


def test_rules_of_a_chest_do_not_judge_another_body_part(tmp_path):
    path = write_dicom(tmp_path / "hand.dcm", 255 - FILM, BodyPartExamined="HAND", ViewPosition="LL")
    looked = inspect_film(path, 64, None)
    assert looked.refusal is Reason.NOT_A_CHEST_FILM
    assert find_rule_violation(build_gate_input(looked.film, looked.square), is_chest=False) is None
