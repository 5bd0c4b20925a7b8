"""A second start, and locks that were left."""

import subprocess
import sys

import pytest

from gui.shell.single_instance import SingleInstance
from tests.factories import ROOT


@pytest.fixture
def first(tmp_path):
    instance = SingleInstance(tmp_path)
    assert instance.take()
    yield instance
    instance.release()


def test_a_second_start_hands_its_folder_to_the_first(first, tmp_path, qtbot):
    code = (
        "import sys; from pathlib import Path; from PySide6.QtCore import QCoreApplication\n"
        "from gui.shell.single_instance import SingleInstance\n"
        "application = QCoreApplication([]); second = SingleInstance(Path(sys.argv[1]))\n"
        "assert not second.take(); sys.exit(0 if second.hand_over(Path('films')) else 1)"
    )
    with qtbot.waitSignal(first.asked, timeout=20_000) as asked:
        start = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT)
    assert asked.args == [ROOT / "films"]
    assert start.wait(20) == 0


def test_a_request_of_another_kind_is_left_alone(first, tmp_path, qtbot):
    odd = tmp_path / "requests" / "odd.json"
    with qtbot.waitSignal(first._watcher.directoryChanged):
        odd.write_text("[1")
    assert odd.exists()


def test_where_nothing_can_be_written_every_start_is_the_first(tmp_path):
    (tmp_path / "file").write_text("no folder")
    assert SingleInstance(tmp_path / "file").take()


def test_a_lock_left_by_a_killed_start_does_not_hold(tmp_path):
    code = (
        "import os, signal, sys; from pathlib import Path; from gui.shell.single_instance import SingleInstance\n"
        "held = SingleInstance(Path(sys.argv[1])); assert held.take(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT)
    assert killed.returncode != 0
    assert (tmp_path / "window.lock").exists()
    assert SingleInstance(tmp_path).take()
