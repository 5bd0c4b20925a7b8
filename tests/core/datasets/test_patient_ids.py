"""Patients in file names: the pattern proposed, shown, corrected, and refused where it might never end."""

import pytest
from hypothesis import strategies as st

from core.datasets.dataset import read_dataset
from core.datasets.patient_ids import EACH_FILE, example_patients, extract_patients, propose_pattern
from core.datasets.preparation import Preparation
from core.system.errors import JobFailed


@pytest.mark.parametrize(
    ("stem", "patient"),
    [
        ("person17_bacteria_54", "person17_bacteria"),
        ("IM-0115-0001", "IM-0115"),
        ("NORMAL2-IM-0587-0001-0001", "NORMAL2-IM-0587"),
        ("p12_3", "p12"),
        ("chest", "chest"),
    ],
)
def test_patient_of_file_name(stem, patient):
    assert extract_patients([stem], propose_pattern([stem, "x1_1", "y2_1", "z3_1"])) == [patient]


@pytest.mark.parametrize("pattern", ["(a+)+b", "((x|a*))*", "(a{2,})+", r"(?:\w+)*-(\d)", "(a+){9}"])
def test_a_pattern_that_might_never_end_is_refused_before_it_is_tried(pattern):
    with pytest.raises(JobFailed, match="take forever"):
        extract_patients(["a" * 200], pattern)


@pytest.mark.parametrize("pattern", ["(a+)b?", "([(]a+)", r"(\(a+)?", "(a+)(b+)", "(a+){1,3}", r"([a+]+)", "(?:ab)+"])
def test_other_repetitions_are_no_fault(pattern):
    assert extract_patients(["aab"], pattern)


def test_patient_pattern_is_proposed_shown_and_corrected(dataset_folder):
    names = [
        "person17_bacteria_54",
        "person17_bacteria_55",
        "NORMAL2-IM-0587-0001",
        "IM-0001-0001",
        "scan",
        "x2_1",
        "x3_1",
    ]
    pattern = propose_pattern(names)
    assert extract_patients(names, pattern)[:4] == [
        "person17_bacteria",
        "person17_bacteria",
        "NORMAL2-IM-0587",
        "IM-0001",
    ]
    assert ("scan", "scan") in example_patients(names, pattern)
    assert propose_pattern([f"study1_{number}" for number in range(50)]) == EACH_FILE
    own = read_dataset(dataset_folder, Preparation(patient_pattern=r"(NORMAL|PNEUMONIA).*"))
    assert own.count_patients() == 2
    with pytest.raises(JobFailed, match="not a regular expression"):
        read_dataset(dataset_folder, Preparation(patient_pattern="("))


names = st.text(st.characters(codec="utf-8"), max_size=20)
