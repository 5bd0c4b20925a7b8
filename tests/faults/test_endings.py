"""Closing, Ctrl-C and SIGTERM while there is work: a clean end, finished work kept, the status of the contract.

Every kind of job, in processes of its own: end_jobs.py.
"""

import os
import signal
import subprocess
import sys

import pytest

import main
from command_line import console
from core.datasets.preparation import AS_IT_IS
from core.screening.results_csv import partial_path
from core.system.exit_status import DONE, INTERRUPTED
from gui.jobs.dataset_jobs import demo_job
from gui.jobs.jobs import JobState, ignore
from gui.jobs.screening_jobs import screen_job, watch_job
from gui.jobs.training_jobs import find_rate_job, search_job, train_job
from gui.shell.quit_signals import QuitSignals
from tests.factories import write_phantoms
from tests.faults.program import INTERNAL, ROOT, write_recipe
from tests.faults.window_job import LONG

POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows has no such signals")


@pytest.fixture
def letters(tmp_path):
    folder = tmp_path / "films"
    folder.mkdir()
    for number in range(40):
        (folder / f"letter-{number:03}.txt").write_text("no film")
    return folder


WAYS = [("train", "close"), ("rate", "end"), ("search", "end"), ("watch", "close"), ("demo", "end")]


@pytest.mark.parametrize(("kind", "way"), WAYS)
def test_a_window_ended_in_a_job_closes_when_it_has_stopped(
    qtbot, window, errors, letters, tmp_path, request, kind, way
):
    if kind != "watch":  # which asks the bundled model
        request.getfixturevalue("tiny_network")
    dataset = write_phantoms(tmp_path / "dataset")
    output = tmp_path / "out"
    job = {
        "train": lambda: train_job(dataset, LONG, output / "run", False),
        "rate": lambda: find_rate_job(dataset, LONG, AS_IT_IS),
        "search": lambda: search_job(dataset, LONG, output / "search", 3600, AS_IT_IS),
        "watch": lambda: watch_job(letters, output / "r.csv", None),
        "demo": lambda: demo_job(output),
    }[kind]()
    seen = []
    window.jobs.start(job, ignore, show_event=seen.append)
    qtbot.waitUntil(lambda: len(seen) > 0, timeout=20_000)
    getattr(window, way)()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=30_000)
    assert window.jobs.state is JobState.IDLE
    assert not errors
    left = {path.name for path in output.rglob("*") if path.name.endswith((".tmp", "lock"))}
    assert left <= ({".pneumoscreen-lock"} if kind == "search" else set())  # others may wait for that of a search


def test_what_a_screening_had_done_when_its_window_closed_is_kept(qtbot, window, letters, tmp_path):
    output = tmp_path / "r.csv"
    paused = []

    def pause_at_the_third(event):
        if type(event).__name__ == "FilmAnswered":
            paused.append(event.row.file)
            if len(paused) == 3:
                window.end()

    window.jobs.start(screen_job(letters, output, None), ignore, show_event=pause_at_the_third)
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=30_000)
    kept = output if output.exists() else partial_path(output)
    assert len(kept.read_text().splitlines()) >= 4
    assert main.main(["screen", str(letters), "--output", str(output), "--resume"]) == 3
    assert len(output.read_text().splitlines()) == 41


@POSIX
def test_signals_reach_the_window(qtbot):
    signals = QuitSignals()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with qtbot.waitSignal(signals.wanted):
            os.kill(os.getpid(), number)
    signals.close()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@POSIX
def test_a_window_that_watches_ends_by_the_contract(letters, tmp_path):
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path / "config")}
    command = [sys.executable, "tests/faults/window_job.py", "watch", tmp_path]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) as process:
        assert process.stdout.readline() == "running\n"
        process.terminate()
        out, err = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED
    assert not any(word in out + err for word in INTERNAL)
    assert (tmp_path / "out" / "r.csv").exists()  # a watch that is ended is complete
    assert not list((tmp_path / "out").glob("*.partial"))


@pytest.fixture
def heeds_ctrl_c():
    """A shell that starts something in the background lets it ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@POSIX
@pytest.mark.usefixtures("tiny_network", "heeds_ctrl_c")
@pytest.mark.parametrize("first_event", ["CheckingFilms", "EpochEnded"])
def test_ctrl_c_in_a_training_is_resumable_whenever_it_comes(
    first_event, dataset_folder, tmp_path, monkeypatch, capsys
):
    recipe = write_recipe(tmp_path / "recipe.json", epochs=2)
    command = ["train", dataset_folder, "--output", tmp_path / "run", "--recipe", recipe]
    show = console.print_event

    def interrupt(event, recipe):
        show(event, recipe)
        if type(event).__name__ == first_event or first_event == "CheckingFilms":
            monkeypatch.setattr(console, "print_event", show)
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(console, "print_event", interrupt)
    assert main.main([str(part) for part in command]) == INTERRUPTED
    assert "stopping after this batch" in "".join(capsys.readouterr())
    assert main.main([str(part) for part in (*command, "--resume")]) == DONE
