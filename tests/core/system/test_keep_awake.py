"""The computer is kept awake while a job runs, and no longer."""

from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from core.system import keep_awake as module
from core.system.keep_awake import keep_awake


@pytest.fixture
def modes(monkeypatch):
    """What the system was asked for, and whether it grants it."""
    asked = SimpleNamespace(grants=True, options=[], running=0)

    @contextmanager
    def running(**options):
        asked.options.append(options)
        asked.running += 1
        try:
            yield SimpleNamespace(active=asked.grants)
        finally:
            asked.running -= 1

    monkeypatch.setattr(module.keep, "running", running)
    return asked


@pytest.mark.parametrize(("grants", "words"), [(True, "is kept awake"), (False, "may go to sleep")])
def test_the_sentence_says_whether_it_worked(modes, grants, words):
    modes.grants = grants
    with keep_awake() as sentence:
        assert modes.running == 1
    assert words in sentence
    assert modes.running == 0
    assert modes.options == [{"on_fail": "pass"}]  # a system that refuses must not end the job


def test_it_ends_with_the_job_that_fails(modes):
    with pytest.raises(ZeroDivisionError), keep_awake():
        raise ZeroDivisionError
    assert modes.running == 0
