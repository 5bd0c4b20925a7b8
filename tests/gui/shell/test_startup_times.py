"""What a start costs."""

import json
import subprocess
import sys

import pytest

from core.system.app_folders import data_folder
from gui.shell.startup_times import StartTimes
from tests.factories import ROOT


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
    assert 0 < told["idle_mb"] <= told["with_model_mb"]
    assert told["words"][0] == "Dataset"
