"""Which way a chest film was taken and how it is stored, by its DICOM header."""

from typing import Final

import numpy as np
from pydicom.dataset import Dataset

from core.films.dicom_values import read_items, read_text, read_texts
from core.films.film_notes import AddNote, Note
from core.films.grey_range import Grey
from core.films.view_words import LATERAL, is_side_view, read_described_view

# PS3.16, CID 4010: SNOMED CT codes and the older SNOMED RT codes of the same meaning
FRONTAL_CODES: Final = {
    "272479007": "PA", "R-40888": "PA", "R-10214": "PA", "399348003": "AP", "R-10206": "AP",
}  # fmt: skip
SIDE_CODES: Final = frozenset({
    "399067008", "R-102CD", "399173006", "R-10236", "399198007", "R-10232", "399352003", "R-10228", "399260004",
    "R-10224", "399182000", "R-102C1", "260427002", "R-40783", "399184004", "R-10238", "399236003", "R-10234",
    "399135007", "R-10220", "399356000", "R-40985", "399006002", "R-10212", "399038007", "R-10210",
})  # fmt: skip
FILM_TEXTS: Final = ("SeriesDescription", "ProtocolName", "AcquisitionDeviceProcessingDescription", "ImageComments")
STUDY_TEXTS: Final = ("StudyDescription", "PerformedProcedureStepDescription", "RequestedProcedureDescription")
# Patient Orientation (C.7.6.1.1.1) of an upright frontal film: rows run to the patient's left, columns to the feet
UPRIGHT: Final = ("L", "F")
OPPOSITE: Final = {"L": "R", "R": "L", "F": "H", "H": "F"}


def read_view(header: Dataset, add_note: AddNote) -> tuple[str, bool]:
    """Return the view of a film, and whether it is a lateral or oblique one.

    View Position decides, then View Code Sequence, then Patient Orientation, which runs from front
    to back only in lateral films, then the words of the film's descriptions. What speaks of a
    lateral view against stronger evidence only gives a note: descriptions often name all films of
    a study.
    """
    stated = read_text(header, "ViewPosition").upper()
    view, is_lateral = stated, is_side_view(stated)
    for code in () if stated else _list_view_codes(header):
        if code in SIDE_CODES:
            view, is_lateral = LATERAL, True
        view = view or FRONTAL_CODES.get(code, "")
    if not view and _runs_from_front_to_back(header):
        view, is_lateral = LATERAL, True
    described = [read_described_view(read_text(header, keyword)) for keyword in FILM_TEXTS]
    if not view and LATERAL in described and not {"PA", "AP", "FRONTAL"} & set(described):
        view, is_lateral = LATERAL, True
    mentioned = [*described, *(read_described_view(read_text(header, keyword)) for keyword in STUDY_TEXTS)]
    is_side_stated = any(code in SIDE_CODES for code in _list_view_codes(header)) or _runs_from_front_to_back(header)
    if not is_lateral and (is_side_stated or any(one in {LATERAL, "BOTH"} for one in mentioned)):
        add_note(Note.LATERAL_MENTIONED)
    return view or next((one for one in described if one in {"PA", "AP"}), ""), is_lateral


def _list_view_codes(header: Dataset) -> list[str]:
    """Return the codes of the view and of its modifiers, such as oblique."""
    views = read_items(header, "ViewCodeSequence")
    modifiers = [item for view in views for item in read_items(view, "ViewModifierCodeSequence")]
    return [read_text(item, "CodeValue").upper() for item in (*views, *modifiers)]


def _runs_from_front_to_back(header: Dataset) -> bool:
    return any(direction[:1] in {"A", "P"} for direction in _list_directions(header))


def _list_directions(header: Dataset) -> tuple[str, ...]:
    return tuple(direction.upper() for direction in read_texts(header, "PatientOrientation"))


def turn_upright(pixels: Grey, header: Dataset, add_note: AddNote) -> Grey:
    """Return a frontal film turned or mirrored as Patient Orientation requires.

    Only where both directions are clear: one is left or right, the other head or feet.
    """
    directions = _list_directions(header)
    if len(directions) != 2 or read_text(header, "AnatomicalOrientationType").upper() == "QUADRUPED":
        return pixels
    if not all(direction in OPPOSITE for direction in directions):
        return pixels
    sideways = directions[0] in {"F", "H"}
    if sideways == (directions[1] in {"F", "H"}):
        return pixels
    if sideways:  # the rows run along the body
        pixels, directions = pixels.T, directions[::-1]
    across, down = directions
    is_mirrored, is_upside_down = across != UPRIGHT[0], down != UPRIGHT[1]
    if is_mirrored:
        pixels = pixels[:, ::-1]
    if is_upside_down:
        pixels = pixels[::-1]
    # each reflection changes the handedness, and so does exchanging rows and columns
    if sideways or is_upside_down:
        add_note(Note.TURNED_UPRIGHT)
    if (sideways + is_mirrored + is_upside_down) % 2:
        add_note(Note.MIRRORED_BACK)
    return np.ascontiguousarray(pixels)
