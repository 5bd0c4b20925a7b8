"""Widgets are destroyed on the window's thread alone."""

import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QObject, Qt

from gui.shell.garbage_collection import COLLECT_MILLISECONDS, GarbageCollector


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
    with qtbot.waitSignal(window.jobs.ended):
        window.jobs.start(job, lambda _event: None)
    assert destroyed_on == [threading.main_thread()] * 3


NEVER = 1_000_000


class Cycle:
    def __init__(self):
        self.itself = self


@pytest.fixture
def collector(qapp):
    """A collector with thresholds that nothing reaches, and nothing young to collect."""
    thresholds = gc.get_threshold()
    gc.enable()
    collector = GarbageCollector()
    gc.set_threshold(NEVER, NEVER, NEVER)
    gc.collect(1)
    yield collector
    collector.stop()
    gc.set_threshold(*thresholds)


def test_the_automatic_collection_is_replaced_by_a_timer(collector):
    assert not gc.isenabled()
    assert collector.isActive()
    assert collector.interval() == COLLECT_MILLISECONDS


def test_the_timer_collects_when_a_threshold_is_exceeded(qtbot, collector):
    gone = weakref.ref(Cycle())
    collector.collect_due()
    assert gone() is not None
    gc.set_threshold(1, NEVER, NEVER)
    collector.setInterval(1)
    with qtbot.waitSignal(collector.timeout):
        pass
    assert gone() is None


def test_an_old_generation_is_collected_only_when_it_is_due(collector):
    old = Cycle()
    gc.collect(1)  # it survives into the oldest generation
    gone = weakref.ref(old)
    del old
    gc.set_threshold(1, NEVER, NEVER)
    young = weakref.ref(Cycle())
    collector.collect_due()
    assert young() is None
    assert gone() is not None
    gc.set_threshold(1, NEVER, 0)
    collector.collect_due()
    assert gone() is None


def test_after_a_job_everything_is_collected(collector):
    old = Cycle()
    gc.collect(1)
    gone = weakref.ref(old)
    del old
    collector.collect_all()
    assert gone() is None
