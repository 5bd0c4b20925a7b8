"""Short work beside the one job: in order, each result to who asked."""

import threading

import pytest

from core.system.errors import JobFailed, Reason
from gui.jobs.background import Background


@pytest.fixture
def background(qapp):
    made = Background("test")
    yield made
    made.close()


@pytest.fixture
def rereading(qapp):
    made = Background("test", only_last=True)
    yield made
    made.close()


def wait_for(qtbot, shown, count):
    qtbot.waitUntil(lambda: len(shown) == count)


def test_results_come_in_order_to_who_asked_on_the_windows_thread(qtbot, background):
    shown = []

    def show(result):
        shown.append((result, threading.current_thread() is threading.main_thread()))

    for number in range(3):
        background.run(lambda number=number: number, show)
    wait_for(qtbot, shown, 3)
    assert shown == [(0, True), (1, True), (2, True)]


def test_a_task_runs_on_another_thread(qtbot, background):
    shown = []
    background.run(threading.current_thread, shown.append)
    wait_for(qtbot, shown, 1)
    assert shown[0] is not threading.main_thread()


def test_a_failure_is_told_and_the_next_task_runs(qtbot, background):
    def fail():
        raise JobFailed(Reason.DATASET_INVALID, "The folder is gone.")

    errors, shown = [], []
    background.failed.connect(errors.append)
    background.run(fail, shown.append)
    background.run(lambda: "next", shown.append)
    wait_for(qtbot, shown, 1)
    assert [error.sentence for error in errors] == ["The folder is gone."]
    assert shown == ["next"]


def test_a_fault_of_the_program_has_its_traceback(qtbot, background):
    with qtbot.waitSignal(background.failed) as failed:
        background.run(lambda: 1 / 0)
    assert "ZeroDivisionError" in failed.args[0].traceback


def test_of_one_list_that_is_read_again_only_the_last_is_shown(qtbot, rereading):
    may_end, shown = threading.Event(), []
    rereading.run(lambda: may_end.wait(10) and "first", shown.append)
    rereading.run(lambda: pytest.fail("it is overtaken before it begins"), shown.append)
    rereading.run(lambda: "last", shown.append)
    may_end.set()
    wait_for(qtbot, shown, 1)
    assert shown == ["last"]


def test_nothing_is_shown_after_closing(qtbot, background):
    started, may_end, shown = threading.Event(), threading.Event(), []

    def work():
        started.set()
        may_end.wait(5)
        return 1

    background.run(work, shown.append)
    background.run(lambda: 2, shown.append)
    started.wait(5)
    may_end.set()
    background.close()
    background.run(lambda: 3, shown.append)
    other, ended = Background("after"), []  # its signal is queued behind those of the closed one
    other.run(lambda: None, ended.append)
    wait_for(qtbot, ended, 1)
    other.close()
    assert shown == []
