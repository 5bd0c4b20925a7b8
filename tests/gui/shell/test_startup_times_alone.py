"""The start-up times, measured on a window with one empty tab."""

import json
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMainWindow, QTabWidget, QWidget

from core.models.events import SelfTestResult
from core.system.errors import JobFailed, Reason
from gui.jobs.jobs import Jobs
from gui.shell import startup_times
from gui.shell.startup_times import StartTimes, read_memory_mb
from tests.gui.fake_jobs import ending_with


class SmallWindow(QMainWindow):
    """What is used of the main window."""

    job_shown = Signal(object)

    def __init__(self):
        super().__init__()
        self.tabs, self.jobs = QTabWidget(), Jobs(self)
        self.tabs.addTab(QWidget(), "Dataset")
        self.setCentralWidget(self.tabs)
        self.jobs.succeeded.connect(self.job_shown)
        self.jobs.failed.connect(self.job_shown)


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
    with qtbot.waitSignal(times.window.job_shown):
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
