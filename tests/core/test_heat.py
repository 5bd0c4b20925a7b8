"""Where heat lies, and what a DICOM file may tell of its film."""

import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.films.dicom_details import FilmDetails, read_details
from core.films.patient_age import format_age
from core.inference.heat_regions import border_fraction, is_suspicious, trace_outline
from tests.factories import write_dicom


def blob(height, width, row, column, radius):
    rows, columns = np.mgrid[:height, :width]
    return np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / radius**2).astype(np.float32)


@pytest.mark.parametrize("size", [(224, 224), (1317, 1857), (100, 300)])
def test_heat_in_the_lung_is_not_suspicious_and_at_the_border_is(size):
    height, width = size
    radius = height / 10
    assert border_fraction(blob(height, width, height / 2, width / 3, radius)) < 0.1
    assert not is_suspicious(blob(height, width, height / 2, width / 3, radius))
    for row, column in ((height / 2, 0), (height / 2, width), (0, width / 2), (height, width / 2)):
        assert is_suspicious(blob(height, width, row, column, height / 20))
    for row, column in ((0.15, 0.15), (0.15, 0.85), (0.85, 0.15), (0.85, 0.85)):
        marker = blob(height, width, row * height, column * width, height / 100)
        assert border_fraction(marker) > 0.95, "a marker inside the frame, in a corner"


def test_even_heat_gives_the_area_and_is_not_suspicious():
    even = np.full((1000, 1000), 0.3, np.float32)
    assert border_fraction(even) == pytest.approx(1 - 0.8**2 + 4 * 0.1**2)
    assert not is_suspicious(even)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (7, 7), (224, 224)])
def test_no_heat_has_no_share(size):
    assert border_fraction(np.zeros(size, np.float32)) == 0.0
    assert border_fraction(np.full(size, np.nan, np.float32)) == 0.0
    assert 0.0 <= border_fraction(np.ones(size, np.float32)) <= 1.0


@given(st.integers(0, 2**32), st.integers(1, 40), st.integers(1, 40))
def test_a_share_is_a_share_whatever_the_heat(seed, height, width):
    heat = np.random.default_rng(seed).random((height, width), np.float32)
    assert 0.0 <= border_fraction(heat) <= 1.0
    assert border_fraction(heat) == pytest.approx(border_fraction(heat[::-1, ::-1]))


def test_the_outline_of_a_round_spot_is_a_circle():
    rows, columns = np.mgrid[:101, :101]
    cone = np.clip(1 - np.hypot(rows - 50, columns - 50) / 40, 0, 1).astype(np.float32)
    lines = trace_outline(cone, 0.5)
    radius = np.hypot(lines[:, 0::2] - 50.5, lines[:, 1::2] - 50.5)
    assert radius == pytest.approx(20, abs=0.05)
    assert np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]).sum() == pytest.approx(40 * np.pi, rel=0.01)


@given(st.integers(0, 2**32))
def test_outlines_end_only_at_the_border(seed):
    """Every end of a piece is shared by two pieces, or lies on the map's border."""
    heat = np.random.default_rng(seed).random((9, 11)).astype(np.float32)
    lines = trace_outline(heat, 0.5)
    ends, counts = np.unique(lines.reshape(-1, 2).round(9), axis=0, return_counts=True)
    at_border = np.isclose(ends, 0.5).any(axis=1) | np.isclose(ends, [10.5, 8.5]).any(axis=1)
    assert ((counts == 2) | at_border).all()


def test_no_outline_without_an_edge():
    assert trace_outline(np.zeros((5, 5), np.float32), 0.5).shape == (0, 4)
    assert trace_outline(np.ones((1, 1), np.float32), 0.5).shape == (0, 4)


PIXELS = np.zeros((64, 64), np.uint8)


def test_details_say_how_and_never_who(tmp_path, caplog):
    path = write_dicom(
        tmp_path / "film.dcm",
        PIXELS,
        PatientName="Doe^Jane",
        PatientID="4711",
        PatientBirthDate="19780102",
        PatientAge="045Y",
        PatientSex="F",
        ViewPosition="PA",
        StudyDate="20230501",
        Manufacturer="SIEMENS",
        ManufacturerModelName="Ysio Max",
        BodyPartExamined="CHEST",
        InstitutionName="St. Elsewhere",
        OperatorsName="Roe^Richard",
    )
    with caplog.at_level(logging.DEBUG):
        details = read_details(path)
    assert details == FilmDetails("45 years", "F", "PA", "2023-05-01", "SIEMENS Ysio Max", "chest", "", 45.0)
    assert details.in_words() == "45 years · F · chest · PA · 2023-05-01 · SIEMENS Ysio Max"
    assert not caplog.records
    assert repr(details) == str(details) == "FilmDetails()", "a log that takes it whole must stay empty"


def test_files_that_tell_nothing(tmp_path):
    picture, text, empty = (tmp_path / name for name in ("a.png", "b.txt", "c.dcm"))
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    text.write_text("PatientAge 045Y")
    empty.write_bytes(b"")
    for path in (picture, text, empty, tmp_path / "nowhere.dcm", tmp_path):
        assert read_details(path) == FilmDetails()
    assert read_details(write_dicom(tmp_path / "bare.dcm", PIXELS)).in_words() == ""


def test_odd_values_count_as_not_told(tmp_path):
    path = write_dicom(tmp_path / "odd.dcm", PIXELS, PatientSex="FEMALE", ViewPosition="PA", Laterality="R")
    assert read_details(path) == FilmDetails(view="PA", side="right")
    path = write_dicom(tmp_path / "more.dcm", PIXELS, StudyDate="20231345", AcquisitionDate="", SeriesDate="2023.05.01")
    assert read_details(path).date == "2023-05-01"
    hidden = {"SpecificCharacterSet": "ISO_IR 192", "Manufacturer": "<b>x</b>\u202e"}
    path = write_dicom(tmp_path / "many.dcm", PIXELS, ViewPosition=["AP", "PA"], **hidden)
    assert (read_details(path).view, read_details(path).device) == ("AP", "<b>x</b>")
    path = write_dicom(tmp_path / "twice.dcm", PIXELS, Manufacturer="Philips", ManufacturerModelName="PHILIPS DR 1")
    assert read_details(path).device == "PHILIPS DR 1"


@pytest.mark.parametrize(
    ("age", "words"),
    [
        ("045Y", "45 years"), ("001Y", "1 year"), ("006M", "6 months"), ("002W", "2 weeks"), ("010D", "10 days"),
        ("", ""), ("45", ""), ("-05Y", ""), ("045Y ", ""), ("1e3Y", ""), ("DOE^JANE", ""), ("045y", ""),
    ],
)  # fmt: skip
def test_ages_in_words(age, words):
    assert format_age(age) == words


@given(st.integers(0, 2**32), st.integers(0, 60))
def test_a_broken_file_gives_no_details_and_no_error(tmp_path_factory, seed, changes):
    folder = tmp_path_factory.getbasetemp()
    whole = folder / "whole.dcm"
    if not whole.exists():
        write_dicom(whole, np.zeros((8, 8), np.uint8), PatientName="Doe^Jane", PatientAge="045Y", ViewPosition="PA")
    content = bytearray(whole.read_bytes())
    dice = np.random.default_rng(seed)
    for place in dice.integers(132, len(content), changes):
        content[place] = dice.integers(256)
    broken = folder / "broken.dcm"
    broken.write_bytes(content[: dice.integers(132, len(content) + 1)])
    details = read_details(broken)
    assert isinstance(details, FilmDetails)
    assert "Doe" not in details.in_words()
