"""One decode that serves both the network and the gate, and what the file itself says against it: no film needed.

Rules only: colours, DICOM tags, shape of the picture. What a film must look like is gate.py's.
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

# RMS chroma, 0..127, that is left beside a uniform tint. Measured: 0.0 on all chest films at hand, also on those stored
# in colour; 7 of 10 photographs have more than this, and the others look like no film either
COLOURED: Final = 6.0
WIDEST: Final = 3.0  # width over height; the widest of 180 full-size films has 2.2
NARROWEST: Final = 0.5  # the narrowest has 0.96

# Part 3, C.7.3.1.1.1: what comes from other machines than those that expose chest films (CR, DX, RF, RG, HC, OT pass)
OTHER_MODALITIES: Final = frozenset({
    "AR", "BDUS", "BI", "BMD", "CT", "DG", "DMS", "ECG", "EPS", "ES", "FA", "GM", "HD", "IO", "IVOCT", "IVUS", "KER",
    "LEN", "LS", "MG", "MR", "NM", "OAM", "OCT", "OP", "OPM", "OPT", "OPTBSV", "OPV", "PT", "PX", "RTDOSE", "RTIMAGE",
    "RTPLAN", "RTSTRUCT", "SEG", "SM", "SRF", "TG", "US", "VA", "VF", "XA", "XC",
})  # fmt: skip
# Part 16, Annex L: body parts that are not on a chest film; any wording with one of CHEST_WORDS passes
OTHER_PARTS: Final = frozenset({
    "ABDOMEN", "ANKLE", "ARM", "BRAIN", "BREAST", "CALCANEUS", "CALF", "COCCYX", "CSPINE", "CTSPINE", "EAR", "ELBOW",
    "EXTREMITY", "EYE", "FACE", "FEMUR", "FINGER", "FOOT", "FOREARM", "HAND", "HEAD", "HIP", "HUMERUS", "JAW", "KNEE",
    "LEG", "LSPINE", "LSSPINE", "MANDIBLE", "MAXILLA", "NECK", "NOSE", "ORBIT", "PATELLA", "PELVIS", "RADIUS",
    "SACRUM", "SCAPULA", "SHOULDER", "SINUS", "SKULL", "SPINE", "SSPINE", "TEETH", "THIGH", "THUMB", "TIBIA",
    "TIBIAFIBULA", "TLSPINE", "TOE", "TSPINE", "ULNA", "WHOLEBODY", "WRIST", "ZYGOMA",
})  # fmt: skip
CHEST_WORDS: Final = ("CHEST", "THORA", "TORAX", "LUNG", "RIB")
# C.8.1.2.1 and C.8.11.5: lateral and oblique; RLD and LLD, lying on the side, are frontal and pass
SIDE_VIEWS: Final = ("LL", "RL", "LLO", "RLO", "LAO", "RAO", "LPO", "RPO")


@dataclass(frozen=True, slots=True)
class InspectedFilm:
    """What one decode of a file gives.

    square: as core.films.images.read_square gives it, bit for bit. aspect: width over height of the whole picture.
    chroma: RMS of the colours, 0..127, beside a uniform tint. tags: how a DICOM film was taken, empty for other files.
    """

    square: Grey
    aspect: float = 1.0
    chroma: float = 0.0
    tags: dict[str, str] = field(default_factory=dict)


def inspect_film(path: Path, size_px: int) -> InspectedFilm:
    """The film in `path`, as the network sees it, and what the gate needs to know of the file.

    Costs about what read_square costs. Raises FilmUnreadable as it does.
    """
    with explain_read_errors(), open_regular(path) as stream:
        return inspect_stream(stream, size_px)


def inspect_stream(stream: BinaryIO, size_px: int) -> InspectedFilm:
    """`inspect_film` of an open file; call it inside core.films.images.explain_read_errors."""
    if is_dicom(stream):
        film = read_dicom_film(stream)
        return InspectedFilm(*squash(film.pixels, size_px), film.chroma, film.tags)
    seen: list[float] = []
    square, aspect = read_square_stream(stream, size_px, lambda picture: seen.append(measure_chroma(picture)))
    return InspectedFilm(square, aspect, seen[0])


def find_rule_violation(looked: InspectedFilm, is_chest: bool = True) -> Reason | None:
    """Why the file itself says that it is no frontal chest film; None where it does not.

    is_chest: False where the model was trained on films of another body part, whose tags then say nothing.
    """
    tags = {name: value.upper().strip() for name, value in looked.tags.items()}
    if tags.get("Modality") in OTHER_MODALITIES:
        return Reason.NOT_A_CHEST_FILM
    part = "".join(letter for letter in tags.get("BodyPartExamined", "") if letter.isalpha())
    if is_chest and part in OTHER_PARTS and not any(word in part for word in CHEST_WORDS):
        return Reason.NOT_A_CHEST_FILM
    view = tags.get("ViewPosition", "")
    if is_chest and (view in SIDE_VIEWS or view.startswith(("LAT", "OBL")) or view.endswith("LATERAL")):
        return Reason.LATERAL_VIEW
    if looked.chroma > COLOURED:
        return Reason.COLOUR_PHOTO
    return None if NARROWEST <= looked.aspect <= WIDEST else Reason.TOO_CROPPED
