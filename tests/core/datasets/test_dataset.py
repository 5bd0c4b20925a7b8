"""Datasets of class folders, of splits, and of label lists."""

import pytest

from core.datasets.dataset import read_dataset
from core.datasets.entries import Split
from core.datasets.preparation import Preparation
from core.system.errors import JobFailed
from tests.core.datasets.lists import touch, write_list


def test_class_folders(dataset_folder):
    dataset = read_dataset(dataset_folder)
    assert dataset.classes == ("NORMAL", "PNEUMONIA")
    assert dataset.count_films() == {(0, None): 12, (1, None): 12}


def test_negative_class_comes_first_whatever_its_letter(tmp_path):
    for name in ("healthy", "covid"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_bytes(b"x")
    assert read_dataset(tmp_path).classes == ("healthy", "covid")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_label_list(tmp_path, delimiter):
    lines = [["File", "Label", "Patient_ID", "Split"], ["a.png", "normal", "1", "train"], ["b.png", "x", "2", "test"]]
    path = write_list(tmp_path, "\ufeff" + "\n".join(delimiter.join(line) for line in lines))
    films = read_dataset(path).films
    assert [(film.path, film.label, film.patient, film.split) for film in films] == [
        (tmp_path / "a.png", 0, "1", Split.TRAINING),
        (tmp_path / "b.png", 1, "2", Split.TEST),
    ]


def test_impossible_datasets_are_explained(tmp_path):
    with pytest.raises(JobFailed, match="does not exist"):
        read_dataset(tmp_path / "nowhere")
    with pytest.raises(JobFailed, match="contains no films"):
        read_dataset(tmp_path)
    (tmp_path / "NORMAL").mkdir()
    (tmp_path / "NORMAL" / "a.png").write_bytes(b"x")
    with pytest.raises(JobFailed, match="only one class"):
        read_dataset(tmp_path)


def test_files_relative_to_a_chosen_root_with_backslashes(tmp_path):
    touch(tmp_path, "films/sub/a.png")
    path = write_list(tmp_path / "lists", "file\tlabel\nsub\\a.png\tno\nsub\\b.png\tyes\n", "labels.tsv")
    dataset = read_dataset(path, Preparation(root=tmp_path / "films"))
    assert [film.path for film in dataset.films] == [tmp_path / "films/sub/a.png", tmp_path / "films/sub/b.png"]
