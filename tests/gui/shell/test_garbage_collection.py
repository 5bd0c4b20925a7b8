"""Widgets are destroyed on the window's thread alone."""

import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QObject, Qt

from gui.shell.garbage_collection import GarbageCollector


def test_no_widget_is_destroyed_on_a_worker(qtbot, request):
    destroyed_on = []
    gc.enable()  # as a program is that has no window yet
    window = request.getfixturevalue("window")

    def note():
        destroyed_on.append(threading.current_thread())

    class InCycle(QObject):
        def __init__(self):
            super().__init__()
            self.itself = self
            self.destroyed.connect(note, Qt.ConnectionType.DirectConnection)

    def job(_cancel):
        yield "begun"
        cycles = [[] for _ in range(200_000)]  # young collections and a full one would be due many times
        for cycle in cycles:
            cycle.append(cycle)
        del cycles
        yield "made"

    made = [InCycle() for _ in range(3)]
    del made
    with qtbot.waitSignal(window.job_shown):
        window.jobs.start(job, lambda _event: None)
    assert destroyed_on == [threading.main_thread()] * 3


class Cycle:
    def __init__(self):
        self.itself = self


@pytest.fixture
def collector(qapp):
    thresholds = gc.get_threshold()
    gc.enable()
    made = GarbageCollector()
    yield made
    made.stop()
    gc.set_threshold(*thresholds)


def test_python_collects_no_more_by_itself(collector):
    assert not gc.isenabled()
    assert collector.isActive()


def test_what_is_due_is_collected_and_nothing_before(collector):
    gc.collect()
    gc.set_threshold(1000, 10, 10)
    dead = weakref.ref(Cycle())
    collector.collect_due()
    assert dead() is not None
    kept = [Cycle() for _ in range(1100)]
    del kept
    collector.collect_due()
    assert dead() is None


def test_old_cycles_go_when_everything_is_collected(collector):
    old = Cycle()
    gc.collect()  # which makes it old
    dead = weakref.ref(old)
    del old
    gc.collect(0)
    assert dead() is not None
    collector.collect_all()
    assert dead() is None
