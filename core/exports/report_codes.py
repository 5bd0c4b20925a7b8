"""Coded concepts of structured reports: those of SNOMED CT and DICOM where there is one, else private ones.

Codes of SNOMED CT (SCT), DICOM (DCM) and UCUM are those of PS3.16, but for pneumonia and the chest film, which
are SNOMED CT's own. Private ones begin with the scheme 99PNEUMOSCREEN (PS3.16, 8).
"""

import hashlib
from typing import Final

from pydicom.sr.coding import Code

from core.models.decision import Decision
from core.screening.reader_calls import Stance

SCHEME: Final = "99PNEUMOSCREEN"
NORMAL: Final = Code("17621005", "SCT", "Normal")
PNEUMONIA: Final = Code("233604007", "SCT", "Pneumonia")
DISEASE: Final = Code("64572001", "SCT", "Disease")
LUNG: Final = Code("39607008", "SCT", "Lung")
KNOWN: Final = {"normal": NORMAL, "pneumonia": PNEUMONIA}
CHEST_FILM: Final = Code("399208008", "SCT", "Plain chest X-ray")
SOURCE: Final = Code("260753009", "SCT", "Source")
PROBABILITY: Final = Code("122157", "DCM", "Probability")
NO_UNITS: Final = Code("1", "UCUM", "no units")
COMMENT: Final = Code("121106", "DCM", "Comment")
VISUAL_EXPLANATION: Final = Code("130401", "DCM", "Visual explanation")
PROCESSING_EQUIPMENT: Final = Code("109102", "DCM", "Processing Equipment")  # CID 7005
IMAGE_LIBRARY: Final = Code("111028", "DCM", "Image Library")
IMAGE_LIBRARY_GROUP: Final = Code("126200", "DCM", "Image Library Group")
MODALITY: Final = Code("121139", "DCM", "Modality")
MODALITIES: Final = {  # CID 29
    "CR": Code("CR", "DCM", "Computed Radiography"),
    "DX": Code("DX", "DCM", "Digital Radiography"),
    "OT": Code("OT", "DCM", "Other Modality"),
}
DECISION: Final = Code("DECISION", SCHEME, "Decision")
DECISIONS: Final = {
    Decision.LIKELY: Code("LIKELY", SCHEME, "Finding likely"),
    Decision.REVIEW: Code("REVIEW", SCHEME, "To review by a reader"),
    Decision.UNLIKELY: Code("UNLIKELY", SCHEME, "Finding unlikely"),
}
REVIEW_REASON: Final = Code("REASON", SCHEME, "Reason for review")
IN_REVIEW_BAND: Final = Code("BAND", SCHEME, "Probability in the model's review band")
UNLIKE_VALIDATED: Final = Code("UNLIKE", SCHEME, "Unlike the films that the model was validated on")
CALLED: Final = Code("CALLED", SCHEME, "Class called")
READER_CALLED: Final = Code("READER", SCHEME, "Class called by the reader")
UNSURE_CALL: Final = Code("UNSURE", SCHEME, "Unsure")
STANCE: Final = Code("STANCE", SCHEME, "Reader beside the program")
STANCES: Final = {
    Stance.AGREES: Code("AGREES", SCHEME, "The reader agrees with the program"),
    Stance.DISAGREES: Code("DISAGREES", SCHEME, "The reader disagrees with the program"),
    Stance.UNSURE: Code("UNSURE", SCHEME, "The reader is unsure"),
    Stance.EARLIER_FILM: Code("EARLIER", SCHEME, "The reader called an earlier version of the film"),
}


def code_class(name: str) -> Code:
    """Return a class of a model as a coded concept; a private code if no standard one is known."""
    standard = KNOWN.get(name.casefold())
    if standard is not None:
        return standard
    value = hashlib.sha256(name.encode("utf-8", "backslashreplace")).hexdigest()[:16].upper()
    meaning = "".join(" " if letter == "\\" or ord(letter) < 32 else letter for letter in name)[:64].strip()
    return Code(value, SCHEME, meaning or "Class without a name")
