"""Events shared by all jobs: frozen values without torch, so that the window can import them."""

from dataclasses import dataclass
from enum import StrEnum

from core.system.language import marked


class Stage(StrEnum):
    """The stages of jobs. The values are shown to the user, translated."""

    MAKING_PHANTOMS = marked("Making phantoms")
    READING_DATASET = marked("Reading the dataset")
    READING_RUNS = marked("Reading training runs")
    CHECKING_FILMS = marked("Checking films")
    COMPARING = marked("Comparing films")
    PROBING = marked("Looking for shortcuts")
    DECODING = marked("Decoding films")
    LOADING_NETWORK = marked("Loading the network")
    DOWNLOADING = marked("Downloading weights")
    EXTRACTING_FEATURES = marked("Extracting features")
    QUANTISING = marked("Preparing fast screening")
    TRAINING = marked("Training")
    FINDING_RATE = marked("Finding a learning rate")
    VALIDATING = marked("Validating")
    TESTING = marked("Testing")
    WATCHING = marked("Watching the folder")
    MOVING = marked("Moving films")
    EXPLAINING = marked("Making heat maps")
    READING_MODEL = marked("Reading the model")
    WRITING = marked("Writing")


class Severity(StrEnum):
    """Severity of a note or finding. The values are written to JSON and shown translated."""

    INFORMATION = marked("information")
    WARNING = marked("warning")
    BLOCKING = marked("blocking")


@dataclass(frozen=True, slots=True)
class Progressed:
    """Progress of a stage. total is None if it cannot be known, seconds_left if not known yet."""

    stage: Stage
    done: int
    total: int | None
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A sentence for the log of a job."""

    sentence: str
    severity: Severity = Severity.INFORMATION
