"""Whether the file column of a list holds names or identifiers."""

import numpy as np

from core.datasets.dataset import read_dataset
from core.datasets.label_list import Columns
from core.datasets.preparation import Preparation
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


def test_names_with_a_suffix_are_files_even_if_all_are_missing(tmp_path):
    write_dicom(tmp_path / "x", PIXELS, AccessionNumber="a.png")
    path = write_list(tmp_path, "which,label\na.png,no\nb.png,yes\n")
    dataset = read_dataset(path, Preparation(columns=Columns("which", "label")))
    assert [film.path for film in dataset.films] == [tmp_path / "a.png", tmp_path / "b.png"]
    assert dataset.notes == ()
