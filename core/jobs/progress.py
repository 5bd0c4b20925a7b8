"""Pace the progress events of a job and estimate the time left."""

import time

from core.jobs.events import Progressed, Stage

PROGRESS_SECONDS = 0.1


class Pace:
    """Progress of one stage, at most ten times a second and once at its end, with the time that is left."""

    def __init__(self, stage: Stage, total: int) -> None:
        self._stage, self._total = stage, total
        self._start = self._said = time.monotonic()

    def seconds_left(self, done: int) -> float | None:
        """Time left at the mean speed so far; None before anything is done."""
        return (time.monotonic() - self._start) / done * (self._total - done) if done else None

    def at(self, done: int) -> Progressed | None:
        """The event to yield now, or None where one was yielded just before."""
        now = time.monotonic()
        if done < self._total and now - self._said < PROGRESS_SECONDS:
            return None
        self._said = now
        return Progressed(self._stage, done, self._total, self.seconds_left(done))
