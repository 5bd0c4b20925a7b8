"""Listed paths of other computers, and names of files that lie elsewhere below the root."""

import pytest

from core.datasets.dataset import read_dataset
from core.datasets.file_search import FileSearch, walk_files
from core.datasets.folder_names import Match
from core.datasets.preparation import Preparation
from tests.core.datasets.lists import labels_of, touch, write_list


def files_of(folder, *names, root=None):
    touch(root or folder, "zzz.png")
    rows = "".join(f'"{name}",{"yes" if number else "no"}\n' for number, name in enumerate((*names, "zzz.png")))
    path = write_list(folder, "file,label\n" + rows)
    return sorted(labels_of(path, Preparation(root=root)))[:-1]


@pytest.mark.parametrize(
    "listed",
    [
        r"set\train\1.png",
        r"D:\Archiv\set\train\1.png",
        r"\\server\share\set\train\1.png",
        "/home/other/set/train/1.png",
        "./set/train/1.png",
        "SET/Train/1.png",
    ],
)
def test_paths_of_another_computer_are_found_by_their_tail(tmp_path, listed):
    touch(tmp_path, "set/train/1.png", "set/test/1.png")
    assert files_of(tmp_path, listed) == ["set/train/1.png"]


def test_a_list_within_the_folder_that_its_paths_begin_with(tmp_path):
    names = [f"train/patient0000{number}/study1/view1_frontal.jpg" for number in (1, 2)]
    touch(tmp_path / "CheXpert-v1.0-small", *names)
    (tmp_path / "list").mkdir()
    listed = [f"CheXpert-v1.0-small/{name}" for name in names]
    assert files_of(tmp_path / "list", *listed, root=tmp_path / "CheXpert-v1.0-small") == names


def test_the_only_file_of_a_name_is_found_in_a_subfolder(tmp_path):
    touch(tmp_path, "images_001/a.png", "images_002/b.DCM", "x/c.png", "y/c.png")
    path = write_list(tmp_path, "file,label\na.png,no\nb,yes\nc.png,no\n")
    assert labels_of(path) == {"images_001/a.png": "no", "images_002/b.DCM": "yes", "c.png": "no"}
    assert read_dataset(path).notes == ("2 files were found in other folders than the list says.",)


def test_a_film_that_is_missing_is_never_replaced_by_another_of_the_same_name(tmp_path):
    touch(tmp_path, "patient1/view1.png", "train/1.png", "test/2.png")
    listed = ["patient1/view1.png", "patient2/view1.png"]  # one is here
    assert files_of(tmp_path, *listed) == listed
    listed = ["gone/patient3/view1.png", "gone/patient2/view1.png"]  # several of this name are missing
    assert files_of(tmp_path, *listed) == sorted(listed)
    touch(tmp_path, "3.png", "sub/4.png")
    for listed in (["patient1/3.png", "patient2/3.png"], ["a/sub/4.png", "b/sub/4.png"]):
        assert files_of(tmp_path, *listed) == listed
    assert files_of(tmp_path, "train/2.png") == ["train/2.png"]  # its folder is here, without it


def test_odd_names_are_missing_files_not_errors(tmp_path):
    touch(tmp_path, "a.png")
    for name in (".", "..", "/", "../nowhere/a.png", "x" * 300, "a\0b.png", "C:"):
        assert len(files_of(tmp_path, name, "b.png")) >= 1


def test_each_name_tells_how_it_was_found(tmp_path):
    touch(tmp_path, "a/1.png", "a/B.png", "a/0007.png", "c/deep/2.png")
    found = FileSearch(tmp_path).find_all(["a/1.png", r"a\b.png", "a/7.png", "2.png", "a/8.png"])
    assert {name: (file.path.relative_to(tmp_path).as_posix(), file.match) for name, file in found.items()} == {
        "a/1.png": ("a/1.png", Match.EXACT),
        r"a\b.png": ("a/B.png", Match.CASE),
        "a/7.png": ("a/0007.png", Match.ZEROS),
        "2.png": ("c/deep/2.png", Match.ELSEWHERE),
        "a/8.png": ("a/8.png", Match.MISSING),
    }


def test_hidden_files_and_folders_are_not_walked(tmp_path):
    touch(tmp_path, "b.png", "a.png", "sub/c", ".hidden.png", ".git/d.png", "sub/.e/f.png")
    assert [path.relative_to(tmp_path).as_posix() for path in walk_files(tmp_path)] == ["a.png", "b.png", "sub/c"]


def test_lost_zeros_are_found_in_a_subfolder_too(tmp_path):
    touch(tmp_path, "bilder/0001.jpg", "bilder/0002.jpg", "bilder/0010.jpg")
    found = FileSearch(tmp_path).find_all(["1", "2.jpg", "10", "3"])
    assert [found[name].path.name for name in ("1", "2.jpg", "10")] == ["0001.jpg", "0002.jpg", "0010.jpg"]
    assert found["3"].match is Match.MISSING


def test_lost_zeros_that_two_files_would_fit_are_not_guessed(tmp_path):
    touch(tmp_path, "a/001.jpg", "b/0001.jpg")
    assert FileSearch(tmp_path).find_all(["1"])["1"].match is Match.MISSING
