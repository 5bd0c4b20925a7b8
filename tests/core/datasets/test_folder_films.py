"""Files in class folders: every one is a film, left out with a reason, or of the system."""

import errno
import os

import pytest

from core.datasets.dataset import read_dataset
from core.datasets.entries import Split
from core.datasets.folder_films import list_folder_films
from core.system.errors import JobFailed, Reason
from tests.factories import draw_film


def put(path, content=b"x"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def names(listing):
    return sorted((entry.path.name, entry.class_name, entry.split) for entry in listing.entries)


def test_files_count_whatever_their_suffix(tmp_path):
    for name in ("a.png", "1.2.840.99.1", "IM0001", "film.IMA", "film.img", "film.jfif", "film.webp", "letter.txt"):
        put(tmp_path / "NORMAL" / name)
    put(tmp_path / "PNEUMONIA" / "b.dcm")
    listing = list_folder_films(tmp_path)
    assert len(listing.entries) == 9
    assert (listing.left_out, listing.system_files) == ((), 0)


def test_files_of_the_system_are_counted_and_not_read(tmp_path):
    put(tmp_path / "NORMAL" / "a.png")
    put(tmp_path / "PNEUMONIA" / "b.png")
    for name in ("Thumbs.db", ".DS_Store", "desktop.ini", "._a.png", "DICOMDIR", "AUTORUN.INF", "film.lnk"):
        put(tmp_path / "NORMAL" / name)
    put(tmp_path / ".DS_Store")
    listing = list_folder_films(tmp_path)
    assert [entry.path.name for entry in listing.entries] == ["a.png", "b.png"]
    assert listing.system_files == 8


def test_files_outside_the_class_folders_are_left_out_with_a_reason(tmp_path):
    put(tmp_path / "train" / "NORMAL" / "a.png")
    put(tmp_path / "train" / "PNEUMONIA" / "b.png")
    stray = put(tmp_path / "train" / "c.png")
    readme = put(tmp_path / "README.txt")
    listing = list_folder_films(tmp_path)
    assert [(film.path, film.reason) for film in listing.left_out] == [
        (readme, Reason.NO_LABEL), (stray, Reason.NO_LABEL)
    ]  # fmt: skip


@pytest.mark.parametrize("order", ["split first", "class first"])
def test_splits_are_recognised_outside_and_inside_the_classes(tmp_path, order):
    for split in ("train", "val", "test"):
        for class_name in ("NORMAL", "PNEUMONIA"):
            parts = (split, class_name) if order == "split first" else (class_name, split)
            for number in range(3):
                put(tmp_path.joinpath(*parts) / f"{class_name}-{split}-{number}.png")
    dataset = read_dataset(tmp_path)
    assert dataset.classes == ("NORMAL", "PNEUMONIA")
    for film in dataset.films:
        class_name, split, _ = film.path.stem.split("-")
        assert (dataset.classes[film.label], film.split) == (class_name, Split(split))
        assert film.patient not in {"train", "val", "test"}


def test_a_subfolder_is_a_patient_but_a_large_one_is_a_group(tmp_path):
    for number in range(4):
        put(tmp_path / "NORMAL" / f"patient {number}" / "a.png")
        put(tmp_path / "NORMAL" / f"patient {number}" / "b.png")
    for number in range(60):
        put(tmp_path / "PNEUMONIA" / ("virus" if number % 3 else "bacteria") / f"p{number}_1.png")
    dataset = read_dataset(tmp_path)
    patients = {film.patient for film in dataset.films}
    assert {f"patient {number}" for number in range(4)} <= patients
    assert not {"virus", "bacteria"} & patients
    assert len(patients) == 64


def test_spellings_of_a_class_are_one_class(tmp_path):
    for name in ("Normal", "Pneumonia", "pneumonia", "PNEUMONIA"):
        (tmp_path / name).mkdir(exist_ok=True)
        draw_film(1, 0, 64).save(tmp_path / name / f"{name}.png")
    if len(list(tmp_path.iterdir())) < 4:
        pytest.skip("this file system folds names itself")
    dataset = read_dataset(tmp_path)
    assert len(dataset.classes) == 2
    assert sorted(dataset.spellings[0]) == ["PNEUMONIA", "Pneumonia", "pneumonia"]


def test_a_folder_of_files_alone_is_no_dataset(tmp_path):
    put(tmp_path / "a.png")
    with pytest.raises(JobFailed, match="contains no films in class folders"):
        read_dataset(tmp_path)


@pytest.mark.parametrize("splits", [("",), ("train", "test")])
def test_a_folder_without_any_film_is_no_class(tmp_path, splits):
    for split in splits:
        draw_film(1, 0, 64).save(put(tmp_path / split / "NORMAL" / "IM1"), "PNG")
        put(tmp_path / split / "PNEUMONIA" / "b.png")
    readme = put(tmp_path / "docs" / "more" / "readme.txt", b"how the films were chosen")
    put(tmp_path / "__MACOSX" / "._b.png")
    (tmp_path / "empty").mkdir()
    listing = list_folder_films(tmp_path)
    assert {entry.class_name for entry in listing.entries} == {"NORMAL", "PNEUMONIA"}
    assert [film.path for film in listing.left_out] == [readme]
    assert listing.system_files == 1


def test_splits_are_recognised_beside_a_copy_of_everything_and_with_numbers(tmp_path):
    for split in ("train", "test1"):
        for class_name in ("NORMAL", "PNEUMONIA"):
            put(tmp_path / split / class_name / "a.png")
            put(tmp_path / "chest_xray" / split / class_name / "a.png")
    listing = list_folder_films(tmp_path)
    assert {entry.class_name for entry in listing.entries} == {"NORMAL", "PNEUMONIA"}
    assert {entry.split for entry in listing.entries} == {Split.TRAINING, Split.TEST}
    assert (len(listing.entries), len(listing.left_out)) == (4, 4)


def test_other_folders_beside_the_splits_of_a_class_have_no_split(tmp_path):
    for folder in ("train", "test", "later"):
        put(tmp_path / "NORMAL" / folder / f"{folder}.png")
    put(tmp_path / "NORMAL" / "top.png")
    listing = list_folder_films(tmp_path)
    assert names(listing) == [
        ("later.png", "NORMAL", None), ("test.png", "NORMAL", Split.TEST), ("top.png", "NORMAL", None),
        ("train.png", "NORMAL", Split.TRAINING),
    ]  # fmt: skip
    assert {entry.patient for entry in listing.entries} == {None}


def test_folders_of_the_system_are_counted_wherever_they_are(tmp_path):
    put(tmp_path / "NORMAL" / "a.png")
    for folder in ("@eaDir/a.png", ".trash", "#recycle", "$RECYCLE.BIN"):
        put(tmp_path / "NORMAL" / folder / "thumb.jpg")
    put(tmp_path / "__MACOSX" / "NORMAL" / "._a.png")
    listing = list_folder_films(tmp_path)
    assert [entry.path.name for entry in listing.entries] == ["a.png"]
    assert (listing.left_out, listing.system_files) == ((), 5)


def test_twins_among_folders_are_one_class_and_one_split(tmp_path):
    for folder in ("train/NORMAL", "train/NОRMАL", "train /Normal ", "ｔest/NOR\u200bMAL", "train/ILL", "ｔest/ILL"):
        put(tmp_path / folder / f"{len(list(tmp_path.rglob('*')))}.png")
    dataset = read_dataset(tmp_path)
    assert dataset.classes == ("NORMAL", "ILL")
    assert {film.split for film in dataset.films} == {Split.TRAINING, Split.TEST}
    (spellings,) = dataset.spellings
    assert set(spellings) == {"NORMAL", "NОRMАL", "Normal ", "NOR\u200bMAL"}


def test_folders_that_cannot_be_listed_are_told_but_for_those_of_the_system(tmp_path, monkeypatch):
    for folder in ("NORMAL", "ILL", "ILL/far", "lost+found"):
        put(tmp_path / folder / "a.png")
    scandir = os.scandir

    def refuse(folder):
        if folder.name in {"far", "lost+found"}:
            raise OSError(errno.EIO, "Input/output error", str(folder))
        return scandir(folder)

    monkeypatch.setattr("core.system.folders.os.scandir", refuse)
    listing = list_folder_films(tmp_path)
    assert [entry.class_name for entry in listing.entries] == ["ILL", "NORMAL"]
    assert [(film.path, film.reason) for film in listing.left_out] == [(tmp_path / "ILL/far", Reason.READ_ERROR)]
    assert "Input/output error" in listing.left_out[0].sentence
