"""Label lists of all kinds."""

import re
import zipfile

import pytest
from openpyxl import Workbook

from core.datasets.dataset import read_dataset
from core.datasets.label_list import Columns, read_label_list
from core.datasets.list_columns import guess_columns
from core.datasets.preparation import Preparation
from core.system.errors import JobFailed
from tests.core.datasets.lists import labels_of, touch, write_list

ROWS = [["picture name", "verdict", "who", "Split"], ["a.png", "normal", 17, "train"], ["b.png", "ill", 18, "test"],
        ["c.png", "ill", 18, "test"], ["d.png", "normal", 19, "train"]]  # fmt: skip


def write_workbook(path, rows):
    touch(path.parent, rows[1][0])
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
        with pytest.raises(JobFailed) as refusal:
            read_dataset(path)
        assert not re.search(r"Error|BadZip", refusal.value.sentence)


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


@pytest.mark.parametrize(
    ("rows", "lines"),
    [("a.png,Pneumonia, viral\nb.png,normal\n", "line 2 of"), ("1,a.png,no\n2,b.png,yes\n", "lines 2, 3 of"),
     ("a.png,x\n" + "b.png,y,z\n" * 20, "lines 3, 4, 5, 6, 7, 8, 9, 10, … of")],
)  # fmt: skip
def test_rows_with_more_cells_than_the_header_are_told_and_never_shifted(tmp_path, rows, lines):
    """An unquoted comma, and the row names of R, which have no column name."""
    path = write_list(tmp_path, "file,label\n" + rows)
    with pytest.raises(JobFailed, match=f"{lines} .* more cells than the first line has columns; put text that"):
        read_dataset(path)


def test_empty_cells_beyond_the_header_are_no_cells(tmp_path):
    assert labels_of(write_list(tmp_path, "file,label\na.png,no,,\nb.png,yes, ,\n,,,\n")) == {
        "a.png": "no",
        "b.png": "yes",
    }


@pytest.mark.parametrize(
    ("rows", "why"),
    [("a.png,no\nb.png,yes\n", "names a film"), ("1.2.840.113.1.7,no\n1.2.840.113.1.8,yes\n", "names a film"),
     ("IM01,no\nIM02,yes\nIM03,no\n", "'no' stands below it again"), ("IM01,case\nIM02,case\n", "'case' stands below"),
     ("IM01,0,P1\nIM02,1,P2\nIM03,0,P1\n", "'0' stands")],
)  # fmt: skip
def test_a_list_without_a_header_is_told_and_its_first_row_is_not_lost(tmp_path, rows, why):
    with pytest.raises(JobFailed, match=f"{why}.*add a line with the names of the columns"):
        read_label_list(write_list(tmp_path, rows))


def test_names_of_columns_that_are_also_values_are_a_header(tmp_path):
    path = write_list(tmp_path, "file,Pneumonia\na.png,Pneumonia\nb.png,normal\n")
    assert labels_of(path) == {"a.png": "Pneumonia", "b.png": "normal"}


def test_a_header_that_is_repeated_is_no_film(tmp_path):
    dataset = read_dataset(write_list(tmp_path, "file,label\na.png,no\nfile,label\nb.png,yes\n"))
    assert [film.path.name for film in dataset.films] == ["a.png", "b.png"]
    assert dataset.notes == ("1 line repeats the header and was skipped (line 3).",)


def test_two_columns_of_one_name_are_told_where_it_matters(tmp_path):
    rows = "file,label,label,note,note\na.png,no,yes,1,2\nb.png,yes,no,1,2\n"
    with pytest.raises(JobFailed, match="Several columns have the name 'label'; rename all but one"):
        read_dataset(write_list(tmp_path, rows))


def test_twins_in_cells_are_one_class_one_patient_and_no_value(tmp_path):
    rows = "a.png,normal,P1,train\nb.png,Nоrmal\u200b,P1\u200b,Ｔrain\nc.png,ill,P2,test\nd.png,\u200b,P3,test\n"
    dataset = read_dataset(write_list(tmp_path, "file,label,patient,split\n" + rows))
    assert dataset.classes == ("normal", "ill")
    assert dataset.spellings == (("normal", "Nоrmal\u200b"),)
    assert [film.patient for film in dataset.films] == ["P1", "P1", "P2"]
    assert [film.path.name for film in dataset.left_out] == ["d.png"]
    path = write_list(tmp_path, "file,Pneumonia\na.png,１\nb.png,0\u200b\nc.png,1\nd.png,−1\n", "numbers.csv")
    assert labels_of(path) == {"a.png": "Pneumonia", "b.png": "No Pneumonia", "c.png": "Pneumonia"}
