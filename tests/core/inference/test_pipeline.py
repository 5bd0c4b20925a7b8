"""Chunks are worked on beside each other: each once, in order, a few at a time."""

import threading
import time

import pytest

from core.inference.pipeline import AHEAD, CHUNK, MOST_THREADS, process_in_chunks


def flat(chunks):
    return [item for chunk in chunks for item in chunk]


@pytest.mark.parametrize("count", [0, 1, 2, 5, 71, 400])
def test_each_item_comes_once_and_in_order(cancel, count):
    chunks = list(process_in_chunks(range(count), list, cancel))
    assert flat(chunks) == list(range(count))
    assert max(map(len, chunks), default=0) <= CHUNK


def test_chunks_are_small_at_first_and_towards_the_end(cancel):
    sizes = [len(chunk) for chunk in process_in_chunks(range(1000), list, cancel)]
    assert sizes[0] <= 2
    assert max(sizes) == CHUNK
    assert sizes[-1] == 1


@pytest.mark.parametrize("after", [0, 2, 30])
def test_cancel_ends_it_soon(cancel, after):
    begun = []

    def work(chunk):
        begun.extend(chunk)
        return list(chunk)

    if after == 0:
        cancel.set()
    answers = []
    for chunk in process_in_chunks(range(50_000), work, cancel):
        answers += chunk
        if len(answers) >= after:
            cancel.set()
    assert answers == list(range(len(answers)))
    assert len(answers) < after + CHUNK
    assert len(begun) <= len(answers) + (AHEAD + 1) * MOST_THREADS * CHUNK


def test_only_a_few_chunks_are_in_memory(cancel):
    begun, lock = [], threading.Lock()

    def work(chunk):
        with lock:
            begun.extend(chunk)
        return list(chunk)

    job = process_in_chunks(range(50_000), work, cancel)
    taken = 0
    for _ in range(20):
        taken += len(next(job))
        assert len(begun) <= taken + (AHEAD + 1) * MOST_THREADS * CHUNK
    job.close()
    done = len(begun)
    time.sleep(0.05)
    assert len(begun) == done  # nothing goes on behind our back
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("decode")]


@pytest.mark.parametrize("bad", [1, 40])
def test_an_error_ends_it(cancel, bad):
    def work(chunk):
        if bad in chunk:
            raise ZeroDivisionError
        return list(chunk)

    with pytest.raises(ZeroDivisionError):
        list(process_in_chunks(range(500), work, cancel))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("decode")]
