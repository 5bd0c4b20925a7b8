"""What can go wrong, as codes and sentences. Holds no wording for a particular screen and no logging."""

from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """Why a film has no score, or why a job could not be done. The values stand in CSV files: never rename one."""

    # a film that is refused: looking at it again would give the same answer
    EMPTY_FILE = "empty_file"
    NOT_AN_IMAGE = "not_an_image"
    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"
    BLANK = "blank"
    MULTI_FRAME = "multi_frame"
    NO_PIXELS = "no_pixels"
    UNSUPPORTED = "unsupported"
    # a film that failed: mending the cause and trying again may help
    MISSING = "missing"
    NO_PERMISSION = "no_permission"
    DAMAGED = "damaged"
    READ_ERROR = "read_error"
    OUT_OF_MEMORY = "out_of_memory"
    # a job that could not be done
    DATASET_INVALID = "dataset_invalid"
    DATASET_LEAKS = "dataset_leaks"
    OUTPUT_NOT_WRITABLE = "output_not_writable"
    DISK_FULL = "disk_full"
    MODEL_INVALID = "model_invalid"
    WEIGHTS_UNAVAILABLE = "weights_unavailable"
    RECIPE_INVALID = "recipe_invalid"
    NOTHING_TO_RESUME = "nothing_to_resume"
    RUN_UNREADABLE = "run_unreadable"
    OPERATING_POINT_INVALID = "operating_point_invalid"
    SELF_TEST_FAILED = "self_test_failed"


FAILED_FILM_REASONS: Final = frozenset(
    {Reason.MISSING, Reason.NO_PERMISSION, Reason.DAMAGED, Reason.READ_ERROR, Reason.OUT_OF_MEMORY}
)


class PneumoScreenError(Exception):
    """Anything this program reports to a person: a code for scripts and one sentence for people."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence


class FilmUnreadable(PneumoScreenError):
    """One file gives no film. `reason` is one of the film codes; the sentence does not repeat the file's name."""

    @property
    def may_be_retried(self) -> bool:
        """True where mending the cause (permission, a broken copy) may give a film: status failed, not refused."""
        return self.reason in FAILED_FILM_REASONS


class JobFailed(PneumoScreenError):
    """A whole job cannot go on. The sentence names what is wrong and what to do about it."""
