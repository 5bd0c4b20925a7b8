"""The demo without a window."""

from pathlib import Path

from command_line.demo import run_demo
from core.system.exit_status import INTERRUPTED


def test_a_demo_that_is_interrupted_trains_nothing(fake, cancel):
    calls = fake("core.training.training.train", None)
    cancel.set()
    fake("core.datasets.demo.make_demo", Path("d"))
    assert run_demo(cancel) == INTERRUPTED
    assert calls == []
