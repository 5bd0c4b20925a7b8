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
