"""Jobs that are started and stopped again and again leave no thread and no open file. Hours of it: soak.py."""

import gc
import sys
import threading

import pytest

from gui.jobs.evaluation_jobs import show_model_job
from gui.jobs.jobs import ignore
from gui.jobs.screening_jobs import screen_job
from gui.jobs.training_jobs import train_job
from tests.faults.window_job import LONG

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="counts what /proc shows")


@pytest.mark.usefixtures("tiny_network")
def test_ten_starts_and_stops_leave_nothing_behind(qtbot, window, errors, dataset_folder, tmp_path):
    from tests.faults.soak import usage

    def cycle(number):
        def stop(event):
            if type(event).__name__ in {"Progressed", "BatchEnded"}:
                window.jobs.cancel()

        for job in (
            train_job(dataset_folder, LONG, tmp_path / f"run-{number}", False),
            screen_job(tmp_path / "nothing", tmp_path / "r.csv", None),
            show_model_job(None),
        ):
            with qtbot.waitSignal(window.jobs.ended, timeout=60_000):
                window.jobs.start(job, ignore, show_event=stop)
        gc.collect()
        return usage()

    first, *_, last = [cycle(number) for number in range(10)][2:]  # torch starts its own threads in the first
    assert all(after <= before for after, before in zip(last[:2], first[:2], strict=True)), (first, last)
    assert len(errors) == 10  # the folder that is not there, each time
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith(("screen", "decode"))]
