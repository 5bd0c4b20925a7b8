"""A source that cannot be guessed is shown, so that a person can correct how it is read."""

import pytest

from core.datasets.dataset import read_dataset
from core.datasets.intake import inspect_source
from core.datasets.label_list import Columns
from core.datasets.preparation import Preparation
from core.system.errors import JobFailed


def test_a_list_that_cannot_be_guessed_can_be_looked_at_and_corrected(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("one,two\n001,yes\n002,no\n", "utf-8")
    (tmp_path / "001.png").write_bytes(b"x")
    with pytest.raises(JobFailed, match="No column looks like"):
        read_dataset(path)
    assert inspect_source(path).header == ("one", "two")
    films = read_dataset(path, Preparation(columns=Columns("one", "two"))).films
    assert films[0].path == tmp_path / "001.png"
    with pytest.raises(JobFailed, match="no column 'three'"):
        read_dataset(path, Preparation(columns=Columns("one", "three")))


def test_a_list_is_shown_before_it_is_read(tmp_path):
    path = tmp_path / "labels.csv"
    rows = [f"{number}.png,{'yes' if number % 3 else 'no'},{number}" for number in range(30)]
    path.write_text("\n".join(["file,label,extra", *rows, "x.png,,"]), "utf-8")
    preview = inspect_source(path)
    assert preview.samples == tuple(tuple(row.split(",")) for row in rows[:5])
    assert preview.labels == (("yes", 20), ("no", 10), ("", 1))
    assert preview.contained == ()
    assert preview.names[:2] == ("0", "1")
    many = [f"{number}.png,class {number % 40}" for number in range(80)]
    path.write_text("\n".join(["file,label", *many]), "utf-8")
    assert len(inspect_source(path).labels) == 20
    assert inspect_source(path, Preparation(columns=Columns("three", "four"))).labels == ()


def test_columns_that_cannot_be_guessed_are_shown_with_samples(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("one,two\n001,yes\n002,no\n", "utf-8")
    preview = inspect_source(path)
    assert (preview.columns, preview.samples) == (None, (("001", "yes"), ("002", "no")))


def test_identifiers_of_dicom_films_are_no_file_names(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("Accession No,label\n1,yes\n2,no\n", "utf-8")
    assert inspect_source(path).names == ()
