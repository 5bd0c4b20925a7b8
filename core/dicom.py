"""The pixels of one DICOM file as a grey picture. Keeps nothing that names a patient, follows no reference."""

import hashlib
import logging
import math
import warnings
from collections.abc import Sequence
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt
from pydicom import config, dcmread
from pydicom.dataset import FileDataset
from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut, apply_windowing
from pydicom.pixels.utils import pixel_array

from core.errors import FilmUnreadable, Reason

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


def read_dicom(stream: BinaryIO, max_pixels: int) -> npt.NDArray[np.uint8]:
    """The one frame in `stream` as (height, width) uint8, dense tissue white.

    The modality LUT, then the VOI LUT or the first window are applied (Part 3, C.11.1 and C.11.2); without one the
    range from the smallest to the largest value is shown. MONOCHROME1 is inverted (Part 3, C.7.6.3.1.2).
    Raises FilmUnreadable: no_pixels, multi_frame, too_large, unsupported or damaged.
    """
    try:
        header = dcmread(stream)
    except MemoryError:
        raise
    except Exception as error:  # pydicom's parser raises whatever the bytes led it to
        raise FilmUnreadable(Reason.DAMAGED, "Its DICOM header is damaged or cut off.") from error
    _check_header(header, max_pixels)
    try:
        return _shown(header)
    except MemoryError:
        raise
    except (NotImplementedError, RuntimeError) as error:
        syntax = header.file_meta.get("TransferSyntaxUID", None)
        name = syntax.name if syntax else "missing transfer syntax"
        raise FilmUnreadable(Reason.UNSUPPORTED, f"Its DICOM pixel format cannot be decoded ({name}).") from error
    except Exception as error:  # decoders and pydicom raise whatever their parsers met
        raise FilmUnreadable(Reason.DAMAGED, "Its DICOM pixel data are damaged or cut off.") from error


def _check_header(header: FileDataset, max_pixels: int) -> None:
    """Refuse from the header alone what holds no single film or must not be decoded."""
    if not any(keyword in header for keyword in PIXEL_KEYWORDS):
        raise FilmUnreadable(Reason.NO_PIXELS, "It is a DICOM file without a picture.")
    try:
        rows, columns = int(header.get("Rows") or 0), int(header.get("Columns") or 0)
        frames = int(header.get("NumberOfFrames") or 1)
    except (TypeError, ValueError) as error:
        raise FilmUnreadable(Reason.DAMAGED, "Its DICOM header gives no usable picture size.") from error
    if rows * columns <= 0:
        raise FilmUnreadable(Reason.DAMAGED, "Its DICOM header gives no usable picture size.")
    if frames != 1:
        raise FilmUnreadable(Reason.MULTI_FRAME, f"It holds {frames:,} frames; one film was expected.")
    if rows * columns > max_pixels:
        raise FilmUnreadable(Reason.TOO_LARGE, f"It claims {columns:,} x {rows:,} pixels; no film has.")


def _shown(header: FileDataset) -> npt.NDArray[np.uint8]:
    """Stored values as a viewer would show them."""
    stored = pixel_array(header, index=0 if "NumberOfFrames" in header else None)
    interpretation = str(header.get("PhotometricInterpretation", "MONOCHROME2"))
    if stored.ndim == 3:
        return _luma(stored)
    if interpretation == "PALETTE COLOR":
        raise NotImplementedError(interpretation)
    shown = _windowed(apply_modality_lut(stored, header), header)
    return 255 - shown if interpretation == "MONOCHROME1" else shown


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


def read_tags(stream: BinaryIO) -> tuple[dict[str, str], str]:
    """How a film was taken (TAGS, as text), and a one-way code of its patient, "" where none is named.

    The patient's identifier itself never leaves this function.
    Raises FilmUnreadable (damaged).
    """
    try:
        header = dcmread(stream, stop_before_pixels=True, specific_tags=[*TAGS, "PatientID", "Rows", "Columns"])
        tags = {name: str(header.get(name)).strip() for name in TAGS if header.get(name) not in (None, "")}
        patient = str(header.get("PatientID") or "").strip()
    except MemoryError:
        raise
    except Exception as error:  # pydicom's parser raises whatever the bytes led it to
        raise FilmUnreadable(Reason.DAMAGED, "Its DICOM header is damaged or cut off.") from error
    code = hashlib.sha256(f"PneumoScreen {patient}".encode("utf-8", "replace")).hexdigest()[:12] if patient else ""
    return tags, code
