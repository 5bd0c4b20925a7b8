"""Packed archives are told from other files that are no films."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import pytest
from openpyxl import Workbook

from core.films.film_reader import read_film
from core.films.packed_archive import is_packed
from core.system.errors import FilmUnreadable, Reason
from tests.factories import draw_film


def zipped(*names):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, b"content")
    return stream.getvalue()


def tarred():
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("film.dcm"))
    return stream.getvalue()


def workbook():
    stream = io.BytesIO()
    Workbook().save(stream)
    return stream.getvalue()


def reason_of(path, content):
    path.write_bytes(content)
    with pytest.raises(FilmUnreadable) as error:
        read_film(path)
    return error.value


ARCHIVES = {  # named, since some hold the time of packing, and all processes must collect the same tests
    "zip": zipped("study/IM0001", "DICOMDIR"),
    "tar": tarred(),
    "gzip": gzip.compress(b"film"),
    "bzip2": bz2.compress(b"film"),
    "xz": lzma.compress(b"film"),
    "rar 4": b"Rar!\x1a\x07\x00" + bytes(100),
    "rar 5": b"Rar!\x1a\x07\x01\x00" + bytes(100),
    "7z": b"7z\xbc\xaf\x27\x1c" + bytes(100),
}
DOCUMENTS = {
    "jar": zipped("META-INF/MANIFEST.MF", "Viewer.class"),
    "office": zipped("[Content_Types].xml"),
    "xlsx": workbook(),
    "zip cut off": b"PK",
    "exe": b"MZ",
}


@pytest.mark.parametrize("content", ARCHIVES.values(), ids=ARCHIVES)
@pytest.mark.parametrize("name", ["study.zip", "film.dcm", "no suffix"])
def test_an_archive_is_refused_with_what_to_do(tmp_path, name, content):
    error = reason_of(tmp_path / name, content)
    assert error.reason is Reason.PACKED
    assert not error.may_be_retried
    assert "Unpack it and screen the folder" in error.sentence


@pytest.mark.parametrize("content", DOCUMENTS.values(), ids=DOCUMENTS)
def test_programs_and_documents_that_are_zip_inside_are_no_archives(tmp_path, content):
    assert reason_of(tmp_path / "viewer.jar", content).reason is Reason.NOT_AN_IMAGE


def test_a_film_in_the_shape_of_its_name_is_still_a_film(tmp_path):
    draw_film(1, 1, 96).save(tmp_path / "film.zip", "PNG")
    assert read_film(tmp_path / "film.zip").pixels.shape == (96, 96)


@pytest.mark.parametrize(
    ("content", "packed"),
    [
        (zipped("study/IM0001"), True),
        (zipped("DICOMDIR", "META-INF/MANIFEST.MF"), True),
        (gzip.compress(b"film"), True),
        (zipped("META-INF/MANIFEST.MF", "DICOMDIR"), False),
        (workbook(), False),
        (b"\x1f\x8b", False),
        (b"", False),
        (bytes(128) + b"DICM" + zipped("study/IM0001"), False),
    ],
    ids=["study", "DICOMDIR first", "gzip", "jar", "xlsx", "gzip cut off", "empty", "DICOM"],
)
def test_the_first_bytes_decide_and_the_stream_is_rewound(content, packed):
    stream = io.BytesIO(content)
    stream.seek(0, io.SEEK_END)
    assert is_packed(stream) is packed
    assert stream.tell() == 0
