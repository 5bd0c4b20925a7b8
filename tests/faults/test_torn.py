"""Files whose last line a crash left unfinished, at every byte."""

import csv
import io

import pytest

from core.screening.events import LedgerRow, Status
from core.screening.results_csv import format_csv, read_rows
from core.system.csv_text import drop_torn_line
from core.system.errors import JobFailed
from core.system.files import cut_torn_line

CLASSES = ("NORMAL", "PNEUMONIA")
NAMES = ("plain.png", "two\nlines.png", 'quo"te, comma.png', "é漢.png", "last.png")


def test_a_ledger_cut_at_any_byte_gives_its_whole_rows(tmp_path):
    rows = [LedgerRow(name, Status.REFUSED, "blank", None, None, None, "model 1") for name in NAMES]
    content, path = format_csv(rows, CLASSES).encode(), tmp_path / "r.csv.partial"
    ends = [len(format_csv(rows[:count], CLASSES).encode()) for count in range(len(rows) + 1)]
    for length in range(len(content) + 1):
        path.write_bytes(content[:length])
        whole = sum(end <= length for end in ends[1:])
        assert read_rows(path, CLASSES, "model 1") == rows[:whole], length


def test_half_a_row_of_another_file_is_no_ledger(tmp_path):
    path = tmp_path / "r.csv.partial"
    path.write_bytes(b'something "else')
    with pytest.raises(JobFailed, match="columns"):
        read_rows(path, CLASSES, "model 1")


def test_a_large_file_with_one_quote_too_many_is_cut_without_delay():
    content = b'a,b\n"c,d\n' + b"e,f\n" * 200_000
    assert drop_torn_line(content) == b"a,b\n"
    assert list(csv.reader(io.StringIO(drop_torn_line(content).decode()))) == [["a", "b"]]


def test_a_torn_line_of_a_journal_is_dropped(tmp_path):
    path = tmp_path / "search.journal"
    for content, left in ((b'{"a":1}\n{"b"', b'{"a":1}\n'), (b'{"a"', b""), (b'{"a":1}\n', b'{"a":1}\n'), (b"", b"")):
        path.write_bytes(content)
        cut_torn_line(path)
        assert path.read_bytes() == left
