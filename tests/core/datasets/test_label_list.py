"""Label lists of all kinds."""

import zipfile

import pytest
from openpyxl import Workbook

from core.datasets.dataset import read_dataset
from core.datasets.label_list import Columns, read_label_list
from core.datasets.list_columns import guess_columns
from core.datasets.preparation import Preparation
from core.system.errors import JobFailed
from tests.core.datasets.lists import labels_of, write_list

ROWS = [["picture name", "verdict", "who", "Split"], ["a.png", "normal", 17, "train"], ["b.png", "ill", 18, "test"],
        ["c.png", "ill", 18, "test"], ["d.png", "normal", 19, "train"]]  # fmt: skip


def write_workbook(path, rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_excel_list_with_columns_guessed_by_content(tmp_path):
    path = write_workbook(tmp_path / "labels.xlsx", ROWS)
    assert guess_columns(read_label_list(path)) == Columns("picture name", "verdict", None, "Split")
    films = read_dataset(path, Preparation(columns=Columns("picture name", "verdict", "who"))).films
    assert [(film.path.name, film.patient) for film in films] == [
        ("a.png", "17"), ("b.png", "18"), ("c.png", "18"), ("d.png", "19"),
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"\xff\xfe\x00", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_unusable_lists_are_explained(tmp_path, content):
    for suffix in ("csv", "xlsx", "xls"):
        path = tmp_path / f"labels.{suffix}"
        path.write_bytes(content)
        with pytest.raises(JobFailed):
            read_dataset(path)


def test_the_content_tells_text_from_a_workbook_not_the_name(tmp_path):
    text = write_list(tmp_path, "file\tlabel\na.png\tno\nb.png\tyes\n", "export.xls", "utf-16")
    assert labels_of(text) == {"a.png": "no", "b.png": "yes"}
    (tmp_path / "labels.csv").write_bytes(write_workbook(tmp_path / "l.xlsx", ROWS).read_bytes())
    assert labels_of(tmp_path / "labels.csv")["a.png"] == "normal"


def test_numbers_of_excel_are_whole(tmp_path):
    rows = [["file", "label"], ["a.png", 0.0], ["b.png", 1.0], ["c.png", 1]]
    assert set(labels_of(write_workbook(tmp_path / "l.xlsx", rows)).values()) == {"0", "1"}


def test_a_workbook_that_states_fewer_rows_than_it_has_is_read_whole(tmp_path):
    whole, stated = write_workbook(tmp_path / "whole.xlsx", ROWS), tmp_path / "stated.xlsx"
    with zipfile.ZipFile(whole) as archive, zipfile.ZipFile(stated, "w") as copy:
        for name in archive.namelist():
            copy.writestr(name, archive.read(name).replace(b'<dimension ref="A1:D5"', b'<dimension ref="A1:B3"'))
    assert stated.read_bytes() != whole.read_bytes()
    assert read_label_list(stated) == read_label_list(whole)
