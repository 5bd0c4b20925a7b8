"""Export a film with its heat map as a DICOM Secondary Capture image (Part 3, A.8.1)."""

from copy import deepcopy
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from core.exports.dicom_identity import Pseudonymizer, Source
from core.films.images import resize
from core.metrics.figure_labels import plain_probability
from core.models.decision import Decision
from core.models.model_header import ModelHeader
from core.screening.events import FilmReading
from core.screening.reader_calls import Opinion
from core.system.errors import REFUSALS, UNLIKE_CAUTION, format_reason
from core.system.language import tr
from core.system.product import NOTICE, PROGRAM, VERSION
from resources import resource

BURNT_NOTICE: Final = "NOT FOR DIAGNOSTIC USE. For research and education."
LONGEST_PX: Final = 2048  # keeps files small; a heat map of few cells gains nothing by more
NARROWEST_PX: Final = 320
SMALLEST_LETTERS_PX: Final = 10
SERIES: Final = 9101  # far above the numbers of devices, so that viewers list it last

Colours = npt.NDArray[np.uint8]


def draw_capture(reading: FilmReading, header: ModelHeader, opinion: Opinion | None = None) -> Colours:
    """Return the film with its heat map and a caption strip below, (height, width, 3) uint8.

    opinion: a reader's. The strip begins with `list_first_sentences`. Nothing is written over the
    film itself, which begins at the upper left. A film with a side above LONGEST_PX is scaled down;
    one narrower than NARROWEST_PX is padded with black on the right.
    """
    from core.inference.heat_map import draw_overlay

    height, width = reading.pixels.shape
    scale = min(1.0, LONGEST_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    heat = reading.heat
    if scale < 1:
        heat = np.asarray(Image.fromarray(heat).resize(size, Image.Resampling.BILINEAR))
    film = np.asarray(draw_overlay(resize(reading.pixels, size[1], size[0]), heat))
    first = list_first_sentences(reading, opinion)
    lines = [*first, BURNT_NOTICE, format_answer(reading), format_review_reason(reading, header)]
    strip = _draw_strip(max(NARROWEST_PX, size[0]), lines)
    margin = np.zeros((size[1], strip.shape[1] - size[0], 3), np.uint8)
    return np.concatenate([np.concatenate([film, margin], axis=1), strip])


def list_first_sentences(reading: FilmReading, opinion: Opinion | None) -> list[str]:
    """Return what comes before the model's answer: cautions on the film, and a reader's opinion."""
    cautions = [tr(UNLIKE_CAUTION)] if reading.is_unlike else []
    if reading.reason in REFUSALS:
        cautions.append(tr("Scored although it was refused: {reason}.", reason=format_reason(reading.reason)))
    return [*cautions, opinion.sentence] if opinion else cautions


def format_answer(reading: FilmReading) -> str:
    """Return the model's result on one film in one line."""
    decision = "to review" if reading.decision == "review" else reading.decision.value
    answer = f"probability of {reading.finding} {plain_probability(reading.probability)}, {decision}"
    scale = "the clearest validation films" if reading.is_heat_scaled else "its maximum on this film"
    return f"{PROGRAM}, model {reading.model}: {answer}. Orange: evidence for {reading.finding}, scaled to {scale}."


def format_review_reason(reading: FilmReading, header: ModelHeader) -> str:
    """Return why a film is to be reviewed, "" if it is not, or if a caution says it already."""
    if reading.decision is not Decision.REVIEW or reading.is_unlike:
        return ""
    low, high = map(plain_probability, header.calibration.review_band)
    return f"To review, because the probability is in the model's review band, {low} to {high}."


def _draw_strip(width: int, lines: list[str]) -> Colours:
    """Return white text on black, `width` wide and as high as needed, (height, width, 3) uint8."""
    from core.documents.fonts import escape_undrawable

    size = max(SMALLEST_LETTERS_PX, width // 70)
    font = ImageFont.truetype(str(resource("fonts/DejaVuSans.ttf")), size)
    margin = size // 2
    wrapped = [part for line in lines for part in _wrap(escape_undrawable(line), font, width - 2 * margin)]
    step = round(1.35 * size)
    picture = Image.new("RGB", (width, step * len(wrapped) + 2 * margin))
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(wrapped):
        draw.text((margin, margin + step * number), line, fill="white", font=font)
    return np.asarray(picture)


def _wrap(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Wrap text into lines of at most `width` pixels; only words wider than that are split."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            lines[-1] = longer
            continue
        lines.append("")
        for letter in word:
            if lines[-1] and font.getlength(lines[-1] + letter) > width:
                lines.append("")
            lines[-1] += letter
    return [line for line in lines if line]


def build_capture(
    reading: FilmReading,
    header: ModelHeader,
    source: Source,
    pseudonyms: Pseudonymizer,
    instance: str,
    opinion: Opinion | None = None,
) -> Dataset:
    """Return the Secondary Capture image.

    instance: its SOP instance UID. opinion: a reader's on this film. It has no date of its own, so that
    the same answer is always the same object.
    BurnedInAnnotation is YES (C.7.6.1), because nobody checked whether the film itself shows a
    name.
    """
    image = _create_image(reading, header, source, pseudonyms, instance, opinion)
    image.update(deepcopy(source.identity))
    image.BodyPartExamined = "CHEST"
    image.PatientOrientation = list(source.orientation)  # type 2C, empty where unknown
    image.ConversionType = "WSD"  # made on a workstation (C.8.6.1)
    image.BurnedInAnnotation = "YES"
    image.DerivationDescription = (
        f"Film with Grad-CAM heat map (Selvaraju et al. 2017) in orange. {format_answer(reading)}"[:1024]
    )
    first = list_first_sentences(reading, opinion)
    said = [*first, tr(NOTICE), format_review_reason(reading, header), reading.validation]
    image.ImageComments = " ".join(filter(None, said))[:10240]
    for keyword, value in source.lossy.items():
        setattr(image, keyword, value)
    if source.image is not None:
        image.SourceImageSequence = [_build_reference(source.image)]
    remove_times(image)
    return image


def _create_image(
    reading: FilmReading,
    header: ModelHeader,
    source: Source,
    pseudonyms: Pseudonymizer,
    instance: str,
    opinion: Opinion | None,
) -> Dataset:
    """Return the image as highdicom builds it, before patient and study are set."""
    from highdicom.sc import SCImage

    return SCImage(
        draw_capture(reading, header, opinion),
        "RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        patient_orientation=("L", "F"),  # required by highdicom; replaced by that of the source
        study_instance_uid=source.identity.StudyInstanceUID,
        series_instance_uid=pseudonyms.uid("captures", source.identity.StudyInstanceUID, reading.model),
        series_number=SERIES,
        series_description=f"{PROGRAM} heat maps",
        sop_instance_uid=instance,
        instance_number=1,
        manufacturer=PROGRAM,
        manufacturer_model_name=PROGRAM,
        software_versions=VERSION,
        transfer_syntax_uid=ExplicitVRLittleEndian,
        specific_character_set="ISO_IR 192",
    )


def _build_reference(image: tuple[str, str, str]) -> Dataset:
    """Return the source image and its purpose (Part 3, C.7.6.1.1.4 and PS3.16, CID 7202)."""
    purpose = Dataset()
    purpose.CodeValue, purpose.CodingSchemeDesignator = "121322", "DCM"
    purpose.CodeMeaning = "Source image for image processing operation"
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID, _ = image
    item.PurposeOfReferenceCodeSequence = [purpose]
    return item


def remove_times(dataset: Dataset) -> None:
    """Remove the times of writing that highdicom sets."""
    for equipment in dataset.get("ContributingEquipmentSequence", ()):
        equipment.pop("ContributionDateTime", None)
    for moment in ("InstanceCreation", "Content", "SecondaryCapture"):
        for keyword in (f"{moment}Date", f"{moment}Time", f"DateOf{moment}", f"TimeOf{moment}"):
            dataset.pop(keyword, None)
