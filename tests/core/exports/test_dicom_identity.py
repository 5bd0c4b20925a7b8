"""No export names the patient unless that is asked for."""

import hashlib
import hmac
import re
import stat
from datetime import datetime

import pydicom
import pytest
from PIL import Image
from pydicom.uid import UID

from core.exports.dicom_identity import ANONYMOUS, Pseudonymizer, load_pseudonymizer, read_source
from core.films.phantoms import draw_phantom
from core.system.app_folders import data_folder
from core.system.errors import FilmUnreadable, Reason
from tests.core.exports.examples import IDENTITY, MORE, exported, film_at, opened
from tests.factories import draw_film


def test_nothing_in_an_export_names_the_patient(film, tmp_path):
    source = pydicom.dcmread(film)
    paths = exported(film, tmp_path)
    secrets = [value for value in {**IDENTITY, **MORE}.values() if isinstance(value, str) and len(value) > 5]
    secrets += [
        "Doe^",
        "Jane",
        "Welby",
        "Elsewhere",
        source.SOPInstanceUID,
        hashlib.sha256(b"MRN-4711").hexdigest()[:8],
    ]
    secrets += [f"{datetime.now():%Y%m%d}", str(film.parent)]  # the day of a screening is mostly that of the film
    secrets.remove("ISO_IR 100")
    for path, dataset in zip(paths, opened(paths), strict=True):
        content = path.read_bytes()
        assert [secret for secret in secrets if secret.encode() in content] == []
        assert "Doe" not in path.name
        assert dataset.PatientName == "Anonymous^"
        assert dataset.PatientIdentityRemoved == "YES"
        assert dataset.DeidentificationMethodCodeSequence[0].CodeValue == "113100"
        assert not dataset.StudyDate
        assert not dataset.PatientSex


def test_patient_and_study_are_kept_where_asked_for(film, tmp_path):
    paths = exported(film, tmp_path, keeps_identity=True)
    for path, dataset in zip(paths, opened(paths), strict=True):
        assert {keyword: str(dataset.get(keyword)) for keyword in IDENTITY} == IDENTITY
        assert "PatientIdentityRemoved" not in dataset
        assert "InstitutionName" not in dataset  # of another device than ours
        assert path.name.startswith("Doe_Jane-")
    capture, report = opened(paths)
    source = pydicom.dcmread(film)
    assert capture.SourceImageSequence[0].ReferencedSOPInstanceUID == source.SOPInstanceUID
    assert capture.PatientOrientation == ["R", "F"]
    assert capture.SeriesInstanceUID not in {source.SeriesInstanceUID, report.SeriesInstanceUID}
    assert (report.ContentDate, report.ContentTime) == ("20240203", "101112")  # of the study: a repeat is no new object
    assert opened(exported(film, tmp_path, keeps_identity=True)) == [capture, report]


def test_names_in_every_alphabet_are_kept(tmp_path, recwarn):
    path = film_at(tmp_path / "films" / "film.dcm", SpecificCharacterSet="ISO_IR 144", PatientName="Иванов")
    for dataset in opened(exported(path, tmp_path, keeps_identity=True)):
        assert dataset.PatientName == "Иванов"
        assert dataset.SpecificCharacterSet == "ISO_IR 192"
    assert [str(warning.message) for warning in recwarn if "Иванов" in str(warning.message)] == []


def test_films_of_a_patient_stay_together(film, tmp_path):
    second = film_at(tmp_path / "films" / "second.dcm")
    other = film_at(tmp_path / "films" / "other.dcm", PatientID="MRN-1", StudyInstanceUID="1.2.3")
    first, again, else_ = (exported(path, tmp_path) for path in (film, second, other))
    assert len({*first, *again, *else_}) == 6
    for one, two, three in zip(opened(first), opened(again), opened(else_), strict=True):
        for keyword in ("PatientID", "StudyInstanceUID", "SeriesInstanceUID"):
            assert one.get(keyword) == two.get(keyword) != three.get(keyword)
        assert one.SOPInstanceUID != two.SOPInstanceUID


def test_codes_are_those_of_this_computer_alone(film, tmp_path, monkeypatch):
    first = exported(film, tmp_path)
    content = [path.read_bytes() for path in first]
    assert exported(film, tmp_path) == first
    assert [path.read_bytes() for path in first] == content  # an archive gets no second object
    assert exported(film, tmp_path, label="NORMAL") == first
    assert opened(first)[0].SOPInstanceUID.encode() not in content[0]
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "another computer"))
    assert not {*exported(film, tmp_path)} & {*first}


CODES = Pseudonymizer(b"a key of a test")


def test_codes_repeat_for_a_key_and_tell_parts_apart():
    assert CODES.text("patient", "4711") == Pseudonymizer(b"a key of a test").text("patient", "4711")
    different = {CODES.text("patient", "4711"), CODES.text("study", "4711"), CODES.text("patient4711")}
    assert len({*different, Pseudonymizer(b"another key").text("patient", "4711")}) == 4
    assert all(len(code) == 16 and int(code, 16) >= 0 for code in different)


def test_a_uid_is_one_that_the_standard_allows():
    uid = CODES.uid("study", "1.2.3")
    root, number = uid.split(".")[:2], int(uid.split(".")[2])
    assert root == ["2", "25"]
    assert number >> 76 & 0xF == 5  # version and variant of RFC 4122, as Part 5, B.2 demands of a UUID
    assert number >> 62 & 0b11 == 0b10
    assert len(uid) <= 64
    assert uid != CODES.uid("study", "1.2.4")


def test_the_key_of_a_computer_is_made_once_and_for_its_user_alone():
    first = load_pseudonymizer()
    assert load_pseudonymizer() == first
    assert len(first.key) == 32
    assert stat.S_IMODE((data_folder() / "export.key").stat().st_mode) == 0o600


def test_a_source_keeps_nothing_of_its_header_but_what_is_of_the_picture(film):
    source = read_source(film, 160 * 160, False, CODES)
    assert (source.identity.PatientName, source.identity.PatientIdentityRemoved) == (ANONYMOUS, "YES")
    assert source.orientation == ("R", "F")
    assert source.lossy == {}
    assert source.image[2] == CODES.uid("mapped", MORE["SeriesInstanceUID"])
    assert not {*IDENTITY.values()} & {str(element.value) for element in source.identity}


def test_a_source_keeps_its_identity_where_asked_for(film):
    source = read_source(film, 160 * 160, True, CODES)
    assert {keyword: str(source.identity.get(keyword)) for keyword in IDENTITY} == IDENTITY
    assert source.image[2] == MORE["SeriesInstanceUID"]


def test_a_jpeg_says_how_much_was_lost(tmp_path):
    draw_film(1, 1, 160).save(tmp_path / "film.jpg", quality=50)
    lossy = read_source(tmp_path / "film.jpg", 160 * 160, True, CODES).lossy
    ratio = 160 * 160 / (tmp_path / "film.jpg").stat().st_size
    assert lossy["LossyImageCompressionMethod"] == "ISO_10918_1"
    assert float(lossy["LossyImageCompressionRatio"]) == pytest.approx(ratio, rel=0.01)


def test_a_file_that_is_gone_or_damaged_is_refused(film, tmp_path):
    with pytest.raises(FilmUnreadable) as gone:
        read_source(tmp_path / "none.dcm", 1, False, CODES)
    assert gone.value.reason is Reason.MISSING
    film.write_bytes(film.read_bytes()[:132] + b"\xff" * 40)
    with pytest.raises(FilmUnreadable) as damaged:
        read_source(film, 1, False, CODES)
    assert damaged.value.reason is Reason.DAMAGED


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
