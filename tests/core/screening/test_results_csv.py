"""The ledger of a screening."""

import csv

import pytest

from core.screening.results_csv import partial_path
from core.screening.screening import screen
from tests.factories import drained


@pytest.fixture
def worklist(dataset_folder):
    (dataset_folder / "notes.txt").write_text("no film")
    (dataset_folder / "empty.png").write_bytes(b"")
    (dataset_folder / "=1+1.png").write_bytes(b"x")
    return dataset_folder


def test_every_file_has_one_row(model, worklist, tmp_path, cancel):
    output = tmp_path / "results.csv"
    _, result = drained(screen(worklist, output, model, cancel, tmp_path / "heat"))
    with output.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert (result.found, result.scored, result.refused, result.failed) == (27, 24, 3, 0)
    assert len({row["file"] for row in rows}) == len(rows) == 27
    assert "'=1+1.png" in {row["file"] for row in rows}
    assert all(0 <= float(row["probability"]) <= 1 for row in rows if row["status"] == "scored")
    assert len(list((tmp_path / "heat").rglob("*.png"))) == 24
    again = tmp_path / "again.csv"
    drained(screen(worklist, again, model, cancel))
    assert again.read_bytes() == output.read_bytes()


def test_an_interrupted_screening_resumes_to_the_same_ledger(model, worklist, tmp_path, cancel):
    whole, output = tmp_path / "whole.csv", tmp_path / "broken.csv"
    drained(screen(worklist, whole, model, cancel))
    job = screen(worklist, output, model, cancel)
    for _ in range(8):
        next(job)
    job.close()
    partial = partial_path(output)
    partial.write_bytes(partial.read_bytes()[:-5])  # a torn last row, as kill -9 leaves it
    assert not output.exists()
    _, result = drained(screen(worklist, output, model, cancel, resume=True))
    assert result.completed
    assert output.read_bytes() == whole.read_bytes()
    assert not partial.exists()
