"""A training as it goes."""

from core.training.events import BatchEnded


def test_the_time_left_is_said(qtbot, window, tab):
    def job(cancel):
        yield BatchEnded(1, 9, 1, 2, 0.5, 31.4, 754, may_end_early=True)
        cancel.wait()

    window.jobs.start(job, tab.show_event)
    qtbot.waitUntil(lambda: "31 films/s · at most 13 min left" in tab.view.status.text())
    with qtbot.waitSignal(window.job_shown):
        window.jobs.cancel()
