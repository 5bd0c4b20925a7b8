"""What a start costs."""

import json
import subprocess
import sys

import pytest

from core.system.app_folders import data_folder
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
