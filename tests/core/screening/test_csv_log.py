"""Files to which lines are only appended, as calls, films seen and answers in an outbox have them."""

import pytest

from core.screening.csv_log import begin_csv_log, read_csv_log
from core.system.errors import JobFailed
from core.system.files import append_flushed
from core.system.outputs import csv_kind

COLUMNS = ("film", "at")
KIND = csv_kind(lambda cells: tuple(cells) == COLUMNS)


def test_what_was_appended_is_read_but_for_a_torn_line(tmp_path):
    log = tmp_path / "log.csv"
    assert read_csv_log(log, COLUMNS) == []
    for line in ("a,1\n", "b,2\n"):
        begin_csv_log(log, COLUMNS, KIND)
        append_flushed(log, line)
    log.write_text(log.read_text() + "c,")
    assert read_csv_log(log, COLUMNS) == [["a", "1"], ["b", "2"]]
    assert log.stat().st_mode & 0o077 == 0


def test_a_file_of_somebody_else_is_neither_read_nor_begun(tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("other,columns\n1,2\n")
    with pytest.raises(ValueError, match=r"log\.csv"):
        read_csv_log(log, COLUMNS)
    with pytest.raises(JobFailed):
        begin_csv_log(log, COLUMNS, KIND)
    assert log.read_text() == "other,columns\n1,2\n"
