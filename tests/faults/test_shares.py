"""A share that goes away and comes back, and films that change while they are screened: no result is lost."""

import errno
from pathlib import Path

import pytest

from core.screening import folder_listing
from core.screening.events import FilmAnswered, ScreeningStarted, Status
from core.screening.screening import screen
from tests.factories import drained


@pytest.fixture
def letters(tmp_path):
    folder = tmp_path / "share"
    for place in ("a", "b"):
        (folder / place).mkdir(parents=True)
        for number in range(20):
            (folder / place / f"letter-{number:03}.txt").write_text("no film")
    return folder


def test_a_share_that_goes_and_comes_back_ends_as_if_it_had_stayed(told, letters, tmp_path, cancel):
    whole, output, away = tmp_path / "whole.csv", tmp_path / "r.csv", tmp_path / "away"
    assert told("screen", letters, "--output", whole)[0] == 3
    job = screen(letters, output, None, cancel)
    seen = 0
    for event in job:
        seen += isinstance(event, FilmAnswered)
        if seen == 3:
            letters.rename(away)
            break
    _, result = drained(job)
    assert (result.found, len(result.rows)) == (40, 40)  # each once, whatever became of it
    assert {row.reason for row in result.rows if row.status is Status.FAILED} == {"missing"}
    before = output.read_bytes()

    status, said = told("screen", letters, "--output", output, "--retry-failed")
    assert (status, "is not a folder" in said) == (1, True)
    letters.mkdir()  # the empty place where a share is mounted
    for way in ("--retry-failed", "--resume"):
        status, said = told("screen", letters, "--output", output, way)
        assert (status, "Is its share connected?" in said) == (1, True)
    assert output.read_bytes() == before
    letters.rmdir()
    away.rename(letters)
    assert told("screen", letters, "--output", output, "--retry-failed")[0] == 3
    assert output.read_bytes() == whole.read_bytes()


def test_a_folder_that_cannot_be_listed_for_a_while_keeps_its_rows(told, letters, tmp_path, monkeypatch):
    output = tmp_path / "r.csv"
    assert told("screen", letters, "--output", output)[0] == 3
    whole = output.read_bytes()
    walk = folder_listing.walk_folders

    def walk_without_b(folder, on_error):
        for parent, folders, names in walk(folder, on_error):
            if Path(parent).name == "b":
                on_error(OSError(errno.EIO, "Input/output error", parent))
            else:
                yield parent, folders, names

    monkeypatch.setattr(folder_listing, "walk_folders", walk_without_b)
    assert told("screen", letters, "--output", output, "--resume")[0] == 3
    rows = output.read_text().splitlines()
    assert len(rows) == 42
    assert sum(row.startswith("b,failed,read_error") for row in rows) == 1
    monkeypatch.undo()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "app-data"))
    assert told("screen", letters, "--output", output, "--resume")[0] == 3
    assert output.read_bytes() == whole


@pytest.mark.parametrize("code", [errno.EIO, errno.EACCES, errno.ESTALE])
def test_a_file_that_may_not_even_be_looked_at_is_a_row(told, letters, tmp_path, monkeypatch, code):
    stat = Path.stat

    def sometimes(path, **options):
        if path.name == "letter-007.txt":
            raise OSError(code, "the share is away", str(path))
        return stat(path, **options)

    monkeypatch.setattr(Path, "stat", sometimes)
    assert told("screen", letters, "--output", tmp_path / "r.csv")[0] == 3
    rows = (tmp_path / "r.csv").read_text().splitlines()
    assert len(rows) == 41
    assert sum(",failed," in row for row in rows) == 2


def test_films_removed_replaced_or_half_written_while_screened_have_one_row_each(letters, tmp_path, cancel):
    job = screen(letters, tmp_path / "r.csv", None, cancel)
    next(event for event in job if isinstance(event, ScreeningStarted))
    (letters / "a" / "letter-010.txt").unlink()
    (letters / "a" / "letter-011.txt").write_bytes(b"")
    (letters / "b" / "letter-010.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x02\x00\x00\x00")
    (letters / "b" / "letter-011.txt").unlink()
    (letters / "b" / "letter-011.txt").mkdir()
    (letters / "b" / "new.txt").write_text("came later")
    _, result = drained(job)
    rows = {row.file: (row.status, row.reason) for row in result.rows}
    assert len(rows) == len(result.rows) == result.found == 40
    assert rows["a/letter-010.txt"] == (Status.FAILED, "missing")
    assert rows["a/letter-011.txt"] == (Status.REFUSED, "empty_file")
    assert rows["b/letter-010.txt"][0] is Status.FAILED
    assert rows["b/letter-011.txt"] == (Status.REFUSED, "not_an_image")
