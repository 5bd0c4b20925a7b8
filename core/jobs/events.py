"""Every value that a job yields or returns: frozen, without behaviour, without torch, so the window may know them."""

from dataclasses import dataclass
from enum import StrEnum

from core.system.language import marked


class Stage(StrEnum):
    """What a job is busy with; the value is shown to people, translated."""

    MAKING_PHANTOMS = marked("Making phantoms")
    READING_DATASET = marked("Reading the dataset")
    READING_RUNS = marked("Reading the trainings")
    CHECKING_FILMS = marked("Checking films")
    COMPARING = marked("Comparing films")
    PROBING = marked("Looking for shortcuts")
    DECODING = marked("Decoding films")
    LOADING_NETWORK = marked("Loading the network")
    DOWNLOADING = marked("Downloading weights")
    EXTRACTING_FEATURES = marked("Extracting features")
    TRAINING = marked("Training")
    FINDING_RATE = marked("Finding a learning rate")
    VALIDATING = marked("Validating")
    TESTING = marked("Testing")
    WATCHING = marked("Watching the folder")
    EXPLAINING = marked("Making heat maps")
    READING_MODEL = marked("Reading the model")
    WRITING = marked("Writing")


class Severity(StrEnum):
    """How much a note or finding matters. The values stand in JSON, and are shown to people, translated."""

    INFORMATION = marked("information")
    WARNING = marked("warning")
    BLOCKING = marked("blocking")


@dataclass(frozen=True, slots=True)
class Progressed:
    """A stage has come so far. total is None where it cannot be known; seconds_left where it is not yet known."""

    stage: Stage
    done: int
    total: int | None
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """One sentence for the log of a job."""

    sentence: str
    severity: Severity = Severity.INFORMATION
