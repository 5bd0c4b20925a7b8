"""No export names the patient unless that is asked for."""

import hashlib
from datetime import datetime

import pydicom

from tests.core.exports.examples import IDENTITY, MORE, exported, film_at, opened


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
    assert report.ContentDate == f"{datetime.now():%Y%m%d}"


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
