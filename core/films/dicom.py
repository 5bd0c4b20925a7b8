"""Read a DICOM file as a grey picture with its acquisition tags.

Nothing that names the patient is kept. References to other files are not followed. The program
reads films through core/films/isolated_decoders.py, which runs `read_dicom` in a child process.
"""

import hashlib
import logging
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydicom import config
from pydicom.dataset import FileDataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut, apply_windowing
from pydicom.pixels.utils import pixel_array

from core.films.colourfulness import measure_chroma
from core.films.dicom_header import read_dicom_header
from core.system.errors import FilmUnreadable, Reason
from core.system.language import tr

DICOM_MAGIC: Final = b"DICM"  # Part 10, section 7.1: after a preamble of 128 bytes
DICOM_MAGIC_OFFSET: Final = 128
TAGS: Final = (
    "Modality", "Manufacturer", "ManufacturerModelName", "BodyPartExamined", "ViewPosition", "PatientPosition",
    "PhotometricInterpretation", "BitsStored", "ConversionType", "DetectorType", "Rows", "Columns", "PatientSex",
    "PatientAge",
)  # fmt: skip
PIXEL_KEYWORDS: Final = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")

# pydicom reports invalid tags with their values, which may name a patient: silence it
logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)
warnings.filterwarnings("ignore", module="pydicom")
config.settings.reading_validation_mode = config.IGNORE  # tags that are not read here may be invalid


@dataclass(frozen=True, slots=True)
class DicomFilm:
    """The film in a DICOM file.

    pixels: (height, width) uint8, dense tissue white. chroma: of a colour capture, 0..127 as
    core.films.colourfulness measures it; 0 for grey ones. tags: values of TAGS, as text. patient: a
    one-way hash of PatientID, "" if it is missing.
    """

    pixels: npt.NDArray[np.uint8]
    chroma: float
    tags: dict[str, str]
    patient: str


def read_dicom(stream: BinaryIO, max_pixels: int) -> DicomFilm:
    """Return the single frame in `stream` as a grey film.

    The modality LUT is applied, then the VOI LUT or the first window (Part 3, C.11.1 and C.11.2).
    Without a VOI LUT or window the full range of values is shown. MONOCHROME1 is inverted (Part 3,
    C.7.6.3.1.2). Raises FilmUnreadable: no_pixels, multi_frame, too_large, unsupported or damaged.
    """
    try:
        header = read_dicom_header(stream)
    except (MemoryError, FilmUnreadable):
        raise
    except Exception as error:  # pydicom's parser raises anything on bad bytes
        raise FilmUnreadable(Reason.DAMAGED, tr("Its DICOM header is damaged or cut off.")) from error
    _check_header(header, max_pixels)
    _check_transfer_syntax(header)
    try:
        pixels, chroma = _render_pixels(header)
        return DicomFilm(pixels, chroma, _read_tags(header), _hash_patient_id(header))
    except MemoryError:
        raise
    except NotImplementedError as error:
        sentence = tr("Its DICOM pixel format cannot be decoded ({why}).", why=error)
        raise FilmUnreadable(Reason.UNSUPPORTED, sentence) from error
    except Exception as error:  # decoders and pydicom raise anything on bad bytes
        raise FilmUnreadable(Reason.DAMAGED, tr("Its DICOM pixel data are damaged or cut off.")) from error


def _sop_class_name(header: FileDataset) -> str:
    """Return the name of the file's SOP class, "" if it is missing."""
    uid = header.file_meta.get("MediaStorageSOPClassUID") or header.get("SOPClassUID")
    return str(getattr(uid, "name", ""))


def _check_transfer_syntax(header: FileDataset) -> None:
    """Raise FilmUnreadable if no installed decoder reads the file's transfer syntax."""
    syntax = header.file_meta.get("TransferSyntaxUID")
    if not syntax:
        sentence = tr(
            "Its DICOM header does not state how the pixels are encoded (transfer syntax). Export the film again."
        )
        raise FilmUnreadable(Reason.UNSUPPORTED, sentence)
    try:
        is_decodable = get_decoder(syntax).is_available
    except NotImplementedError:
        is_decodable = False
    if not is_decodable:
        name = syntax.name if syntax.is_transfer_syntax else tr("unknown transfer syntax")
        raise FilmUnreadable(Reason.UNSUPPORTED, tr("Its DICOM pixel format cannot be decoded ({why}).", why=name))


def _check_header(header: FileDataset, max_pixels: int) -> None:
    """Raise FilmUnreadable if the header shows no pixels, several frames or too large a picture."""
    if not any(keyword in header for keyword in PIXEL_KEYWORDS):
        if "Image Storage" in _sop_class_name(header):
            raise FilmUnreadable(Reason.DAMAGED, tr("It is cut off before the picture."))
        raise FilmUnreadable(Reason.NO_PIXELS, tr("It is a DICOM file without a picture."))
    try:
        rows, columns = int(header.get("Rows") or 0), int(header.get("Columns") or 0)
        frames = int(header.get("NumberOfFrames") or 1)
    except (TypeError, ValueError) as error:
        raise FilmUnreadable(Reason.DAMAGED, tr("Its DICOM header gives no valid picture size.")) from error
    if rows * columns <= 0:
        raise FilmUnreadable(Reason.DAMAGED, tr("Its DICOM header gives no valid picture size."))
    if frames != 1:
        sentence = tr("It contains {frames:,} frames; a single film was expected.", frames=frames)
        raise FilmUnreadable(Reason.MULTI_FRAME, sentence)
    if rows * columns > max_pixels:
        sentence = tr(
            "Its header states {width:,} x {height:,} pixels, more than any film has.", width=columns, height=rows
        )
        raise FilmUnreadable(Reason.TOO_LARGE, sentence)


def _render_pixels(header: FileDataset) -> tuple[npt.NDArray[np.uint8], float]:
    """Return the pixels as a viewer would show them, in grey, and their chroma, 0..127."""
    stored = pixel_array(header, index=0 if "NumberOfFrames" in header else None)
    interpretation = str(header.get("PhotometricInterpretation", "MONOCHROME2"))
    if stored.ndim == 3:
        is_colour = interpretation.startswith(("RGB", "YBR"))
        chroma = _measure_capture_chroma(stored) if is_colour else 0.0
        return _convert_to_grey(stored), chroma
    if interpretation == "PALETTE COLOR":
        raise NotImplementedError(interpretation)
    pixels = _apply_window(apply_modality_lut(stored, header), header)
    if interpretation == "MONOCHROME1":
        pixels = 255 - pixels
    return pixels, 0.0


def _measure_capture_chroma(capture: npt.NDArray[np.generic]) -> float:
    """Return the chroma, 0..127, of a colour capture (height, width, 3)."""
    white = 255 if capture.dtype == np.uint8 else max(1, int(capture.max()))
    colours = (capture[..., :3].astype(np.float64) * (255 / white)).astype(np.uint8)
    return measure_chroma(Image.fromarray(colours))


def _apply_window(values: npt.NDArray[np.generic], header: FileDataset) -> npt.NDArray[np.uint8]:
    """Apply the VOI LUT or the first window to the output of the modality LUT.

    Without either, 8-bit data remain as they are, and deeper data are stretched from their smallest
    to their largest value.
    """
    if "VOILUTSequence" in header and header.VOILUTSequence:
        return _scale_to_8_bits(apply_voi_lut(values, header, index=0))
    if _has_window(header):
        # values far outside the window give its black and its white
        black, white = apply_windowing(np.array([-1e12, 1e12]), header, index=0)
        return _scale_to_8_bits(apply_windowing(values, header, index=0), float(black), float(white))
    if values.dtype == np.uint8:
        return np.asarray(values)
    return _scale_to_8_bits(values)


def _has_window(header: FileDataset) -> bool:
    """Return True if the header has a usable window; empty and zero-width ones are common."""
    try:
        centre = _first_number(header.WindowCenter)
        width = _first_number(header.WindowWidth)
    except (AttributeError, IndexError, TypeError, ValueError):
        return False
    return math.isfinite(centre) and math.isfinite(width) and width > 1


def _first_number(value: Any) -> float:
    """Return the first number of a value with one or several."""
    return float(value[0] if isinstance(value, Sequence) else value)


def _convert_to_grey(capture: npt.NDArray[np.generic]) -> npt.NDArray[np.uint8]:
    """Return a colour capture (height, width, 3) in grey: ITU-R BT.601 luma, as in Pillow."""
    weights = np.array([0.299, 0.587, 0.114])
    grey = capture[..., :3].astype(np.float64) @ weights
    white = 255.0 if capture.dtype == np.uint8 else float(max(grey.max(), 1.0))
    return np.asarray(np.round(grey * (255.0 / white)), np.uint8)


def _scale_to_8_bits(
    values: npt.NDArray[np.generic], low: float | None = None, high: float | None = None
) -> npt.NDArray[np.uint8]:
    """Stretch values from `low`..`high` to 0..255; None: the smallest and the largest value."""
    numbers = values.astype(np.float64)
    low = float(numbers.min()) if low is None else low
    high = float(numbers.max()) if high is None else high
    if high <= low:
        return np.zeros(values.shape, np.uint8)
    return np.round((np.clip(numbers, low, high) - low) * (255 / (high - low))).astype(np.uint8)


def _read_tags(header: FileDataset) -> dict[str, str]:
    """Return the values of TAGS as text, without those that are missing, empty or unreadable."""
    tags = {}
    for name in TAGS:
        try:
            value = header.get(name)
        except Exception:  # pydicom raises anything on invalid values
            continue
        if value not in (None, ""):
            tags[name] = str(value).strip()
    return tags


def _hash_patient_id(header: FileDataset) -> str:
    """Return a one-way hash of PatientID, "" if missing; the ID never leaves this function."""
    patient = str(header.get("PatientID") or "").strip()
    if not patient:
        return ""
    return hashlib.sha256(f"PneumoScreen {patient}".encode("utf-8", "replace")).hexdigest()[:12]
