"""Technical properties of film files."""

import hashlib

import numpy as np
import pytest
from PIL import Image

from core.films.film_properties import SMALL_PX, read_properties
from core.films.images import resize
from core.films.phantoms import draw_phantom
from core.system.errors import FilmUnreadable
from tests.factories import write_dicom

FILM = draw_phantom(1, True, 120)


def saved(tmp_path, pixels, name="film.png", **options):
    Image.fromarray(pixels).save(tmp_path / name, **options)
    return tmp_path / name


def test_a_picture_is_measured(tmp_path):
    path = saved(tmp_path, FILM[:90])
    found = read_properties(path)
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.size_bytes == path.stat().st_size
    assert (found.width, found.height, found.format, found.bits) == (120, 90, "PNG", 8)
    assert (found.is_coloured, found.jpeg_quality, found.patient, found.tags) == (False, None, "", {})
    assert found.mean == pytest.approx(FILM[:90].mean())
    assert np.array_equal(found.small, resize(FILM[:90], SMALL_PX, SMALL_PX))


@pytest.mark.parametrize("quality", [40, 75, 95])
def test_the_quality_of_a_jpeg_is_estimated(tmp_path, quality):
    found = read_properties(saved(tmp_path, FILM, "film.jpg", quality=quality))
    assert found.format == "JPEG"
    assert abs(found.jpeg_quality - quality) <= 1


def test_a_frame_and_its_brightness_are_measured(tmp_path):
    framed = FILM.copy()
    framed[:12] = framed[-12:] = 255
    framed[:, :12] = framed[:, -12:] = 255
    found = read_properties(saved(tmp_path, framed))
    assert found.border == pytest.approx(1 - 0.8**2, abs=0.01)
    assert (found.corners, found.edges) == (255, 255)
    assert read_properties(saved(tmp_path, FILM)).border < 0.2


def test_a_coloured_picture_is_known(tmp_path):
    tinted = np.stack([FILM, FILM // 2, FILM // 2], axis=-1)
    assert read_properties(saved(tmp_path, tinted)).is_coloured
    assert not read_properties(saved(tmp_path, np.stack([FILM] * 3, axis=-1))).is_coloured


def test_a_dicom_film_gives_its_tags_but_no_name(tmp_path):
    path = write_dicom(tmp_path / "film.dcm", FILM.astype(np.uint16) * 16, BitsStored=12, HighBit=11, Modality="DX",
                       PatientID="4711", PatientName="Doe^Jane")  # fmt: skip
    found = read_properties(path)
    assert (found.width, found.height, found.format, found.bits) == (120, 120, "DICOM", 12)
    assert found.tags["Modality"] == "DX"
    assert not {"Rows", "Columns", "PatientName", "PatientID"} & set(found.tags)
    assert found.patient
    assert "4711" not in found.patient


def test_what_is_no_film_has_no_properties(tmp_path):
    with pytest.raises(FilmUnreadable):
        read_properties(tmp_path / "none.png")
