"""A tab knows whether the job that runs is its own."""

from gui.jobs.own_jobs import OwnJobs
from tests.gui.fake_jobs import ending_with, ignore, lasting


def test_a_job_is_of_the_tab_that_started_it_until_it_ends(qtbot, work):
    one, other, shown = OwnJobs(work, ignore), OwnJobs(work, ignore), []
    one.start(lasting, ignore, "first")
    other.start(ending_with("second"), shown.append, "second")
    assert (one.is_running, other.is_running, work.name) == (True, False, "first")
    with qtbot.waitSignal(work.ended):
        work.cancel()
    assert one.take_end()
    assert not one.take_end()
    with qtbot.waitSignal(work.ended):
        other.start(ending_with("second"), shown.append, "second")
    assert shown == ["second"]
    assert (one.take_end(), other.take_end()) == (False, True)


def test_who_shows_events_and_failures_of_a_tab_is_said_once(qtbot, work):
    def failing(_cancel):
        yield "begun"
        raise ValueError("broken")

    events, failures = [], []
    own = OwnJobs(work, events.append, failures.append)
    with qtbot.waitSignal(work.ended):
        own.start(failing, ignore, "first")
    assert events == ["begun"]
    assert len(failures) == 1
