"""Label lists of all kinds."""

import pytest
from openpyxl import Workbook

from core.datasets.dataset import read_dataset
from core.datasets.label_list import Columns, guess_columns, read_label_list
from core.datasets.preparation import Preparation
from core.system.errors import JobFailed

ROWS = [["picture name", "verdict", "who", "Split"], ["a.png", "normal", 17, "train"], ["b.png", "ill", 18, "test"],
        ["c.png", "ill", 18, "test"], ["d.png", "normal", 19, "train"]]  # fmt: skip


def test_excel_list_with_columns_guessed_by_content(tmp_path):
    book = Workbook()
    for row in ROWS:
        book.active.append(row)
    book.save(tmp_path / "labels.xlsx")
    table = read_label_list(tmp_path / "labels.xlsx")
    assert guess_columns(table) == Columns("picture name", "verdict", None, "Split")
    films = read_dataset(tmp_path / "labels.xlsx", Preparation(columns=Columns("picture name", "verdict", "who"))).films
    assert [(film.path.name, film.patient) for film in films] == [
        ("a.png", "17"), ("b.png", "18"), ("c.png", "18"), ("d.png", "19"),
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"\xff\xfe\x00"])
def test_unusable_lists_are_explained(tmp_path, content):
    for suffix in ("csv", "xlsx", "xls"):
        path = tmp_path / f"labels.{suffix}"
        path.write_bytes(content)
        with pytest.raises(JobFailed):
            read_dataset(path)
