"""A slice of the fault matrix; tests/faults/matrix.py tries the whole."""

import subprocess
import sys

import pytest

from tests.factories import ROOT
from tests.faults.doors import DOORS
from tests.faults.matrix import FAULTS, RIGHT

SLICE = ("card", "screen")


@pytest.mark.skipif(sys.platform != "linux", reason="attempts are forked")
@pytest.mark.timeout(300)
def test_two_doors_withstand_every_fault():
    command = [sys.executable, "-m", "tests.faults.matrix", "--moments", "2", "--doors", *SLICE]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert done.stdout.count("\n| ") == 1 + len(SLICE)
    assert "WRONG" not in done.stdout
    assert done.stdout.rstrip().endswith(" attempts, 0 wrong")


def test_the_matrix_says_what_is_right_in_every_column():
    assert set(FAULTS) == set(RIGHT)
    assert {"audit", "train", "search", "evaluate", "accept", "turn", "screen --watch", "read"} <= {
        door.name for door in DOORS
    }
