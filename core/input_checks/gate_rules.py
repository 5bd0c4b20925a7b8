"""Rules that refuse a film as no frontal chest film, and need no training films.

They check colour, DICOM tags, aspect ratio and inversion. core/input_checks/gate.py compares a film
with the training films.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from core.films.images import Grey
from core.films.outline import correlate_with_chest
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
# correlation with the outline of a chest below which a film is a negative. Of 9,095 real films two lie below, at -0.36
# and -0.56, and both are negatives; the lowest of the others has -0.27
INVERTED: Final = -0.3


@dataclass(frozen=True, slots=True, eq=False)
class GateInput:
    """What the gate looks at.

    small: the film resized to (SMALL_PX, SMALL_PX) uint8. chroma, aspect: as in Film. tags,
    is_lateral, is_raw: as in FilmFacts.
    """

    small: Grey
    chroma: float = 0.0
    aspect: float = 1.0
    tags: Mapping[str, str] = field(default_factory=dict)
    is_lateral: bool = False
    is_raw: bool = False


def find_rule_violation(film: GateInput, is_chest: bool = True) -> Reason | None:
    """Return `find_rule_violations` for one film."""
    return find_rule_violations([film], is_chest)[0]


def find_rule_violations(films: Sequence[GateInput], is_chest: bool) -> list[Reason | None]:
    """Return for each film why it cannot be a frontal chest film, None if no rule is broken.

    is_chest: False if the model was trained on another body part; body part, view and outline are
    then ignored.
    """
    reasons = [_find_violation(film, is_chest) for film in films]
    if not films or not is_chest:
        return reasons
    is_inverted = correlate_with_chest(np.stack([film.small for film in films])) < INVERTED
    return [
        reason or (Reason.INVERTED if inverted else None) for reason, inverted in zip(reasons, is_inverted, strict=True)
    ]


def _find_violation(film: GateInput, is_chest: bool) -> Reason | None:
    """Return which rule a film breaks by what is known of it beside its picture."""
    if film.is_raw:
        return Reason.RAW_DETECTOR_DATA
    if film.tags.get("Modality", "").upper() in OTHER_MODALITIES:
        return Reason.NOT_A_CHEST_FILM
    part = "".join(letter for letter in film.tags.get("BodyPartExamined", "").upper() if letter.isalpha())
    if is_chest and part in OTHER_PARTS and not any(word in part for word in CHEST_WORDS):
        return Reason.NOT_A_CHEST_FILM
    if is_chest and film.is_lateral:
        return Reason.LATERAL_VIEW
    if film.chroma > COLOURED:
        return Reason.COLOUR_PHOTO
    if not MIN_ASPECT <= film.aspect <= MAX_ASPECT:
        return Reason.TOO_CROPPED
    return None
