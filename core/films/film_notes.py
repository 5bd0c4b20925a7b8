"""What a reader of a film should know about how it was read."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final

from core.system.language import marked, tr


class Note(StrEnum):
    """Something unusual about a film that could be read. The values are written to JSON."""

    # the file
    NO_FILE_META = "no_file_meta"
    WRONG_TRANSFER_SYNTAX = "wrong_transfer_syntax"
    HEADER_INCOMPLETE = "header_incomplete"
    HEADER_CONTRADICTS_PICTURE = "header_contradicts_picture"
    # stored values
    UNUSED_BITS_MASKED = "unused_bits_masked"
    BITS_STORED_WRONG = "bits_stored_wrong"
    VALUES_SHIFTED = "values_shifted"
    # stored values to grey
    RESCALE_UNREADABLE = "rescale_unreadable"
    MODALITY_LUT_UNREADABLE = "modality_lut_unreadable"
    VOI_LUT_UNREADABLE = "voi_lut_unreadable"
    VOI_LUT_DEPTH_WRONG = "voi_lut_depth_wrong"
    WINDOW_UNUSABLE = "window_unusable"
    VOI_FUNCTION_UNKNOWN = "voi_function_unknown"
    OUTLIERS_IGNORED = "outliers_ignored"
    PADDING_HIDDEN = "padding_hidden"
    PADDING_UNREADABLE = "padding_unreadable"
    SHUTTER_APPLIED = "shutter_applied"
    SHUTTER_UNREADABLE = "shutter_unreadable"
    COLOUR_CONVERTED = "colour_converted"
    REDUCED_PAGE_IGNORED = "reduced_page_ignored"
    # orientation and content
    TURNED_UPRIGHT = "turned_upright"
    MIRRORED_BACK = "mirrored_back"
    LATERAL_MENTIONED = "lateral_mentioned"
    AGE_COMPUTED = "age_computed"
    BURNED_IN_ANNOTATION = "burned_in_annotation"


AddNote = Callable[[Note], None]
SENTENCES: Final = {
    Note.NO_FILE_META: marked("The file does not begin as a DICOM file should; its encoding was recognised from it."),
    Note.WRONG_TRANSFER_SYNTAX: marked("The file is encoded in another way than its header states."),
    Note.HEADER_INCOMPLETE: marked("The header does not describe the pixels in full; the usual values were assumed."),
    Note.HEADER_CONTRADICTS_PICTURE: marked(
        "The compressed picture has another depth or number of channels than the header states; "
        "the picture was followed."
    ),
    Note.UNUSED_BITS_MASKED: marked("Bits beyond those that the header declares were ignored, such as an overlay."),
    Note.BITS_STORED_WRONG: marked("The pixels use more bits than the header declares; all of them were read."),
    Note.VALUES_SHIFTED: marked("The pixels are stored in the upper bits of their words and were shifted."),
    Note.RESCALE_UNREADABLE: marked("Rescale slope or intercept is empty or invalid; slope 1, intercept 0 was used."),
    Note.MODALITY_LUT_UNREADABLE: marked("The modality lookup table is empty or damaged and was not applied."),
    Note.VOI_LUT_UNREADABLE: marked("A grey value lookup table (VOI LUT) is empty or damaged and was not applied."),
    Note.VOI_LUT_DEPTH_WRONG: marked(
        "The grey value lookup table (VOI LUT) has another depth than it states; its own values were followed."
    ),
    Note.WINDOW_UNUSABLE: marked("A window in the header shows nothing of this film and was not applied."),
    Note.VOI_FUNCTION_UNKNOWN: marked("The header names an unknown window function; a linear window was used."),
    Note.OUTLIERS_IGNORED: marked(
        "Without a window, grey values were stretched to the film itself, not to a few values far from it."
    ),
    Note.PADDING_HIDDEN: marked("Pixels that the header marks as padding are shown black."),
    Note.PADDING_UNREADABLE: marked("The header marks nearly the whole film as padding; that was not believed."),
    Note.SHUTTER_APPLIED: marked("What the display shutter of the header hides is shown black."),
    Note.SHUTTER_UNREADABLE: marked("The display shutter of the header is incomplete and was not applied."),
    Note.COLOUR_CONVERTED: marked("The film is stored in colour and was converted to grey."),
    Note.REDUCED_PAGE_IGNORED: marked("The file also contains a reduced copy of the film, which was ignored."),
    Note.TURNED_UPRIGHT: marked("The film was stored turned or upside down and was turned upright."),
    Note.MIRRORED_BACK: marked("The film was stored mirrored and was mirrored back."),
    Note.LATERAL_MENTIONED: marked(
        "The header's descriptions mention a lateral view: check that this film is frontal."
    ),
    Note.AGE_COMPUTED: marked("The age was computed from the birth date and the date of the film."),
    Note.BURNED_IN_ANNOTATION: marked("The header states that text is burned into the picture."),
}


def format_notes(notes: Iterable[Note]) -> tuple[str, ...]:
    """Return the translated sentence of each note."""
    return tuple(tr(SENTENCES[note]) for note in notes)
