"""Films are read and scored beside each other: each once, in order, a few at a time."""

import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from core.inference import pipeline
from core.inference.pipeline import score_films
from core.inference.scorer import Scorer
from core.system.errors import FilmUnreadable, Reason
from tests.core.inference.networks import FILMS


def unsettled(model):
    """A scorer that stays as it is."""
    scorer = Scorer(model)
    scorer.is_settled = True
    return scorer


def read(number):
    if number % 7 == 3:
        raise FilmUnreadable(Reason.DAMAGED, "It is damaged.")
    return FILMS[number % 6]


def test_each_item_comes_once_and_in_order(model, cancel):
    threads, items = torch.get_num_threads(), list(range(71))
    scorer = Scorer(model)
    answers = list(score_films(items, read, scorer, cancel))
    assert scorer.is_settled
    assert [answer.item for answer in answers] == items
    expected = model.logits(FILMS)
    for answer in answers:
        if answer.item % 7 == 3:
            assert isinstance(answer.film, FilmUnreadable)
            assert answer.logits is answer.features is None
        else:
            assert (answer.film == FILMS[answer.item % 6]).all()
            assert answer.logits == pytest.approx(expected[answer.item % 6], abs=0.04)
            assert answer.features.shape == (512,)
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize("count", [0, 1, 4, 5])
def test_few_items(model, cancel, count):
    scorer = Scorer(model)
    assert [answer.item for answer in score_films(range(count), read, scorer, cancel)] == list(range(count))
    assert not scorer.is_settled


def test_nothing_readable(model, cancel):
    def refuse(path):
        raise FilmUnreadable(Reason.EMPTY_FILE, "Empty.")

    answers = list(score_films([Path("a")] * 80, refuse, Scorer(model), cancel))
    assert len(answers) == 80
    assert all(answer.logits is None for answer in answers)


@pytest.mark.parametrize("after", [0, 2, 30])
def test_cancel_ends_it_soon(model, cancel, after):
    begun = []

    def noted(number):
        begun.append(number)
        return read(number)

    if after == 0:
        cancel.set()
    answers = []
    for answer in score_films(range(5000), noted, unsettled(model), cancel):
        answers.append(answer.item)
        if len(answers) == after:
            cancel.set()
    assert answers == list(range(len(answers)))
    assert len(answers) < after + 16
    assert len(begun) < 300


def test_only_a_few_batches_are_in_memory(model, cancel):
    begun, lock = [], threading.Lock()

    def noted(number):
        with lock:
            begun.append(number)
        return read(number)

    scorer = unsettled(model)
    most = (pipeline.AHEAD * pipeline.MOST_THREADS + 1) * scorer.batch + pipeline.FIRST_FILMS
    job = score_films(range(5000), noted, scorer, cancel)
    for taken in range(1, 60):
        next(job)
        assert len(begun) <= taken + most
    job.close()
    done = len(begun)
    assert done < 300
    time.sleep(0.05)
    assert len(begun) == done  # nothing goes on behind our back
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("screen")]


@pytest.mark.parametrize("bad", [1, 40])
def test_an_error_of_the_reader_ends_it(model, cancel, bad):
    threads = torch.get_num_threads()

    def broken(number):
        if number == bad:
            raise ZeroDivisionError
        return read(number)

    with pytest.raises(ZeroDivisionError):
        list(score_films(range(500), broken, unsettled(model), cancel))
    assert torch.get_num_threads() == threads
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("screen")]


def test_batches_are_small_at_first_and_towards_the_end():
    batches = list(pipeline._batches(range(100), 4, 16, 2))
    assert [item for batch in batches for item in batch] == list(range(4, 100))
    sizes = [len(batch) for batch in batches]
    assert sizes[:3] == [4, 4, 16]
    assert sizes[-1] == 1
    assert all(before >= after for before, after in pairwise(sizes[2:]))
