"""One DICOM file as a grey picture, and how it was taken. Keeps nothing that names a patient, follows no reference.

The program reads films through core/films/isolated_decoders.py, which runs `read_dicom` in a child process.
"""

import hashlib
import logging
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

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

# pydicom reports odd tags with their values, and those may name a patient: nothing of it may reach a screen or log
logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)
warnings.filterwarnings("ignore", module="pydicom")
config.settings.reading_validation_mode = config.IGNORE  # odd values in tags that are not read here do not matter


@dataclass(frozen=True, slots=True)
class DicomFilm:
    """One film of a DICOM file.

    pixels: (height, width) uint8, dense tissue white. chroma: of a capture in colour, 0..127 as
    core.films.colourfulness gives it, 0 for grey ones. tags: how it was taken (TAGS, Rows, Columns), as
    text. patient: a one-way code of the patient's identifier, "" where none is named.
    """

    pixels: npt.NDArray[np.uint8]
    chroma: float
    tags: dict[str, str]
    patient: str


def read_dicom(stream: BinaryIO, max_pixels: int) -> DicomFilm:
    """The one frame in `stream`.

    The modality LUT, then the VOI LUT or the first window are applied (Part 3, C.11.1 and C.11.2); without one the
    range from the smallest to the largest value is shown. MONOCHROME1 is inverted (Part 3, C.7.6.3.1.2).
    Raises FilmUnreadable: no_pixels, multi_frame, too_large, unsupported or damaged.
    """
    try:
        header = read_dicom_header(stream)
    except (MemoryError, FilmUnreadable):
        raise
    except Exception as error:  # pydicom's parser raises whatever the bytes led it to
        raise FilmUnreadable(Reason.DAMAGED, tr("Its DICOM header is damaged or cut off.")) from error
    _check_header(header, max_pixels)
    _check_syntax(header)
    try:
        pixels, colour = _shown(header)
        return DicomFilm(pixels, colour, _tags_of(header), _patient_of(header))
    except MemoryError:
        raise
    except NotImplementedError as error:
        sentence = tr("Its DICOM pixel format cannot be decoded ({why}).", why=error)
        raise FilmUnreadable(Reason.UNSUPPORTED, sentence) from error
    except Exception as error:  # decoders and pydicom raise whatever their parsers met
        raise FilmUnreadable(Reason.DAMAGED, tr("Its DICOM pixel data are damaged or cut off.")) from error


def _kind_of(header: FileDataset) -> str:
    """The name of what the file says that it holds, from its beginning; "" where it does not say."""
    kind = header.file_meta.get("MediaStorageSOPClassUID") or header.get("SOPClassUID")
    return str(getattr(kind, "name", ""))


def _check_syntax(header: FileDataset) -> None:
    """Refuse what no decoder here can read."""
    syntax = header.file_meta.get("TransferSyntaxUID")
    if not syntax:
        sentence = tr(
            "Its DICOM header does not say how the pixels are coded (transfer syntax). Export the film again."
        )
        raise FilmUnreadable(Reason.UNSUPPORTED, sentence)
    try:
        is_known = get_decoder(syntax).is_available
    except NotImplementedError:
        is_known = False
    if not is_known:
        name = syntax.name if syntax.is_transfer_syntax else tr("unknown transfer syntax")
        raise FilmUnreadable(Reason.UNSUPPORTED, tr("Its DICOM pixel format cannot be decoded ({why}).", why=name))


def _check_header(header: FileDataset, max_pixels: int) -> None:
    """Refuse from the header alone what holds no single film or must not be decoded."""
    if not any(keyword in header for keyword in PIXEL_KEYWORDS):
        if "Image Storage" in _kind_of(header):
            raise FilmUnreadable(Reason.DAMAGED, tr("It is cut off before its picture."))
        raise FilmUnreadable(Reason.NO_PIXELS, tr("It is a DICOM file without a picture."))
    try:
        rows, columns = int(header.get("Rows") or 0), int(header.get("Columns") or 0)
        frames = int(header.get("NumberOfFrames") or 1)
    except (TypeError, ValueError) as error:
        raise FilmUnreadable(Reason.DAMAGED, tr("Its DICOM header gives no usable picture size.")) from error
    if rows * columns <= 0:
        raise FilmUnreadable(Reason.DAMAGED, tr("Its DICOM header gives no usable picture size."))
    if frames != 1:
        sentence = tr("It holds {frames:,} frames; one film was expected.", frames=frames)
        raise FilmUnreadable(Reason.MULTI_FRAME, sentence)
    if rows * columns > max_pixels:
        sentence = tr("It claims {width:,} x {height:,} pixels; no film has.", width=columns, height=rows)
        raise FilmUnreadable(Reason.TOO_LARGE, sentence)


def _shown(header: FileDataset) -> tuple[npt.NDArray[np.uint8], float]:
    """Stored values as a viewer would show them, and how coloured they are."""
    stored = pixel_array(header, index=0 if "NumberOfFrames" in header else None)
    interpretation = str(header.get("PhotometricInterpretation", "MONOCHROME2"))
    if stored.ndim == 3:
        return _luma(stored), _chroma_of(stored) if interpretation.startswith(("RGB", "YBR")) else 0.0
    if interpretation == "PALETTE COLOR":
        raise NotImplementedError(interpretation)
    shown = _windowed(apply_modality_lut(stored, header), header)
    return 255 - shown if interpretation == "MONOCHROME1" else shown, 0.0


def _chroma_of(stored: npt.NDArray[np.generic]) -> float:
    """`measure_chroma` of a capture (height, width, 3)."""
    top = max(1, int(stored.max())) if stored.dtype != np.uint8 else 255
    return measure_chroma(Image.fromarray((stored[..., :3].astype(np.float64) * (255 / top)).astype(np.uint8)))


def _windowed(values: npt.NDArray[np.generic], header: FileDataset) -> npt.NDArray[np.uint8]:
    """Values of the modality LUT as the VOI LUT or the first window shows them.

    With neither, 8-bit data are shown as they are and deeper data from their smallest to their largest value.
    """
    if "VOILUTSequence" in header and header.VOILUTSequence:
        return _stretched(apply_voi_lut(values, header, index=0))
    if _has_window(header):
        # beyond the window's ends lie its black and its white
        black, white = apply_windowing(np.array([-1e12, 1e12]), header, index=0)
        return _stretched(apply_windowing(values, header, index=0), float(black), float(white))
    if values.dtype == np.uint8:
        return np.asarray(values)
    return _stretched(values)


def _has_window(header: FileDataset) -> bool:
    """True where the header gives a window that can be applied; empty and zero-width ones are common."""
    try:
        window = header.WindowCenter, header.WindowWidth
        centre, width = (float(value[0] if isinstance(value, Sequence) else value) for value in window)
    except (AttributeError, IndexError, TypeError, ValueError):
        return False
    return math.isfinite(centre) and math.isfinite(width) and width > 1


def _luma(colour: npt.NDArray[np.generic]) -> npt.NDArray[np.uint8]:
    """A colour capture (height, width, 3) as grey; ITU-R BT.601 luma, as Pillow's."""
    weights = np.array([0.299, 0.587, 0.114])
    grey = colour[..., :3].astype(np.float64) @ weights
    top = 255.0 if colour.dtype == np.uint8 else float(max(grey.max(), 1.0))
    return np.asarray(np.round(grey * (255.0 / top)), np.uint8)


def _stretched(
    values: npt.NDArray[np.generic], low: float | None = None, high: float | None = None
) -> npt.NDArray[np.uint8]:
    """Values as 0..255 from `low` to `high`; None stands for the smallest and the largest value."""
    numbers = values.astype(np.float64)
    low = float(numbers.min()) if low is None else low
    high = float(numbers.max()) if high is None else high
    if high <= low:
        return np.zeros(values.shape, np.uint8)
    return np.round((np.clip(numbers, low, high) - low) * (255 / (high - low))).astype(np.uint8)


def _tags_of(header: FileDataset) -> dict[str, str]:
    """How a film was taken. A tag that cannot be read counts as not told."""
    told = {}
    for name in TAGS:
        try:
            value = header.get(name)
        except Exception:  # pydicom raises whatever an odd value leads it to
            continue
        if value not in (None, ""):
            told[name] = str(value).strip()
    return told


def _patient_of(header: FileDataset) -> str:
    """The one-way code; the identifier itself never leaves this function."""
    patient = str(header.get("PatientID") or "").strip()
    return hashlib.sha256(f"PneumoScreen {patient}".encode("utf-8", "replace")).hexdigest()[:12] if patient else ""
