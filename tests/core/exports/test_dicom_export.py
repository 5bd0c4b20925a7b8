"""DICOM files that others can open."""

import shutil
import subprocess

import highdicom
import pydicom
import pytest
from highdicom._standard_utils import get_iod_module_map, get_module_attribute_map
from PIL import Image

from core.films.phantoms import draw_phantom
from core.system.errors import FilmUnreadable, JobFailed
from tests.core.exports.examples import exported, film_at, opened


def test_a_film_that_is_no_dicom_file_is_a_study_of_its_own(tmp_path):
    paths = []
    for name, save in (("Doe_Jane.png", "PNG"), ("Doe_Jane.jpg", "JPEG")):
        Image.fromarray(draw_phantom(3, True, 160)).save(tmp_path / name, save)
        paths.append(exported(tmp_path / name, tmp_path))
    (png, report), (jpeg, _) = (opened(one) for one in paths)
    assert png.PatientID.startswith("PS-")
    assert png.PatientID != jpeg.PatientID
    assert png.StudyInstanceUID == report.StudyInstanceUID != jpeg.StudyInstanceUID
    assert "SourceImageSequence" not in png
    assert "LossyImageCompression" not in png
    assert (jpeg.LossyImageCompression, jpeg.LossyImageCompressionMethod) == ("01", "ISO_10918_1")
    assert b"Doe" not in b"".join(path.read_bytes()[:4000] for pair in paths for path in pair)
    assert highdicom.sr.srread(paths[0][1]).get_evidence()[0][2] == png.SOPInstanceUID
    for dataset in opened(exported(tmp_path / "Doe_Jane.png", tmp_path, keeps_identity=True)):
        assert dataset.PatientName == "Anonymous^"


@pytest.mark.filterwarnings("ignore")  # pydicom's, while the odd film is made
@pytest.mark.parametrize("keeps_identity", [False, True])
def test_odd_headers_make_sound_files(tmp_path, keeps_identity):
    odd = {
        "PatientID": "A" * 90, "PatientName": "a\\b", "PatientSex": "female", "PatientBirthDate": "1950-01-02",
        "StudyDate": "yesterday", "StudyTime": "noon", "StudyInstanceUID": "not a uid", "SeriesInstanceUID": "",
        "PatientOrientation": ["up"], "LossyImageCompression": "01", "LossyImageCompressionRatio": "12.5",
        "LossyImageCompressionMethod": "ISO_10918_1", "PatientIdentityRemoved": "YES",
    }  # fmt: skip
    with pydicom.config.disable_value_validation():
        path = film_at(tmp_path / "films" / "film.dcm", **odd)
    for dataset in opened(exported(path, tmp_path, keeps_identity)):
        assert dataset.StudyInstanceUID.startswith("2.25.")
        assert not dataset.StudyDate
        assert not dataset.PatientSex
        assert dataset.DeidentificationMethod
    assert opened(exported(path, tmp_path, keeps_identity))[0].LossyImageCompressionRatio == 12.5


def test_what_cannot_be_exported_is_told(film, tmp_path):
    with pytest.raises(ValueError, match="another"):
        exported(film, tmp_path, model="another 12345678")
    film.unlink()
    with pytest.raises(FilmUnreadable, match="does not exist"):
        exported(film, tmp_path)
    (tmp_path / "out").touch()
    film_at(film)
    with pytest.raises(JobFailed):
        exported(film, tmp_path)


def missing_from(dataset, iod):
    """Attributes of mandatory modules (Part 3) that an object lacks: absent ones, and empty ones of type 1."""
    lacks = []
    for module in get_iod_module_map()[iod]:
        if module["usage"] != "M" or module["key"] == "sr-document-content":  # a tree, which highdicom reads
            continue
        for attribute in get_module_attribute_map()[module["key"]]:
            keyword, kind = attribute["keyword"], attribute["type"]
            if attribute["path"] or kind not in {"1", "2"} or keyword in {"ContentSequence", "PixelData"}:
                continue
            if keyword not in dataset or (kind == "1" and dataset.get(keyword) in ("", None)):
                lacks.append(keyword)
    return lacks


@pytest.mark.parametrize("keeps_identity", [False, True])
def test_exports_hold_what_the_standard_demands(film, tmp_path, keeps_identity):
    capture, report = opened(exported(film, tmp_path, keeps_identity))
    assert missing_from(capture, "secondary-capture-image") == []
    assert missing_from(report, "comprehensive-3d-sr") == []


@pytest.mark.skipif(not shutil.which("dciodvfy"), reason="dicom3tools is not installed")
@pytest.mark.parametrize("keeps_identity", [False, True])
def test_dciodvfy_finds_no_error(film, tmp_path, keeps_identity):
    for path, kind in zip(exported(film, tmp_path, keeps_identity), ("SCImage", "Comprehensive3DSR"), strict=True):
        done = subprocess.run(["dciodvfy", "-new", path], capture_output=True, text=True, check=False)
        said = (done.stdout + done.stderr).splitlines()
        assert kind in said
        assert [line for line in said if line.startswith("Error")] == []
