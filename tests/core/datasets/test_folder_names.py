"""A listed name finds its file although it is spelled otherwise, and never a file that it may not mean."""

from pathlib import Path
from unicodedata import normalize

import pytest

from core.datasets.dataset import read_dataset
from core.datasets.folder_names import FolderNames, FoundFile, Match, film_suffix, split_suffix
from tests.core.datasets.lists import labels_of, touch, write_list


def paths_of(folder, *names):
    """The file that is used for each listed name, relative to the folder."""
    touch(folder, "last.png")
    rows = "".join(f"{name}\t{'yes' if number else 'no'}\n" for number, name in enumerate((*names, "last.png")))
    return list(labels_of(write_list(folder, "file\tlabel\n" + rows, "list.tsv")))


@pytest.mark.parametrize(("listed", "stored"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_letters_may_be_composed_otherwise(tmp_path, listed, stored):
    touch(tmp_path, normalize(stored, "Münch/Müller.png"))
    assert normalize(stored, "Münch/Müller.png") in paths_of(tmp_path, normalize(listed, "Münch/Müller.png"))


@pytest.mark.parametrize(
    "suffix", [".dcm", ".DICOM", ".ima", ".IMG", ".jfif", ".webp", ".png", ".JPG", ".jpeg", ".tif", ".bmp", ""]
)
def test_the_suffix_may_be_missing(tmp_path, suffix):
    touch(tmp_path, f"1.2.840.7{suffix}", "1.2.840.txt")
    assert f"1.2.840.7{suffix}" in paths_of(tmp_path, "1.2.840.7")


def test_other_case_is_found_where_one_file_matches(tmp_path):
    touch(tmp_path, "IMG_1.PNG", "two.png", "Two.PNG")
    found = paths_of(tmp_path, "img_1.png", "TWO.png")
    assert "IMG_1.PNG" in found
    assert "TWO.png" in found  # there are two: the audit reports it as missing
    (tmp_path / "img_1.png").write_bytes(b"x")
    assert set(paths_of(tmp_path, "img_1.png", "IMG_1.PNG")) == {"img_1.png", "IMG_1.PNG", "last.png"}


@pytest.mark.parametrize("listed", ["17.png", "17", "17.0", "17,0"])
def test_lost_zeros_are_found_and_counted(tmp_path, listed):
    touch(tmp_path, "0017.png", "0018.png")
    path = write_list(tmp_path, f"file;label\n{listed};no\n18.png;yes\n")
    assert labels_of(path) == {"0017.png": "no", "0018.png": "yes"}
    assert read_dataset(path).notes == ("2 files were found although the list has lost leading zeros in their names.",)


def test_a_file_that_two_names_may_mean_is_taken_for_neither(tmp_path):
    touch(tmp_path, "0017.png", "Img.png")
    assert {"17.png", "017.png", "img.png", "IMG.png"} <= set(
        paths_of(tmp_path, "17.png", "017.png", "img.png", "IMG.png")
    )


def test_zeros_are_not_guessed(tmp_path):
    touch(tmp_path, "0017.png", "00017.png", "0018.jpg", "5.png", "0019.png")
    found = paths_of(tmp_path, "17.png", "18.png", "005.png", "19.png", "0019.png")
    # two files match; another kind of file; the file has fewer zeros; the list names the file besides
    assert {"17.png", "18.png", "005.png", "19.png"} <= set(found)


@pytest.mark.parametrize(
    ("name", "stem", "suffix"),
    [
        ("1.2.840.113619.2.55", "1.2.840.113619.2.55", ""), ("1.2.840.7.dcm", "1.2.840.7", ".dcm"),
        ("IM0001", "IM0001", ""), ("Film.JPG", "Film", ".jpg"), ("a.b.Tiff", "a.b", ".tiff"), (".png", ".png", ""),
        ("film.png.txt", "film.png.txt", ""), ("film.", "film.", ""),
    ],
)  # fmt: skip
def test_only_the_suffix_of_a_film_is_split_off(name, stem, suffix):
    assert split_suffix(name) == (stem, suffix)
    assert film_suffix(name) == suffix


def test_the_closest_spelling_wins():
    folder = [Path(name) for name in ("film.png", "Film.png", "1.2.3.dcm", "1.2.3.png", "007.png")]
    names = FolderNames(folder)
    for listed, found in (
        ("Film.png", FoundFile(Path("Film.png"), Match.EXACT)),
        ("FILM.png", None),  # two may be meant
        ("1.2.3", FoundFile(Path("1.2.3.dcm"), Match.SPELLING)),  # of several suffixes the first
        ("1.2.3.PNG", FoundFile(Path("1.2.3.png"), Match.CASE)),
        ("7,0", FoundFile(Path("007.png"), Match.ZEROS)),
        ("7.dcm", None),  # another kind of file
    ):
        assert names.find(listed) == found
