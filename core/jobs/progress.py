"""Limit the rate of a job's progress events and estimate the time left."""

import time

from core.jobs.events import Progressed, Stage

PROGRESS_SECONDS = 0.1


class Pace:
    """Progress events of one stage: at most ten a second and one at the end, with the time left."""

    def __init__(self, stage: Stage, total: int) -> None:
        self._stage = stage
        self._total = total
        self._start = time.monotonic()
        self._last_event = self._start

    def seconds_left(self, done: int) -> float | None:
        """Return the time left at the mean speed so far; None before anything is done."""
        return (time.monotonic() - self._start) / done * (self._total - done) if done else None

    def progress_at(self, done: int) -> Progressed | None:
        """Return the event to yield now; None within PROGRESS_SECONDS of the last one."""
        now = time.monotonic()
        if done < self._total and now - self._last_event < PROGRESS_SECONDS:
            return None
        self._last_event = now
        return Progressed(self._stage, done, self._total, self.seconds_left(done))
