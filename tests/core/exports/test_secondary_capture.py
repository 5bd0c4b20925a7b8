"""The film with its heat map as a secondary capture."""

import gdcm
import numpy as np
import pytest

from core.exports.secondary_capture import BURNT_NOTICE, LONGEST_PX, draw_capture, format_answer
from core.films.phantoms import draw_phantom
from core.inference.heat_map import draw_overlay
from tests.core.exports.examples import HEADER, NOT_VALIDATED, exported, opened, reading_of


def test_a_capture_shows_the_heat_map_and_what_it_is(film, tmp_path):
    path, _ = exported(film, tmp_path)
    reading, (capture,) = reading_of(film), opened([path])
    pixels = capture.pixel_array
    shown = np.asarray(draw_overlay(reading.pixels, reading.heat))
    assert np.array_equal(pixels[:160, :160], shown)
    assert pixels.shape[0] > 160
    assert pixels[160:].max() > 200  # letters
    assert (capture.ConversionType, capture.BurnedInAnnotation, capture.Modality) == ("WSD", "YES", "OT")
    assert capture.ImageType[0] == "DERIVED"
    assert "0.877, likely" in capture.DerivationDescription
    assert "not a diagnosis" in capture.ImageComments
    assert NOT_VALIDATED in capture.ImageComments
    assert "NOT FOR DIAGNOSTIC USE" in BURNT_NOTICE

    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    assert reader.Read()
    buffer = reader.GetImage().GetBuffer().encode("utf-8", "surrogateescape")
    assert np.array_equal(np.frombuffer(buffer, np.uint8).reshape(pixels.shape), pixels)


def test_it_says_what_orange_means(tmp_path):
    of_finding = reading_of(tmp_path / "film.png", label="NORMAL")
    assert format_answer(of_finding).endswith("Orange: evidence for PNEUMONIA, scaled to its maximum on this film.")
    scaled = reading_of(tmp_path / "film.png", is_heat_scaled=True)
    assert format_answer(scaled).endswith("Orange: evidence for PNEUMONIA, scaled to the clearest validation films.")


@pytest.mark.parametrize("shape", [(64, 64), (64, 3000), (2100, 1200)])
def test_captures_of_every_size(tmp_path, shape):
    reading = reading_of(tmp_path / "film.png", np.resize(draw_phantom(1, True, 256), shape))
    made = draw_capture(reading, HEADER)
    scale = min(1, LONGEST_PX / max(shape))
    assert made.shape[1] == max(320, round(scale * shape[1]))
    assert round(scale * shape[0]) < made.shape[0] < scale * shape[0] + 250
