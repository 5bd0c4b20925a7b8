"""A training that is killed just after one of its writes, and resumed, ends like an unbroken one.

Many moments, and screenings: kill_at_random.py.
"""

import multiprocessing
import os
import signal
import threading
from dataclasses import replace

import pytest

from core.training import train
from tests.faults.program import digests, halves, outcome
from tests.given import QUICK, drained

RECIPE = replace(QUICK, epochs=0, frozen_epochs=1, name="head only")
MOMENTS = {  # flushes to the disk until then: two for each file that gets its name, one for a line of the log
    "choices written, nothing begun": 4,
    "a model, but no line in the log": 11,
    "a checkpoint without its name": 12,
    "test films counted, no figures": 17,
    "figures, but not in the model": 20,
}


def train_until(flushes, dataset, run_dir):
    """Train in a child that kills itself at its nth flush; resume where there is something to resume."""
    flush, left = os.fsync, [flushes]

    def counted(descriptor):
        flush(descriptor)
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)

    os.fsync = counted
    drained(train(dataset, RECIPE, run_dir, threading.Event()))


@pytest.fixture(scope="module")
def killer():
    """Processes that have loaded torch already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["core.training"])
    return context


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows kills otherwise")
def test_a_training_killed_at_a_write_is_resumed_to_the_same_end(dataset_folder, killer, tmp_path, cancel):
    before = digests(dataset_folder)
    drained(train(dataset_folder, RECIPE, tmp_path / "whole", cancel))
    whole = outcome(tmp_path / "whole")
    for name, flushes in MOMENTS.items():
        run_dir = tmp_path / name
        child = killer.Process(target=train_until, args=(flushes, dataset_folder, run_dir))
        child.start()
        child.join(100)
        assert child.exitcode == -signal.SIGKILL, name
        assert not halves(run_dir)
        drained(train(dataset_folder, RECIPE, run_dir, cancel, resume=True))
        assert outcome(run_dir) == whole, name
        assert sorted(path.name for path in run_dir.iterdir()) == sorted(
            path.name for path in (tmp_path / "whole").iterdir()
        )
    assert digests(dataset_folder) == before
