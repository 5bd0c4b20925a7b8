"""One job at a time, and its end for who asked."""

from core.system.errors import JobFailed, Reason
from gui.jobs.jobs import Jobs, JobState
from tests.gui.fake_jobs import ending_with, ignore, lasting


def failing(_cancel):
    raise JobFailed(Reason.DATASET_INVALID, "No films.")
    yield


def test_a_job_that_comes_while_another_runs_is_not_started(qtbot, qapp):
    work, shown = Jobs(), []
    work.start(lasting, shown.append)
    work.start(ending_with("second"), shown.append)  # as after a dialog that was open when the first began
    assert work.state is JobState.RUNNING
    with qtbot.waitSignal(work.ended) as ended:
        work.cancel()
    assert ended.args == [None]
    with qtbot.waitSignal(work.ended):
        work.start(ending_with("third"), shown.append)
    assert shown == ["third"]


def test_a_job_is_known_by_its_name_and_its_events_until_it_ends(qtbot, qapp):
    def job(_cancel):
        yield "first"
        yield "second"
        return "done"

    work, own, all_events, names = Jobs(), [], [], []
    work.event_arrived.connect(all_events.append)
    work.state_changed.connect(lambda _state: names.append(work.name))
    with qtbot.waitSignal(work.ended):
        work.start(job, own.append, "Training resnet50-best", own.append)
        work.start(ending_with("other"), ignore, "Another job")
        assert work.name == "Training resnet50-best"
    assert own == ["first", "second", "done"]
    assert all_events == ["first", "second"]
    assert names == ["Training resnet50-best"] * 2  # the last one is still known


def test_a_result_may_start_the_next_job(qtbot, qapp):
    work, shown = Jobs(), []

    def go_on(result):
        shown.append(result)
        work.start(ending_with("second"), shown.append)

    with qtbot.waitSignals([work.ended, work.ended]):
        work.start(ending_with("first"), go_on)
    assert shown == ["first", "second"]


def test_a_failure_is_shown_to_who_asked_and_to_no_later_one(qtbot, qapp):
    work, failures = Jobs(), []
    for show_failure in (failures.append, ignore):
        with qtbot.waitSignal(work.ended) as ended:
            work.start(failing, ignore, show_failure=show_failure)
        assert ended.args[0].sentence == "No films."
    assert [error.sentence for error in failures] == ["No films."]


def test_nobody_is_shown_the_end_of_a_job_that_was_closed(qtbot, qapp):
    def stopped(cancel):
        cancel.wait(20)
        yield
        return "as far as it came"

    def broken(cancel):
        cancel.wait(20)
        yield from failing(cancel)

    for job in (stopped, broken):
        work, shown = Jobs(), []
        work.start(job, shown.append, show_failure=shown.append)
        with qtbot.waitSignal(work.ended):
            work.close()
        assert shown == []
