"""Decode a film once for both network and gate, and apply the rules that need no training films.

The rules check colour, DICOM tags and aspect ratio. core/input_checks/gate.py compares a film with
the training films.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from core.films.colourfulness import measure_chroma
from core.films.images import (
    Grey,
    explain_read_errors,
    is_dicom,
    open_regular,
    read_dicom_film,
    read_square_stream,
    squash,
)
from core.system.errors import Reason

# RMS chroma, 0..127, apart from a uniform tint. Measured: 0.0 on all chest films at hand, also on
# those stored in colour; 7 of 10 photographs exceed this limit, and the gate refuses the others too
COLOURED: Final = 6.0
MAX_ASPECT: Final = 3.0  # width over height; the widest of 180 full-size films has 2.2
MIN_ASPECT: Final = 0.5  # the narrowest has 0.96

# Part 3, C.7.3.1.1.1: modalities that do not take chest films (CR, DX, RF, RG, HC, OT pass)
OTHER_MODALITIES: Final = frozenset({
    "AR", "BDUS", "BI", "BMD", "CT", "DG", "DMS", "ECG", "EPS", "ES", "FA", "GM", "HD", "IO", "IVOCT", "IVUS", "KER",
    "LEN", "LS", "MG", "MR", "NM", "OAM", "OCT", "OP", "OPM", "OPT", "OPTBSV", "OPV", "PT", "PX", "RTDOSE", "RTIMAGE",
    "RTPLAN", "RTSTRUCT", "SEG", "SM", "SRF", "TG", "US", "VA", "VF", "XA", "XC",
})  # fmt: skip
# Part 16, Annex L: body parts not on a chest film; any value with one of CHEST_WORDS passes
OTHER_PARTS: Final = frozenset({
    "ABDOMEN", "ANKLE", "ARM", "BRAIN", "BREAST", "CALCANEUS", "CALF", "COCCYX", "CSPINE", "CTSPINE", "EAR", "ELBOW",
    "EXTREMITY", "EYE", "FACE", "FEMUR", "FINGER", "FOOT", "FOREARM", "HAND", "HEAD", "HIP", "HUMERUS", "JAW", "KNEE",
    "LEG", "LSPINE", "LSSPINE", "MANDIBLE", "MAXILLA", "NECK", "NOSE", "ORBIT", "PATELLA", "PELVIS", "RADIUS",
    "SACRUM", "SCAPULA", "SHOULDER", "SINUS", "SKULL", "SPINE", "SSPINE", "TEETH", "THIGH", "THUMB", "TIBIA",
    "TIBIAFIBULA", "TLSPINE", "TOE", "TSPINE", "ULNA", "WHOLEBODY", "WRIST", "ZYGOMA",
})  # fmt: skip
CHEST_WORDS: Final = ("CHEST", "THORA", "TORAX", "LUNG", "RIB")
# C.8.1.2.1 and C.8.11.5: lateral and oblique views; RLD and LLD (decubitus) are frontal and pass
SIDE_VIEWS: Final = ("LL", "RL", "LLO", "RLO", "LAO", "RAO", "LPO", "RPO")


@dataclass(frozen=True, slots=True)
class InspectedFilm:
    """A decoded film with the properties that the gate checks.

    square: identical to what core.films.images.read_square returns. aspect: width over height of
    the whole picture. chroma: RMS chroma, 0..127, apart from a uniform tint. tags: DICOM tags on
    how the film was taken, empty for other files.
    """

    square: Grey
    aspect: float = 1.0
    chroma: float = 0.0
    tags: dict[str, str] = field(default_factory=dict)


def inspect_film(path: Path, size_px: int) -> InspectedFilm:
    """Return the film in `path` as the network sees it, with the properties that the gate checks.

    Takes about as long as read_square, and raises FilmUnreadable as it does.
    """
    with explain_read_errors(), open_regular(path) as stream:
        return inspect_stream(stream, size_px)


def inspect_stream(stream: BinaryIO, size_px: int) -> InspectedFilm:
    """Do what `inspect_film` does for an open file.

    Call it inside core.films.images.explain_read_errors.
    """
    if is_dicom(stream):
        film = read_dicom_film(stream)
        return InspectedFilm(*squash(film.pixels, size_px), film.chroma, film.tags)
    chroma: list[float] = []
    square, aspect = read_square_stream(stream, size_px, lambda picture: chroma.append(measure_chroma(picture)))
    return InspectedFilm(square, aspect, chroma[0])


def find_rule_violation(film: InspectedFilm, is_chest: bool = True) -> Reason | None:
    """Return why a film cannot be a frontal chest film, None if no rule is broken.

    is_chest: False if the model was trained on another body part; tags of body part and view are
    then ignored.
    """
    tags = {name: value.upper().strip() for name, value in film.tags.items()}
    if tags.get("Modality") in OTHER_MODALITIES:
        return Reason.NOT_A_CHEST_FILM
    part = "".join(letter for letter in tags.get("BodyPartExamined", "") if letter.isalpha())
    if is_chest and part in OTHER_PARTS and not any(word in part for word in CHEST_WORDS):
        return Reason.NOT_A_CHEST_FILM
    view = tags.get("ViewPosition", "")
    if is_chest and (view in SIDE_VIEWS or view.startswith(("LAT", "OBL")) or view.endswith("LATERAL")):
        return Reason.LATERAL_VIEW
    if film.chroma > COLOURED:
        return Reason.COLOUR_PHOTO
    return None if MIN_ASPECT <= film.aspect <= MAX_ASPECT else Reason.TOO_CROPPED
