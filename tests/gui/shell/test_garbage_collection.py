"""Widgets are destroyed on the window's thread alone."""

import gc
import threading

from PySide6.QtCore import QObject, Qt


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
