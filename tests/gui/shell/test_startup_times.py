"""What a start costs."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMainWindow, QTabWidget, QWidget

from core.models.events import SelfTestResult
from core.system.app_folders import data_folder
from core.system.errors import JobFailed, Reason
from gui.jobs.jobs import Jobs
from gui.shell import startup_times
from gui.shell.startup_times import StartTimes, read_memory_mb
from tests.factories import ROOT
from tests.gui.fake_jobs import ending_with


@pytest.mark.slow
def test_a_start_can_be_measured():
    done = subprocess.run(
        [sys.executable, "main.py", "--measure-start"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    times = json.loads(done.stdout)
    assert times["painted"] <= times["model_ready"]
    assert not (data_folder() / "window.lock").exists()


def test_memory_is_the_most_that_this_process_has_used():
    code = (
        "from gui.shell.startup_times import read_memory_mb\n"
        "before, ballast = read_memory_mb(), bytearray(80_000_000)\n"
        "ballast[::4096] = b'x' * len(ballast[::4096])\n"
        "assert before + 70 < read_memory_mb() < before + 120, (before, read_memory_mb())"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_one_start_is_a_line_of_times_in_their_order(own_settings, qtbot, capsys):
    times = StartTimes(splash_painted=0.0)
    qtbot.addWidget(times.window)
    times.start()
    qtbot.waitUntil(lambda: not times.window.isVisible(), timeout=60_000)
    told = json.loads(capsys.readouterr().out)
    assert told["splash"] < told["painted"] < told["model_ready"]
    assert told["splash"] < told["answering"] < told["model_ready"]
    assert (
        min(told["idle_mb"], told["with_model_mb"]) > 0
    )  # of a process with other tests behind it: either may be larger
    assert told["words"][0] == "Dataset"


class SmallWindow(QMainWindow):
    """What is used of the main window."""

    def __init__(self):
        super().__init__()
        self.tabs, self.jobs = QTabWidget(), Jobs(self)
        self.tabs.addTab(QWidget(), "Dataset")
        self.setCentralWidget(self.tabs)


def broken(_cancel):
    raise JobFailed(Reason.MODEL_INVALID, "The model is damaged.")
    yield


@pytest.mark.parametrize(
    ("job", "is_ready"), [(ending_with(SelfTestResult("resnet", (), (), 0.1)), True), (broken, False)]
)
def test_one_line_of_json_is_printed_and_the_window_closed(qtbot, monkeypatch, capsys, job, is_ready):
    monkeypatch.setattr(startup_times, "MainWindow", SmallWindow)
    monkeypatch.setattr(startup_times, "self_test_job", lambda: job)
    times = StartTimes(time.monotonic())
    qtbot.addWidget(times.window)
    with qtbot.waitSignal(times.window.jobs.ended):
        times.start()
    assert not times.window.isVisible()
    (line,) = capsys.readouterr().out.splitlines()
    printed = json.loads(line)
    assert printed["words"] == ["Dataset", "Cancel"]
    assert printed["splash"] <= printed["answering"]
    assert printed["splash"] <= printed["painted"]
    if is_ready:
        assert printed["answering"] <= printed["model_ready"]
    else:
        assert printed["model_ready"] is None
    assert 20 < printed["idle_mb"] <= printed["with_model_mb"] + 100


def test_the_memory_is_unknown_on_systems_that_do_not_tell_it(monkeypatch):
    def fail(_path):
        raise FileNotFoundError

    assert 20 < read_memory_mb() < 20_000
    monkeypatch.setattr(Path, "read_text", fail)
    assert read_memory_mb() is None
