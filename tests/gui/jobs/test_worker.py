"""The worker: events in order, then exactly one end."""

import subprocess
import sys
import threading

import pytest

from core.system.errors import JobFailed, Reason
from gui.jobs.worker import Worker

EMITS = """
from PySide6.QtCore import QCoreApplication, QObject, Signal
class Source(QObject):
    arrived = Signal(object)
application, source = QCoreApplication([]), Source()
for number in range(5000):
    source.arrived.emit(number)
print("alive")
"""


def test_qt_survives_thousands_of_signals():
    done = subprocess.run([sys.executable, "-c", EMITS], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "alive"


def test_events_come_in_order_and_the_result_last(qtbot):
    def job(_cancel):
        yield from range(200)
        return "end"

    seen = []
    worker = Worker(job)
    worker.event_arrived.connect(seen.append)
    with qtbot.waitSignal(worker.succeeded) as ended:
        worker.start()
    assert seen == list(range(200))
    assert ended.args == ["end"]
    assert worker.isFinished()


@pytest.mark.parametrize(
    ("error", "word", "is_fault"),
    [
        (RuntimeError("x"), "RuntimeError", True),
        (SystemExit(1), "SystemExit", True),
        (MemoryError(), "ran out of memory", False),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "ran out of memory", False),
        (PermissionError(13, "Permission denied", "films.csv"), "films.csv cannot be used", False),
    ],
)
@pytest.mark.parametrize("events", [0, 2])
def test_every_exception_arrives(qtbot, error, word, is_fault, events):
    def job(_cancel):
        yield from range(events)
        raise error

    worker = Worker(job)
    with qtbot.waitSignal(worker.failed) as ended:
        worker.start()
    assert word in ended.args[0].sentence
    assert ("Traceback" in ended.args[0].traceback) is is_fault


def test_a_sentence_for_people_arrives_unchanged(qtbot):
    def job(_cancel):
        raise JobFailed(Reason.DISK_FULL, "The disk is full.")
        yield

    worker = Worker(job)
    with qtbot.waitSignal(worker.failed) as ended:
        worker.start()
    assert ended.args[0].sentence == "The disk is full."


def test_a_paused_job_can_be_cancelled(qtbot):
    paused = threading.Event()
    seen = []

    def job(cancel):
        yield 0
        assert paused.wait(30)  # nothing may be under way to this thread while it pauses
        while not cancel.is_set():
            yield 1
        return "stopped"

    worker = Worker(job)
    worker.event_arrived.connect(seen.append)
    with qtbot.waitSignal(worker.event_arrived):
        worker.start()
    worker.pause(True)
    paused.set()
    with qtbot.waitSignal(worker.succeeded) as ended:
        worker.cancel()
    assert ended.args == ["stopped"]
    assert seen in ([0], [0, 1])  # one event at most was already on its way
