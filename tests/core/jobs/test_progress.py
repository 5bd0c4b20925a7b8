"""Progress events: at most ten a second, one at the end, with the time left."""

import pytest

from core.jobs import progress
from core.jobs.events import Progressed, Stage
from core.jobs.progress import Pace


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test moves."""
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_events_come_at_most_ten_times_a_second_and_at_the_end(clock):
    pace = Pace(Stage.DECODING, 100)
    seen = []
    for done in range(1, 101):
        clock[0] += 0.03
        if event := pace.progress_at(done):
            seen.append(event.done)
    assert seen == [*range(4, 101, 4)]
    assert pace.progress_at(100) is not None  # the last one is never held back


def test_the_time_left_is_that_of_the_mean_speed(clock):
    pace = Pace(Stage.TESTING, 40)
    assert pace.seconds_left(0) is None
    clock[0] += 5
    assert pace.seconds_left(10) == pytest.approx(15)
    assert pace.progress_at(10) == Progressed(Stage.TESTING, 10, 40, pytest.approx(15))
    assert pace.progress_at(40) == Progressed(Stage.TESTING, 40, 40, 0)
