"""A training that is killed just after one of its writes, and resumed, ends like an unbroken one.

Many moments, and screenings: kill_at_random.py.
"""

import os
import signal
import threading
from dataclasses import replace

import pytest

from core.training.training import train
from tests.factories import QUICK, drained
from tests.faults.program import digests, halves, outcome
from tests.tiny_network import use_tiny_network

RECIPE = replace(QUICK, epochs=1, name="one epoch")
# flushes to the disk until then: two for each file that gets its name, one for a line of the log
MOMENTS = [
    pytest.param(11, id="a model, but no line in the log"),
    pytest.param(4, id="choices written, nothing begun", marks=pytest.mark.slow),
    pytest.param(12, id="a checkpoint without its name", marks=pytest.mark.slow),
    pytest.param(17, id="test films counted, no figures", marks=pytest.mark.slow),
    pytest.param(20, id="figures, but not in the model", marks=pytest.mark.slow),
]


def train_until(flushes, dataset, run_dir):
    """Train in a child that kills itself at its nth flush; resume where there is something to resume."""
    use_tiny_network()
    flush, left = os.fsync, [flushes]

    def counted(descriptor):
        flush(descriptor)
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)

    os.fsync = counted
    drained(train(dataset, RECIPE, run_dir, threading.Event()))


@pytest.fixture(scope="module")
def whole(train_once):
    """The folder of an unbroken training, and that of its films."""
    run = train_once("unbroken-run", RECIPE) / RECIPE.name
    return run, run.parents[1] / "data"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows kills otherwise")
@pytest.mark.usefixtures("tiny_network")
@pytest.mark.parametrize("flushes", MOMENTS)
def test_a_training_killed_at_a_write_is_resumed_to_the_same_end(flushes, whole, forkserver, tmp_path, cancel):
    (whole, dataset), run_dir = whole, tmp_path / "killed"
    before = digests(dataset)
    child = forkserver.Process(target=train_until, args=(flushes, dataset, run_dir))
    child.start()
    child.join(100)
    assert child.exitcode == -signal.SIGKILL
    assert not halves(run_dir)
    drained(train(dataset, RECIPE, run_dir, cancel, resume=True))
    assert outcome(run_dir) == outcome(whole)
    assert sorted(path.name for path in run_dir.iterdir()) == sorted(path.name for path in whole.iterdir())
    assert digests(dataset) == before
