"""One job at a time."""

from gui.jobs.jobs import Jobs, JobState
from tests.gui.fake_jobs import ending_with, ignore, lasting


def test_a_job_that_comes_while_another_runs_is_not_started(qtbot, qapp):
    work, ended = Jobs(), []
    work.succeeded.connect(ended.append)
    work.start(lasting, ignore)
    work.start(ending_with("second"), ignore)  # as after a dialog that was open when the first began
    assert work.state is JobState.RUNNING
    with qtbot.waitSignal(work.succeeded):
        work.cancel()
    assert ended == [None]
    with qtbot.waitSignal(work.succeeded):
        work.start(ending_with("third"), ignore)
    assert ended == [None, "third"]


def test_a_job_is_known_by_its_name_and_its_events_until_it_ends(qtbot, qapp):
    def job(_cancel):
        yield "first"
        yield "second"
        return "done"

    work, own, all_events, names = Jobs(), [], [], []
    work.event_arrived.connect(all_events.append)
    work.state_changed.connect(lambda _state: names.append(work.name))
    with qtbot.waitSignal(work.succeeded):
        work.start(job, own.append, "Training resnet50-best")
        work.start(ending_with("other"), ignore, "Another job")
        assert work.name == "Training resnet50-best"
    assert own == all_events == ["first", "second"]
    assert names == ["Training resnet50-best"] * 2  # the last one is still known
