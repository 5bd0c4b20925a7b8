"""Work on threads: results in order, a few items ahead, errors kept for who asks."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.jobs import thread_map
from core.jobs.thread_map import map_in_order


@pytest.fixture(autouse=True)
def two_threads(monkeypatch):
    monkeypatch.setattr(thread_map.os, "cpu_count", lambda: 2)


def test_results_keep_the_order_of_the_items_whichever_is_finished_first():
    second_is_done = threading.Event()

    def work(item):
        if item == 0:
            assert second_is_done.wait(30)
        if item == 1:
            second_is_done.set()
        return item * item

    assert [(item, future.result()) for item, future in map_in_order(work, range(50))] == [
        (item, item * item) for item in range(50)
    ]


def test_an_error_is_kept_for_its_item_and_ends_no_other():
    found = {item: future.exception() for item, future in map_in_order(lambda item: 1 // item, [1, 0, 2])}
    assert {item: type(error) for item, error in found.items()} == {1: type(None), 0: ZeroDivisionError, 2: type(None)}


def test_only_eight_items_a_thread_are_taken_ahead():
    taken = []
    job = map_in_order(lambda item: item, (taken.append(number) or number for number in itertools.count()))
    for number in range(1, 30):
        next(job)
        assert len(taken) <= number + 16
    job.close()
    assert len(taken) < 50


def test_closing_cancels_what_has_not_begun(monkeypatch):
    begun, may_end = [], threading.Event()

    class Pool(ThreadPoolExecutor):
        """Lets the work end only when the pool is left, after the cancelling."""

        def __exit__(self, *error):
            may_end.set()
            return super().__exit__(*error)

    def work(item):
        begun.append(item)
        if item > 0:
            assert may_end.wait(30)

    monkeypatch.setattr(thread_map, "ThreadPoolExecutor", Pool)
    job = map_in_order(work, range(1000))
    next(job)
    job.close()
    assert len(begun) <= 3  # the first, and one on each of two threads
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("decode")]
