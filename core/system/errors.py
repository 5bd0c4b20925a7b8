"""Exceptions of this program: reason codes for scripts, sentences for users."""

from enum import StrEnum
from typing import Final

from core.system.language import marked, tr


class Reason(StrEnum):
    """Why a film has no score, or a job failed. The values are written to CSV: never rename one."""

    # refused films: reading them again would give the same result
    EMPTY_FILE = "empty_file"
    NOT_AN_IMAGE = "not_an_image"
    PACKED = "packed"
    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"
    BLANK = "blank"
    MULTI_FRAME = "multi_frame"
    NO_PIXELS = "no_pixels"
    UNSUPPORTED = "unsupported"
    # files and rows of a dataset that name no class, or several
    NO_LABEL = "no_label"
    LABELS_DIFFER = "labels_differ"
    # films that the input gate refuses (core/input_checks/gate.py): the user may override it
    NOT_A_CHEST_FILM = "not_a_chest_film"
    LATERAL_VIEW = "lateral_view"
    INVERTED = "inverted"
    ROTATED = "rotated"
    TOO_CROPPED = "too_cropped"
    COLOUR_PHOTO = "colour_photo"
    RAW_DETECTOR_DATA = "raw_detector_data"
    # films that are scored, but go to review (core/models/validated_films.py)
    UNLIKE_VALIDATED_FILMS = "unlike_validated_films"
    # failed films: another attempt may succeed once the cause is removed
    MISSING = "missing"
    NO_PERMISSION = "no_permission"
    DAMAGED = "damaged"
    READ_ERROR = "read_error"
    OUT_OF_MEMORY = "out_of_memory"
    DECODER_FAILED = "decoder_failed"
    # failed jobs
    DATASET_INVALID = "dataset_invalid"
    DATASET_LEAKS = "dataset_leaks"
    OUTPUT_NOT_WRITABLE = "output_not_writable"
    DISK_FULL = "disk_full"
    IN_USE = "in_use"
    MODEL_INVALID = "model_invalid"
    WEIGHTS_UNAVAILABLE = "weights_unavailable"
    RECIPE_INVALID = "recipe_invalid"
    NOTHING_TO_RESUME = "nothing_to_resume"
    RUN_UNREADABLE = "run_unreadable"
    OPERATING_POINT_INVALID = "operating_point_invalid"
    CLUSTER_UNAVAILABLE = "cluster_unavailable"


FAILED_FILM_REASONS: Final = frozenset(
    {
        Reason.MISSING,
        Reason.NO_PERMISSION,
        Reason.DAMAGED,
        Reason.READ_ERROR,
        Reason.OUT_OF_MEMORY,
        Reason.DECODER_FAILED,
    }
)

# files that are no films, such as a disc's viewer program or a text; the worklist may hide them.
# An empty file may be a film whose transfer failed, so it is shown
NO_FILM_REASONS: Final = frozenset({Reason.NOT_AN_IMAGE, Reason.NO_PIXELS})

REASONS: Final[dict[str, str]] = {  # user-facing names, in a few words
    Reason.EMPTY_FILE: marked("empty file"),
    Reason.NOT_AN_IMAGE: marked("not an image"),
    Reason.PACKED: marked("packed archive"),
    Reason.TOO_LARGE: marked("too large"),
    Reason.TOO_SMALL: marked("too small"),
    Reason.BLANK: marked("blank"),
    Reason.MULTI_FRAME: marked("multi-frame"),
    Reason.NO_PIXELS: marked("no pixels"),
    Reason.UNSUPPORTED: marked("unsupported"),
    Reason.NO_LABEL: marked("no label"),
    Reason.LABELS_DIFFER: marked("labels differ"),
    Reason.NOT_A_CHEST_FILM: marked("not a chest film"),
    Reason.LATERAL_VIEW: marked("lateral view"),
    Reason.INVERTED: marked("inverted"),
    Reason.ROTATED: marked("rotated"),
    Reason.TOO_CROPPED: marked("cropped too closely"),
    Reason.COLOUR_PHOTO: marked("colour photo"),
    Reason.RAW_DETECTOR_DATA: marked("raw detector data"),
    Reason.UNLIKE_VALIDATED_FILMS: marked("unlike validated films"),
    Reason.MISSING: marked("missing"),
    Reason.NO_PERMISSION: marked("no permission"),
    Reason.DAMAGED: marked("damaged"),
    Reason.READ_ERROR: marked("read error"),
    Reason.OUT_OF_MEMORY: marked("out of memory"),
    Reason.DECODER_FAILED: marked("decoder failed"),
}

# the gate's messages; a refused film is scored only if the user overrides the gate for this film
REFUSALS: Final = {
    Reason.NOT_A_CHEST_FILM: marked(
        "It does not look like a chest film of the kind the model was trained on. If it is one, "
        "allow this film; its score is then less reliable."
    ),
    Reason.LATERAL_VIEW: marked(
        "It is a lateral or oblique view according to its DICOM header, or it looks like one; the model was "
        "trained on frontal films only. Use the frontal film of this patient; if it is one, allow this film."
    ),
    Reason.INVERTED: marked(
        "Black and white seem to be inverted. Export it with white bones, or allow this film if the bones are white."
    ),
    Reason.ROTATED: marked(
        "It seems to be rotated onto its side or upside down. Rotate it and try again, or allow "
        "this film if it is upright."
    ),
    Reason.TOO_CROPPED: marked(
        "It seems to show only part of the chest; both lungs must be visible from top to bottom. "
        "Use the whole film, or allow this one if it is complete."
    ),
    Reason.COLOUR_PHOTO: marked(
        "It is a colour image. Export the film itself in greyscale, not a photo of it or an annotated image."
    ),
    Reason.RAW_DETECTOR_DATA: marked(
        "According to its DICOM header it contains raw detector data (for processing), not the film that "
        "is read. Use the processed film of this exposure (for presentation)."
    ),
}

# the first thing that a reader of the answer on such a film must know
UNLIKE_CAUTION: Final = marked(
    "This film is unlike those that the model was validated on: its answer may be wrong. Read the film without it."
)

# what to do about a refused file, where the name of the reason does not say it
EXPLANATIONS: Final = REFUSALS | {
    Reason.PACKED: marked("It is a packed archive; films in it are not read. Unpack it and screen the folder.")
}


def format_reason(reason: str) -> str:
    """Return the translated name of a reason; an unknown code with spaces for underscores.

    Ledgers of other versions may contain unknown codes.
    """
    return tr(REASONS[reason]) if reason in REASONS else reason.replace("_", " ")


class PneumoScreenError(Exception):
    """Base class of errors reported to the user: a reason code for scripts and one sentence."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence

    def __reduce__(self) -> tuple[type["PneumoScreenError"], tuple[Reason, str]]:
        """Also cross from a worker's process whole."""
        return type(self), (self.reason, self.sentence)


class FilmUnreadable(PneumoScreenError):
    """A file cannot be read as a film. The sentence does not repeat the file name."""

    @property
    def may_be_retried(self) -> bool:
        """True where another attempt may succeed: the status is then failed, not refused."""
        return self.reason in FAILED_FILM_REASONS


class JobFailed(PneumoScreenError):
    """A whole job cannot continue. The sentence says what is wrong and what to do about it."""
