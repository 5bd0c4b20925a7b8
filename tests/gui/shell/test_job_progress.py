"""How far a job is, by its events."""

from pathlib import Path

import pytest

from core.jobs.events import Noted, Progressed, Stage
from core.screening.events import FilmAnswered, ScreeningStarted
from core.training.events import BatchEnded, TrainingStarted
from gui.shell.job_progress import JobProgress, follow
from tests.factories import QUICK
from tests.gui.classify.examples import scored

BATCH = BatchEnded(3, 21, 12, 40, 0.5, 33.0, 130.0, may_end_early=False)
FIRST = scored("a.png", 0.9)


@pytest.mark.parametrize(
    ("event", "progress"),
    [
        (Progressed(Stage.READING_RUNS, 0, None), JobProgress("Reading training runs…")),
        (Progressed(Stage.COMPARING, 12, 40, 130.0), JobProgress("Comparing films… · 12 of 40 · 2 min left", 12, 40)),
        (Progressed(Stage.TESTING, 1, 4), JobProgress("Testing… · 1 of 4", 1, 4, is_long=True)),
        (Progressed(Stage.WATCHING, 1, None), JobProgress("1 file so far", is_long=True)),
        (Progressed(Stage.FINDING_RATE, 5, 10), JobProgress("Finding a learning rate… · 5 of 10", 5, 10, True, True)),
        (ScreeningStarted(40, (FIRST,), ("A", "B")), JobProgress("1 of 40", 1, 40, is_long=True)),
        (FilmAnswered(FIRST, 12, 40, 30.0), JobProgress("12 of 40 · 30 s left", 12, 40, is_long=True)),
        (BATCH, JobProgress("epoch 3 of 21 · about 2 min left", 92, 840, True, True)),
        (TrainingStarted(Path("run"), ("A", "B"), 8, 2, 2, 3, "cpu", QUICK), JobProgress("", 0, 0, True, True)),
        (Noted("A sentence."), JobProgress()),
    ],
)
def test_each_event_says_how_far_the_job_is(event, progress):
    assert follow(JobProgress(), event) == progress


def test_a_training_that_tests_at_last_is_still_a_training():
    progress = follow(follow(JobProgress(), BATCH), Progressed(Stage.WRITING, 0, None))
    assert (progress.is_long, progress.can_pause, progress.total) == (True, True, 0)
