"""Figures of groups of patients."""

import csv

import pytest

from core.evaluation.evaluate import evaluate
from core.evaluation.subgroups import age_group
from core.films.phantoms import draw_phantom
from tests.factories import drained, write_dicom


def test_groups_come_from_lists_and_from_dicom(model, tmp_path, cancel):
    rows = []
    for seed in range(24):
        label = seed % 2
        path = tmp_path / f"f{seed}.dcm"
        age = "003Y" if seed < 12 else "070Y"
        write_dicom(
            path, draw_phantom(700 + seed, label == 1, 96), PatientAge=age, PatientName="Doe^Jane", PatientID=f"{seed}"
        )
        rows.append([path.name, ("NORMAL", "PNEUMONIA")[label], "f" if seed % 4 < 2 else "M"])
    with (tmp_path / "list.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([["file", "label", "sex"], *rows])
    output = tmp_path / "out"
    _, evaluation = drained(evaluate(model, tmp_path / "list.csv", output, cancel))
    groups = {(group.attribute, group.value): group for group in evaluation.subgroups}
    assert {key[1] for key in groups} == {"1 to 5 years", "65 years and over", "female", "male"}
    assert groups["age", "1 to 5 years"].n == 12
    assert groups["sex", "male"].positives == 6
    assert all(group.is_small for group in groups.values())
    assert not any("Doe" in path.read_text("latin-1") for path in output.iterdir())


@pytest.mark.parametrize(
    ("text", "group"),
    [("045Y", "40 to 64 years"), ("006M", "under 1 year"), ("18", "18 to 39 years"), ("5.5", "1 to 5 years"),
     ("90D", "under 1 year"), ("", ""), ("old", ""), ("999Y", "")],
)  # fmt: skip
def test_ages_are_put_into_groups(text, group):
    assert age_group(text) == group
