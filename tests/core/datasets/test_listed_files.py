"""Whether the file column of a list holds names or identifiers."""

import numpy as np
import pytest

import main
from core.datasets.dataset import read_dataset
from core.datasets.label_list import Columns
from core.datasets.listed_files import find_listed_files
from core.datasets.preparation import Preparation
from core.system.errors import JobFailed, Reason
from core.system.exit_status import FAILED
from tests.core.datasets.lists import labels_of, touch, write_list
from tests.factories import write_dicom

PIXELS = np.zeros((8, 8), np.uint8)


def test_names_win_over_identifiers_in_a_column_of_patients(tmp_path):
    write_dicom(tmp_path / "u1.dcm", PIXELS, PatientID="u2")
    write_dicom(tmp_path / "u2.dcm", PIXELS, PatientID="u1")
    path = write_list(tmp_path, "patientId,Target\nu1,1\nu2,0\nu3,0\n")
    assert labels_of(path) == {"u1.dcm": "1", "u2.dcm": "0", "u3": "0"}  # the audit reports u3 as missing


def test_identifiers_win_over_names_in_a_column_of_accession_numbers(tmp_path):
    write_dicom(tmp_path / "1.dcm", PIXELS, AccessionNumber="2")
    write_dicom(tmp_path / "2.dcm", PIXELS, AccessionNumber="1")
    touch(tmp_path, "3.png")
    path = write_list(tmp_path, "Accession,label\n1,one\n2,two\n3,three\n")
    assert labels_of(path) == {"2.dcm": "one", "1.dcm": "two", "3.png": "three"}


def test_names_with_a_suffix_are_files_even_if_most_are_missing(tmp_path):
    write_dicom(tmp_path / "x", PIXELS, AccessionNumber="a.png")
    touch(tmp_path, "b.png")
    path = write_list(tmp_path, "which,label\na.png,no\nb.png,yes\n")
    dataset = read_dataset(path, Preparation(columns=Columns("which", "label")))
    assert [film.path for film in dataset.films] == [tmp_path / "a.png", tmp_path / "b.png"]
    assert dataset.notes == ()


@pytest.mark.parametrize("command", ["audit", "train", "evaluate", "accept", "search"])
def test_a_list_that_was_moved_is_refused_with_the_folder_that_was_tried(tmp_path, capsys, command):
    path = write_list(tmp_path / "moved", "file,label\n/gone/a.png,no\nb.png,yes\n")
    models = ["bundled"] if command in {"evaluate", "accept"} else []
    output = [] if command == "audit" else ["--output", str(tmp_path / "out")]
    assert main.main([command, *models, str(path), *output]) == FAILED
    told = capsys.readouterr().err
    assert f"None of the 2 files that the list names is where the list says or below {tmp_path / 'moved'}." in told
    assert "Move the list beside its films, or choose the folder that its names begin in." in told


def test_files_that_are_not_where_the_list_says_are_noted(tmp_path):
    touch(tmp_path, "a.png", "0007.png", "sub/b.png")
    found = find_listed_files(["a.png", "7.png", "b.png", "c.png", "", "a.png"], "file", tmp_path)
    assert found.paths == {
        "a.png": (tmp_path / "a.png",), "7.png": (tmp_path / "0007.png",), "b.png": (tmp_path / "sub/b.png",),
        "c.png": (tmp_path / "c.png",),
    }  # fmt: skip
    assert found.notes == [
        "1 file was found although the list has lost leading zeros in its name.",
        "1 file was found in another folder than the list says.",
    ]


def test_a_patient_with_several_films_is_shared_and_a_study_is_not(tmp_path):
    for name, patient in (("1.dcm", "p1"), ("2.dcm", "p1"), ("3.dcm", "p2"), ("4.dcm", "p3")):
        write_dicom(tmp_path / name, PIXELS, PatientID=patient, AccessionNumber=patient)
    both, one = (tmp_path / "1.dcm", tmp_path / "2.dcm"), (tmp_path / "3.dcm",)
    for column, shared in (("Patient ID", {"p1"}), ("Accession No", set())):
        found = find_listed_files(["p1", "p2", "p9"], column, tmp_path)
        assert found.paths == {"p1": both, "p2": one, "p9": ()}
        assert found.shared == shared
        assert found.notes == [
            f"1 value of the column {column!r} belongs to no film.", "1 DICOM film is in no row of the list."
        ]  # fmt: skip


def test_a_column_that_names_no_film_is_refused(tmp_path):
    touch(tmp_path, "a.png")
    with pytest.raises(JobFailed, match="has a name or identifier of the column 'Accession No'") as failure:
        find_listed_files(["x", "y"], "Accession No", tmp_path)
    assert failure.value.reason is Reason.DATASET_INVALID
