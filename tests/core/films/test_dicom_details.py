"""What a DICOM file says of how its film was taken, and never of whom."""

import logging

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.films.dicom_details import FilmDetails, read_details
from core.system.language import Language
from tests.factories import write_dicom

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
    assert details.format_line() == "45 years · F · chest · PA · 2023-05-01 · SIEMENS Ysio Max"
    assert not caplog.records
    assert repr(details) == str(details) == "FilmDetails()", "a log that takes it whole must stay empty"


def test_the_day_of_a_film_is_written_as_the_language_does(speak):
    details = FilmDetails(view="PA", date="2023-05-01")
    for language, line in ((Language.GERMAN, "PA · 01.05.2023"), (Language.PORTUGUESE, "PA · 01/05/2023")):
        speak(language)
        assert details.format_line() == line
        assert details.date == "2023-05-01"


def test_files_that_tell_nothing(tmp_path):
    picture, text, empty = (tmp_path / name for name in ("a.png", "b.txt", "c.dcm"))
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    text.write_text("PatientAge 045Y")
    empty.write_bytes(b"")
    for path in (picture, text, empty, tmp_path / "nowhere.dcm", tmp_path):
        assert read_details(path) == FilmDetails()
    assert read_details(write_dicom(tmp_path / "bare.dcm", PIXELS)).format_line() == ""


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
    assert "Doe" not in details.format_line()
