"""Workbooks: every cell is text or a number, never a formula."""

import gc
import zipfile

import openpyxl
import pytest

from core.exports.excel import MOST_ROWS, write_excel
from core.system.errors import JobFailed
from tests.core.exports.examples import CLASSES, HEADER, refused, row

NAMES = {  # of files, and how a workbook shows them
    "=1+1": "=1+1",
    "=HYPERLINK(\"http://x\",\"y\")": "=HYPERLINK(\"http://x\",\"y\")",
    "+cmd|' /C calc'!A0.png": "+cmd|' /C calc'!A0.png",
    "-2+3": "-2+3",
    "@SUM(A1)": "@SUM(A1)",
    "#N/A": "#N/A",
    "'=quoted": "'=quoted",
    "\tindented": "\tindented",
    "bell\x07.png": "bell\\x07.png",
    "nul\x00l": "nul\\x00l",
    "return\r.png": "return\\x0d.png",
    "not utf-8 \udcff.png": "not utf-8 \\xff.png",
    "_x0041_.png": "_x005F_x0041_.png",  # as it stands in the file: spreadsheets show _x0041_.png
    "صدر.png": "صدر.png",
    "<b>&amp;</b>": "<b>&amp;</b>",
    "🫁" * 5: "🫁" * 5,
    "long" * 10_000: ("long" * 10_000)[:32_767],
}  # fmt: skip


def book_of(tmp_path, rows, classes=CLASSES, about=(), extra=None):
    write_excel(tmp_path / "out.xlsx", rows, classes, about, extra)
    return openpyxl.load_workbook(tmp_path / "out.xlsx")


@pytest.mark.parametrize(("name", "shown"), NAMES.items(), ids=lambda name: ascii(name)[:30])
def test_names_are_text_in_a_workbook(tmp_path, name, shown):
    book = book_of(tmp_path, [row(name)], about=[(name, name)], extra={name: [name]})
    sheet = book["Worklist"]
    for cell in (sheet["A2"], sheet["H1"], sheet["H2"], book["About"]["A2"], book["About"]["B2"]):
        assert cell.value == shown
        assert cell.data_type == "s"
    with zipfile.ZipFile(tmp_path / "out.xlsx") as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml") + parts.read("xl/worksheets/sheet2.xml")
    if name.startswith("="):
        assert sheet["A2"].number_format == "@"  # or editing the cell would start it


def test_a_workbook_has_the_ledgers_columns(tmp_path):
    rows = [row("a.png", 0.123456), refused("b.txt"), row("c.png", 1.0)]
    book = book_of(tmp_path, rows, about=[("Model", "m"), ("Threshold", "0.31")], extra={"reader": ["yes", "", "no"]})
    sheet, about = book["Worklist"], book["About"]
    header = ["file", "status", "reason", "label", "probability", "decision", "model", "reader"]
    assert [cell.value for cell in sheet[1]] == header
    assert all(cell.font.b for cell in sheet[1])
    assert [cell.value for cell in sheet[3]] == [
        "b.txt",
        "refused",
        "not_an_image",
        None,
        None,
        None,
        HEADER.name,
        None,
    ]
    assert (sheet["E2"].value, sheet["E2"].number_format, sheet["E4"].value) == (0.123456, "0.000", 1)
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:H4")
    assert sheet.column_dimensions["G"].width > len(HEADER.name)
    assert [[cell.value for cell in line] for line in about] == [
        ["What", "Value"],
        ["Model", "m"],
        ["Threshold", "0.31"],
    ]


def test_several_classes_have_a_column_each(tmp_path):
    rows = [row("a.png", 0.5, class_probabilities=(0.2, 0.5, 0.3)), refused("b.txt")]
    sheet = book_of(tmp_path, rows, ("a", "=b", "c"), extra={"reader": ["yes", "no"]})["Worklist"]
    assert [cell.value for cell in sheet[1]][7:] == ["p_a", "p_=b", "p_c", "reader"]
    assert [cell.value for cell in sheet[2]][7:] == [0.2, 0.5, 0.3, "yes"]
    assert [cell.value for cell in sheet[3]][7:] == [None, None, None, "no"]
    assert sheet["J2"].number_format == "0.000"


def test_thousands_of_rows_and_no_rows(tmp_path):
    sheet = book_of(tmp_path, [row(f"{number}.png", number / 1000) for number in range(1000)])["Worklist"]
    assert (sheet.max_row, sheet["A1001"].value) == (1001, "999.png")
    assert book_of(tmp_path, [])["Worklist"].max_row == 1


def test_what_no_sheet_holds_is_told(tmp_path):
    with pytest.raises(JobFailed, match="CSV"):
        write_excel(tmp_path / "out.xlsx", [row("a")] * MOST_ROWS, CLASSES, [])
    with pytest.raises(ValueError, match="every row"):
        write_excel(tmp_path / "out.xlsx", [row("a")], CLASSES, [], {"reader": []})
    (tmp_path / "file").touch()
    with pytest.raises(JobFailed):
        write_excel(tmp_path / "file" / "out.xlsx", [row("a")], CLASSES, [])
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_workbook_that_breaks_off_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    rows = [*(row(f"{number}.png") for number in range(1200)), None]
    with pytest.raises(AttributeError):
        write_excel(tmp_path / "out.xlsx", rows, CLASSES, [])
    gc.collect()  # an open sheet would complain
    assert list(tmp_path.iterdir()) == []
