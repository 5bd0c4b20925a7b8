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
