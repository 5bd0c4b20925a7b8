"""Two programs on one output: the second is refused in a sentence, and a program that was killed holds up nobody."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.screening.events import FilmAnswered, ScreeningStarted
from core.screening.screening import screen
from core.screening.watch_folder import watch
from core.system.errors import JobFailed, Reason
from core.system.file_locks import lock_output
from core.system.files import check_writable, temporary_prefix
from core.training.training import train
from core.training.training_data import FILMS_STORE
from tests.factories import QUICK, drained
from tests.faults.program import ROOT

HOLD = """
import sys, time
from pathlib import Path
from core.system.file_locks import lock_output
from core.system.files import temporary_prefix
with lock_output(Path(sys.argv[1])):
    print("locked", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def letters(tmp_path):
    folder = tmp_path / "letters"
    folder.mkdir()
    for number in range(40):
        (folder / f"letter-{number:03}.txt").write_text("no film")
    return folder


def test_a_second_screening_into_one_ledger_is_refused(told, letters, tmp_path, cancel):
    output = tmp_path / "r.csv"
    first = screen(letters, output, None, cancel)
    next(event for event in first if isinstance(event, FilmAnswered))
    for command in (
        ("screen", letters, "--output", output),
        ("screen", letters, "--output", output, "--resume"),
        ("screen", letters, "--output", output, "--watch"),
    ):
        status, said = told(*command)
        assert status == 1
        assert f"Another PneumoScreen is writing to {output}." in said
    _, result = drained(first)
    assert (result.completed, result.found, result.refused) == (True, 40, 40)
    assert len(output.read_text().splitlines()) == 41
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith((".r.csv", "r.csv.partial"))]


def test_two_screenings_beside_each_other_do_not_meet(letters, tmp_path, cancel):
    first, second = (screen(letters, letters / name, None, cancel) for name in ("one.csv", "two.csv"))
    next(event for event in first if isinstance(event, ScreeningStarted))
    _, result = drained(second)
    assert result.completed
    assert drained(first)[1].refused == 40


def test_a_folder_is_checked_while_other_outputs_in_it_are_locked(tmp_path):
    is_over = threading.Event()

    def lock_and_sweep():
        while not is_over.is_set():
            with lock_output(tmp_path / "recent.json"):
                pass

    with ThreadPoolExecutor(1) as pool:
        sweeping = pool.submit(lock_and_sweep)
        try:
            for _ in range(300):  # with a named probe, about one in five failed
                check_writable(tmp_path)
        finally:
            is_over.set()
        sweeping.result()


def test_a_second_training_into_one_folder_is_refused(told, dataset_folder, tmp_path, cancel, monkeypatch):
    first = train(dataset_folder, QUICK, tmp_path / "run", cancel)
    next(first)
    for more in ((), ("--resume",)):
        status, said = told("train", dataset_folder, "--output", tmp_path / "run", *more)
        assert (status, "Another PneumoScreen is writing to" in said) == (1, True)
    monkeypatch.setattr("core.system.file_locks.PATIENCE_S", 0)
    status, said = told("search", dataset_folder, "--output", tmp_path / "run", "--trials", "1")
    first.close()
    assert (status, "Another PneumoScreen is writing to" in said) == (1, True)


def test_a_watch_and_a_screening_exclude_each_other(letters, tmp_path, cancel):
    first = watch(letters, tmp_path / "r.csv", None, cancel, poll_seconds=0)
    next(event for event in first if isinstance(event, ScreeningStarted))
    with pytest.raises(JobFailed) as refused:
        drained(screen(letters, tmp_path / "r.csv", None, cancel))
    assert refused.value.reason is Reason.IN_USE
    cancel.set()
    drained(first)


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_the_lock_of_a_killed_program_is_free_and_what_it_left_is_swept_up(kind, tmp_path):
    output = tmp_path / "r.csv"
    if kind == "folder":
        output.mkdir()
    command = [sys.executable, "-c", HOLD, output]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as holder:
        assert holder.stdout.readline() == "locked\n"
        with pytest.raises(JobFailed, match="Another PneumoScreen"), lock_output(output):
            pass
        os.kill(holder.pid, signal.SIGKILL)
    left = output / FILMS_STORE if kind == "folder" else tmp_path / f"{temporary_prefix(output)}abc123.tmp"
    left.write_text("half")
    others = [folder / name for folder in {left.parent, tmp_path} for name in (".other.csv.abc123.tmp", ".r.csv.x.tmp")]
    for other in others:
        other.write_text("not ours")
    with lock_output(output):
        assert not left.exists()
    assert all(other.exists() for other in others)
    assert not list(tmp_path.rglob("*lock"))


def test_a_second_evaluation_into_one_folder_is_refused(told, dataset_folder, tmp_path):
    report = tmp_path / "report"
    report.mkdir()
    for command, name in (("evaluate", "metrics.json"), ("accept", "acceptance.json")):
        with lock_output(report / name):
            status, said = told(command, "bundled", dataset_folder, "--output", report)
        assert (status, f"{report / name}." in said and "Another PneumoScreen" in said) == (1, True)
    (report / ".somebody.else.tmp").write_text("kept")
    assert told("evaluate", "bundled", dataset_folder, "--output", report)[0] == 0
    assert (report / ".somebody.else.tmp").read_text() == "kept"
    assert not [path.name for path in report.iterdir() if path.name.endswith("lock")]
