"""Disks that are full or read-only: said in a sentence, before any work where that can be known, and nothing half."""

import subprocess
import sys
from dataclasses import replace

import pytest

from core.screening.reader_calls import Call, calls_path, load_calls, read_calls
from core.system.app_folders import data_folder
from core.system.errors import JobFailed
from tests.faults.program import INTERNAL, ROOT, digests, halves, ran, write_recipe


@pytest.fixture
def letters(tmp_path):
    """A folder of files that are no films: rows without work, more than a page of them."""
    folder = tmp_path / "letters"
    folder.mkdir()
    for number in range(150):
        (folder / f"letter-{number:03}.txt").write_text("no film")
    return folder


def test_a_ledger_that_filled_the_disk_goes_on_where_it_was(told, letters, disk, tmp_path):
    assert told("screen", letters, "--output", tmp_path / "whole.csv")[0] == 3
    before, output = digests(letters), disk.path / "r.csv"
    disk.fill(but_bytes=40960)
    status, said = told("screen", letters, "--output", output)
    assert (status, "disk is full" in said, "r.csv" in said) == (1, True, True)
    assert not output.exists()
    assert (disk.path / "r.csv.partial").stat().st_size > 4096  # not the first row, but one in the middle
    disk.free()
    assert told("screen", letters, "--output", output, "--resume")[0] == 3
    assert output.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert sorted(path.name for path in disk.path.iterdir()) == ["r.csv", "r.csv.state"]
    assert digests(letters) == before


def test_a_training_without_room_says_so_and_leaves_nothing_half(told, dataset_folder, disk, tmp_path):
    recipe = write_recipe(tmp_path / "recipe.json", epochs=1)
    status, said = told("train", dataset_folder, "--output", disk.path / "run", "--recipe", recipe)
    assert status == 1
    assert "disk is full" in said
    assert not halves(disk.path)
    assert not [path.name for path in disk.path.rglob("*") if path.suffix in {".tmp", ".safetensors", ".lock"}]


@pytest.mark.parametrize(
    "command",
    [
        "screen {films} --output {disk}/out/r.csv",
        "screen {films} --output {free}/r.csv --heatmaps {disk}/heat",
        "train {films} --output {disk}/run",
        "search {films} --output {disk}/search",
        "evaluate bundled {films} --output {disk}/figures",
        "accept bundled {films} --output {disk}/test",
        "audit {films} --json {disk}/audit.json",
        "card bundled --pdf {disk}/card.pdf",
    ],
)
def test_a_read_only_output_is_refused_before_any_work(told, command, dataset_folder, disk, tmp_path):
    before = digests(dataset_folder)
    disk.make_read_only()
    status, said = told(*command.format(films=dataset_folder, disk=disk.path, free=tmp_path / "free").split())
    assert status == 1
    assert str(disk.path) in said
    assert "cannot be written" in said
    assert len(said.strip().splitlines()) == 1  # nothing was begun
    assert digests(dataset_folder) == before
    assert not list(tmp_path.glob("free/*"))


def test_a_full_data_folder_is_said_before_an_acceptance_test(told, dataset_folder, disk, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(disk.path))
    disk.fill()
    for command in ("accept", "evaluate"):
        status, said = told(command, "bundled", dataset_folder, "--output", disk.path.parent / "out")
        assert status == 1
        assert str(data_folder()) in said
        assert len(said.strip().splitlines()) == 1
    status, said = told("operating-point", "bundled", "--wish", "best balance")
    assert status == 1
    assert str(data_folder()) in said


def test_an_unusable_cache_only_costs_time(told, dataset_folder, letters, disk, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(disk.path))
    disk.fill()
    status, said = told("audit", dataset_folder)
    assert status in {0, 3}
    assert "could not be cached for the next time" in said
    assert told("screen", letters, "--output", tmp_path / "r.csv")[0] == 3


def test_a_log_on_a_full_disk_ends_no_work(letters, disk, tmp_path):
    disk.fill()
    with (disk.path / "log").open("w") as log:
        command = [sys.executable, "main.py", "screen", letters, "--output", tmp_path / "r.csv"]
        done = subprocess.run(command, cwd=ROOT, stdout=log, timeout=100)
    assert done.returncode == 3
    assert len((tmp_path / "r.csv").read_bytes().splitlines()) == 151


def test_without_a_home_a_folder_is_screened_all_the_same(letters, tmp_path):
    nowhere = {"HOME": "/proc/none", "XDG_DATA_HOME": "", "XDG_CACHE_HOME": ""}
    status, said = ran(["screen", letters, "--output", tmp_path / "r.csv"], env=nowhere)
    assert status == 3
    assert not any(word in said for word in INTERNAL)


def test_a_readers_call_that_has_no_room_is_said(disk, tmp_path):

    output = disk.path / "r.csv"
    book = load_calls(output)
    call = Call("a.png", "PNEUMONIA", False, "seen twice, ", "2026-01-01T00:00:00+00:00")
    book.record(call)
    disk.fill()
    with pytest.raises(JobFailed, match="disk is full"):
        any(book.record(replace(call, file=f"film-{number}.png", note='a "note", long')) for number in range(200))
    kept = calls_path(output).read_bytes()
    assert kept.endswith(b"\n")
    disk.free()
    book.record(call)
    assert len(read_calls(calls_path(output))) == len(kept.splitlines())  # the header, and one call more
