"""Lists of a RIS name studies, not files: films are found by the identifiers in their headers."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import generate_uid

from core.datasets.dataset import read_dataset
from core.datasets.dicom_keys import KEYWORDS, match_keys, read_identifiers
from core.datasets.label_list import Columns
from core.datasets.preparation import Preparation
from core.system.errors import JobFailed, Reason
from tests.core.datasets.lists import labels_of, touch, write_list
from tests.factories import write_dicom

PIXELS = np.zeros((8, 8), np.uint8)
STUDIES = [generate_uid() for _ in range(3)]


@pytest.fixture
def archive(tmp_path):
    """Five films of three studies and patients, without suffixes, and what else lies in an archive."""
    folder = tmp_path / "archive"
    for number, study in enumerate((0, 0, 1, 1, 2)):
        path = folder / f"{study}/IM{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_dicom(
            path, PIXELS, AccessionNumber=f"00{study}7", StudyInstanceUID=STUDIES[study], PatientID=f"secret{study}",
            SOPInstanceUID=f"1.2.3.4.5.{number}", SeriesInstanceUID=f"1.2.3.4.6.{number // 2}", Modality="DX",
        )  # fmt: skip
    report = write_dicom(folder / "0/report", PIXELS, StudyInstanceUID=STUDIES[0], Modality="SR")
    header = dcmread(report)
    for name in ("Rows", "Columns", "PixelData"):
        delattr(header, name)
    header.save_as(report)
    touch(folder, "0/notes.txt", "0/.hidden", "empty")
    (folder / "0/broken").write_bytes(bytes(128) + b"DICM" + b"\xff" * 50)
    return folder


@pytest.mark.parametrize(
    ("column", "keys"),
    [
        ("Accession No", ["0007", "0017", "0027"]),
        ("Auftragsnummer", ["0007", "0017", "0027"]),
        ("Study UID", STUDIES),
        ("StudyInstanceUID", STUDIES),
        ("series instance uid", ["1.2.3.4.6.0", "1.2.3.4.6.1", "1.2.3.4.6.2"]),
    ],
)
def test_each_film_of_a_study_has_its_label(tmp_path, archive, column, keys):
    rows = "".join(f"{key};{label}\n" for key, label in zip(keys, ("no", "yes", "no"), strict=True))
    path = write_list(tmp_path, f"{column};Befund\n{rows}")
    found = labels_of(path, Preparation(root=archive))
    assert found == {"0/IM0": "no", "0/IM1": "no", "1/IM2": "yes", "1/IM3": "yes", "2/IM4": "no"}
    assert read_dataset(path, Preparation(root=archive)).notes == ()


def test_films_and_rows_without_each_other_are_counted(tmp_path, archive):
    path = write_list(archive, "SOP Instance UID,label\n1.2.3.4.5.0,no\n1.2.3.4.5.2,yes\n1.2.9,yes\n")
    dataset = read_dataset(path)
    assert labels_of(path) == {"0/IM0": "no", "1/IM2": "yes"}
    assert dataset.notes == (
        "1 value of the column 'SOP Instance UID' belongs to no film.",
        "3 DICOM films are in no row of the list.",
    )


def test_accession_numbers_whose_zeros_are_lost(archive):
    dataset = read_dataset(write_list(archive, "Acc No,label\n7,no\n17.0,yes\n27,yes\n"))
    assert len(dataset.films) == 5
    assert dataset.notes == ("3 identifiers were found although the list has lost their leading zeros.",)


def test_a_column_that_a_person_chose_is_tried_as_any_identifier(archive):
    path = write_list(archive, "Nummer,label,n\n0007,no,1\n0017,yes,2\n")
    assert len(labels_of(path, Preparation(columns=Columns("Nummer", "label")))) == 4
    path = write_list(archive, f"Kennung,label,n\n{STUDIES[0]},no,1\n{STUDIES[1]},yes,2\n")
    assert len(labels_of(path)) == 4  # recognised by its contents


def test_a_patient_names_a_film_only_if_it_is_the_only_one(archive):
    (archive / "1/IM3").unlink()
    dataset = read_dataset(write_list(archive, "Patient ID,label\nsecret0,yes\nsecret1,no\nsecret2,yes\n"))
    assert [dataset.name_of(film.path) for film in dataset.films] == ["1/IM2", "2/IM4"]
    assert [(dataset.name_of(film.path), film.reason) for film in dataset.left_out] == [
        ("0/IM0", Reason.NO_LABEL),
        ("0/IM1", Reason.NO_LABEL),
    ]


def test_pictures_named_by_the_identifier_are_found_too(tmp_path):
    touch(tmp_path, "A1.png", "A2.jpg")
    path = write_list(tmp_path, "Accession,label\nA1,no\nA2,yes\n")
    assert labels_of(path) == {"A1.png": "no", "A2.jpg": "yes"}


def test_a_list_whose_identifiers_fit_nothing_is_refused(archive):
    with pytest.raises(JobFailed, match=r"No film below .* column 'Accession'"):
        read_dataset(write_list(archive, "Accession,label\nB1,no\nB2,yes\n"))


def test_no_identifier_leaves_the_header(archive):
    dataset = read_dataset(write_list(archive, "Accession,label\n0007,no\n0017,yes\n"))
    assert "secret" not in json.dumps(asdict(dataset), default=str)


def test_only_identifiers_are_read_and_only_of_films(archive):
    found = read_identifiers(archive)
    assert {path.relative_to(archive).as_posix() for path in found} == {"0/IM0", "0/IM1", "1/IM2", "1/IM3", "2/IM4"}
    assert found[archive / "0/IM1"] == {
        "SOPInstanceUID": "1.2.3.4.5.1", "SeriesInstanceUID": "1.2.3.4.6.0", "StudyInstanceUID": STUDIES[0],
        "AccessionNumber": "0007", "PatientID": "secret0",
    }  # fmt: skip


def test_without_a_keyword_the_identifier_with_most_matches_is_taken():
    identifiers = {
        Path("a"): {"AccessionNumber": "1", "PatientID": "1"},
        Path("b"): {"AccessionNumber": "2", "PatientID": "9"},
        Path("c"): {"AccessionNumber": "3", "PatientID": "9"},
    }
    found = match_keys(["1", "2", "4"], identifiers, None)
    assert (found.keyword, found.unlisted, found.zeros) == ("AccessionNumber", 1, 0)
    assert found.paths == {"1": (Path("a"),), "2": (Path("b"),)}
    assert match_keys(["9"], identifiers, None).paths == {"9": (Path("b"), Path("c"))}


def test_lost_zeros_belong_to_numbers_and_to_one_film_only():
    values = ("0017", "018", "0018", "19")
    identifiers = {Path(value): dict.fromkeys(KEYWORDS, value) for value in values}
    found = match_keys(["17", "18", "019"], identifiers, "AccessionNumber")
    # two films may be 18; a list never has more zeros than the film
    assert (found.paths, found.zeros, found.unlisted) == ({"17": (Path("0017"),)}, 1, 3)
    assert match_keys(["17"], identifiers, "StudyInstanceUID").paths == {}
