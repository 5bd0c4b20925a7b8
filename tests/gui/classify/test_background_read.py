"""Small files are read beside the window."""

import logging
import threading

import pytest

from gui.classify.background_read import BackgroundRead


@pytest.fixture
def reading(qapp):
    return BackgroundRead()


def test_a_read_runs_on_another_thread(reading, qtbot):
    with qtbot.waitSignal(reading.done) as done:
        reading.start(threading.current_thread)
    assert done.args[0] is not threading.current_thread()


def test_only_the_last_read_counts(reading, qtbot):
    may_end, results = threading.Event(), []
    reading.done.connect(results.append)
    reading.start(lambda: may_end.wait(10) and "first")
    reading.start(lambda: pytest.fail("it is overtaken before it begins"))
    with qtbot.waitSignal(reading.done):
        reading.start(lambda: "last")
        may_end.set()
    assert results == ["last"]


def test_a_fault_is_logged_without_its_words_and_the_next_read_goes_on(reading, qtbot, caplog):
    def fail():
        raise ValueError("Doe^Jane")

    with caplog.at_level(logging.ERROR), qtbot.waitSignal(reading.done) as done:
        reading.start(fail)
        qtbot.waitUntil(lambda: bool(caplog.records))
        reading.start(lambda: 1)
    assert done.args == [1]
    assert caplog.messages == ["a file could not be read: ValueError"]
