"""How far a job is, read from its events."""

from dataclasses import dataclass, replace
from typing import Final

from core.jobs.events import Progressed, Stage
from core.runs.epoch_log import EpochEnded
from core.screening.events import FilmAnswered, ScreeningStarted
from core.system.language import tr, tr_count
from core.training.events import BatchEnded, TrainingStarted, TrialEnded
from core.training.time_estimate import format_duration, format_time_left

PAUSABLE_STAGES: Final = frozenset({Stage.TRAINING, Stage.FINDING_RATE})
LONG_STAGES: Final = PAUSABLE_STAGES | {
    Stage.DECODING, Stage.DOWNLOADING, Stage.EXTRACTING_FEATURES, Stage.VALIDATING, Stage.TESTING, Stage.WATCHING,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is.

    words: as a person is told, "" if there is nothing to tell. done, total: of the bar; total is 0 if
    it is not known. is_long: stopping the job would throw away work, so a person is asked first.
    can_pause: it trains, and may be paused.
    """

    words: str = ""
    done: int = 0
    total: int = 0
    is_long: bool = False
    can_pause: bool = False


def follow(progress: JobProgress, event: object) -> JobProgress:
    """Return the progress after an event; events of other kinds change nothing."""
    match event:
        case Progressed(Stage.WATCHING, done):
            words = tr_count("{count} file so far", "{count} files so far", done)
            return replace(progress, words=words, done=0, total=0, is_long=True)
        case Progressed(stage, done, total, seconds_left):
            return JobProgress(
                _join(f"{tr(stage)}…", *_format_count(done, total or 0, seconds_left)),
                done,
                total or 0,
                progress.is_long or stage in LONG_STAGES,
                progress.can_pause or stage in PAUSABLE_STAGES,
            )
        case ScreeningStarted(found, resumed):
            words = _join(*_format_count(len(resumed), found, None))
            return replace(progress, words=words, done=len(resumed), total=found, is_long=True)
        case FilmAnswered(_, done, total, seconds_left):
            words = _join(*_format_count(done, total, seconds_left))
            return replace(progress, words=words, done=done, total=total, is_long=True)
        case BatchEnded():
            epoch = tr("epoch {epoch} of {epochs}", epoch=event.epoch, epochs=event.epochs)
            batches = (event.epoch - 1) * event.batches + event.batch
            words = _join(epoch, format_time_left(event))
            return JobProgress(words, batches, event.epochs * event.batches, is_long=True, can_pause=True)
        case TrainingStarted() | EpochEnded() | TrialEnded():
            return replace(progress, is_long=True, can_pause=True)
    return progress


def _format_count(done: int, total: int, seconds_left: float | None) -> list[str]:
    """Return how many of how many, and the time left; empty if the total is not known."""
    if not total:
        return []
    left = [tr("{time} left", time=format_duration(seconds_left))] if seconds_left else []
    return [tr("{done} of {total}", done=done, total=total), *left]


def _join(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
