"""The source of an export: values that are missing, malformed or ambiguous."""

import hashlib
import hmac
import re

import pytest
from PIL import Image
from pydicom.uid import UID

from core.exports.dicom_identity import Pseudonymizer, read_source
from core.films.phantoms import draw_phantom
from tests.core.exports.examples import film_at

SECRET = Pseudonymizer(b"k" * 32)


def source_of(path, keeps_identity=False):
    return read_source(path, 160 * 160, keeps_identity, SECRET)


def test_text_is_a_keyed_hash():
    expected = hmac.new(b"k" * 32, b"patient\x00M\xc3\xbcller \xff", hashlib.sha256).hexdigest()
    assert SECRET.text("patient", "Müller \udcff") == expected[:16]  # a byte of a name that is no UTF-8
    assert SECRET.text("ab", "c") != SECRET.text("a", "bc")
    assert SECRET.text("a") != Pseudonymizer(b"l" * 32).text("a")


def test_a_picture_becomes_a_study_of_its_own_without_a_name(tmp_path):
    path = tmp_path / "Doe.png"
    Image.fromarray(draw_phantom(1, True, 160)).save(path)
    source = source_of(path, keeps_identity=True)
    assert source.code == SECRET.text("film", hashlib.sha256(path.read_bytes()).hexdigest())
    assert (source.image, source.orientation, source.lossy) == (None, (), {})
    assert source.identity.PatientName == "Anonymous^"
    assert "Doe" not in source.identity.to_json()


def test_the_compression_of_a_dicom_film_is_kept_where_there_was_one(tmp_path):
    lossy = {"LossyImageCompression": "01", "LossyImageCompressionRatio": "12.5"}
    assert source_of(film_at(tmp_path / "films" / "a.dcm", **lossy)).lossy == lossy
    lossy["LossyImageCompression"] = "00"
    assert source_of(film_at(tmp_path / "films" / "b.dcm", **lossy)).lossy == {}


def test_equal_numbers_of_two_hospitals_are_two_patients(tmp_path):
    patients = [
        source_of(film_at(tmp_path / "films" / "a.dcm", IssuerOfPatientID=issuer)).identity.PatientID
        for issuer in ("North", "South", "North")
    ]
    assert patients[0] == patients[2] != patients[1]


def test_without_a_number_films_of_one_study_are_one_patient(tmp_path):
    studies = ("1.2.3", "1.2.3", "1.2.4")
    patients = [
        source_of(film_at(tmp_path / "films" / "a.dcm", PatientID="", StudyInstanceUID=study)).identity.PatientID
        for study in studies
    ]
    assert patients[0] == patients[1] != patients[2]


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("PatientBirthDate", "2.1.1950"),
        ("StudyDate", "2024"),
        ("StudyTime", "noon"),
        ("PatientSex", "U"),
    ],
)
def test_a_malformed_value_counts_as_missing(tmp_path, keyword, value):
    path = film_at(tmp_path / "films" / "film.dcm", **{keyword: value})
    assert source_of(path, keeps_identity=True).identity[keyword].value == ""


def test_a_malformed_age_is_left_out(tmp_path):
    path = film_at(tmp_path / "films" / "film.dcm", PatientAge="old")
    assert "PatientAge" not in source_of(path, keeps_identity=True).identity


@pytest.mark.parametrize("study", ["", "1.02.3", "1.2.x", "1." + "2" * 63])
def test_an_invalid_uid_is_replaced_by_a_valid_one(tmp_path, study):
    path = film_at(tmp_path / "films" / "film.dcm", StudyInstanceUID=study)
    uid = source_of(path, keeps_identity=True).identity.StudyInstanceUID
    assert uid.startswith("2.25.")
    assert UID(uid).is_valid


def test_control_characters_become_spaces(tmp_path):
    path = film_at(tmp_path / "films" / "film.dcm", AccessionNumber="A\r\nB")
    assert re.fullmatch("A +B", source_of(path, keeps_identity=True).identity.AccessionNumber)


def test_a_source_without_names_says_how(tmp_path):
    path = film_at(tmp_path / "films" / "a.dcm", PatientIdentityRemoved="YES")
    assert source_of(path, keeps_identity=True).identity.DeidentificationMethod == "Not stated by the source"
    path = film_at(tmp_path / "films" / "b.dcm", PatientIdentityRemoved="YES", DeidentificationMethod="By hand")
    assert source_of(path, keeps_identity=True).identity.DeidentificationMethod == "By hand"


@pytest.mark.parametrize("orientation", [["L"], ["L", "sideways"], ""])
def test_a_malformed_orientation_counts_as_unknown(tmp_path, orientation):
    assert source_of(film_at(tmp_path / "films" / "film.dcm", PatientOrientation=orientation)).orientation == ()
