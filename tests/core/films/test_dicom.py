"""DICOM films: inverted, windowed and compressed ones, and those that are cut off."""

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import JPEG2000Lossless, RLELossless

from core.films.film_reader import read_pixels
from core.films.phantoms import draw_phantom
from core.system.errors import FilmUnreadable
from tests.factories import write_dicom

FILM = draw_phantom(1, True, 128)


def test_dicom_as_is_inverted_and_windowed(tmp_path):
    plain = read_pixels(write_dicom(tmp_path / "plain", FILM))
    assert np.array_equal(plain, FILM)
    inverted = write_dicom(tmp_path / "inverted.dcm", 255 - FILM, PhotometricInterpretation="MONOCHROME1")
    assert np.array_equal(read_pixels(inverted), FILM)
    deep = FILM.astype(np.uint16) * 8 + 1000
    window = {"WindowCenter": 1000 + 4 * 255 + 0.5, "WindowWidth": 8 * 255 + 1, "BitsStored": 12, "HighBit": 11}
    shown = read_pixels(write_dicom(tmp_path / "deep.dcm", deep, **window))
    assert np.abs(shown.astype(int) - FILM).max() <= 1


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless])
def test_compressed_dicom(tmp_path, syntax):
    header = dcmread(write_dicom(tmp_path / "plain.dcm", FILM))
    header.compress(syntax)
    header.save_as(tmp_path / "compressed.dcm")
    assert np.array_equal(read_pixels(tmp_path / "compressed.dcm"), FILM)


def test_a_truncated_dicom_is_never_returned(tmp_path):
    path = write_dicom(tmp_path / "film.dcm", FILM)
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(FilmUnreadable):
        read_pixels(path)
