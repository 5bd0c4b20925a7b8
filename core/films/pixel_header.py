"""Complete and correct the part of a DICOM header that describes the pixels (PS3.3, C.7.6.3).

Old and converted files leave attributes out, and some headers contradict the compressed picture.
"""

import re
from typing import Final

from pydicom.dataset import FileDataset
from pydicom.encaps import generate_frames
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGLosslessSV1,
    RLELossless,
)

from core.films.codestream import Codestream, read_codestream
from core.films.dicom_values import read_number, read_text
from core.films.film_notes import AddNote, Note
from core.system.errors import FilmUnreadable, Reason
from core.system.language import tr

PIXEL_KEYWORDS: Final = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
GE_PRIVATE: Final = UID("1.2.840.113619.5.2")  # implicit VR little endian, but pixels big endian
ITEM: Final = b"\xfe\xff\x00\xe0"  # the tag that encapsulated pixels begin with (PS3.5, A.4)
# number of segments, 1 to 15, and offset of the first one, as a run-length coded frame begins (PS3.5, G.5)
RLE_OFFSET: Final = re.compile(rb"[\x01-\x0f]\0\0\0\x40\0\0\0")
BITS_ALLOCATED: Final = (1, 8, 16, 32, 64)
JPEG_PROCESSES: Final = "1.2.840.10008.1.2.4."  # JPEG, JPEG-LS and JPEG 2000 have UIDs of this form


def check_picture(header: FileDataset, max_pixels: int) -> None:
    """Raise FilmUnreadable if the header shows no pixels, several frames or too large a picture."""
    if not any(keyword in header for keyword in PIXEL_KEYWORDS):
        if "Image Storage" in _sop_class_name(header):
            raise FilmUnreadable(Reason.DAMAGED, tr("It is cut off before the picture."))
        raise FilmUnreadable(Reason.NO_PIXELS, tr("It is a DICOM file without a picture."))
    rows, columns = read_number(header, "Rows"), read_number(header, "Columns")
    frames = read_number(header, "NumberOfFrames") or 1
    if not rows or not columns or rows < 1 or columns < 1:
        raise FilmUnreadable(Reason.DAMAGED, tr("Its DICOM header gives no valid picture size."))
    if frames != 1:
        sentence = tr("It contains {frames:,} frames; a single film was expected.", frames=int(frames))
        raise FilmUnreadable(Reason.MULTI_FRAME, sentence)
    _check_size(int(rows), int(columns), max_pixels)


def _check_size(rows: int, columns: int, max_pixels: int) -> None:
    if rows * columns > max_pixels:
        sentence = tr(
            "Its header states {width:,} x {height:,} pixels, more than any film has.", width=columns, height=rows
        )
        raise FilmUnreadable(Reason.TOO_LARGE, sentence)


def complete_header(header: FileDataset, add_note: AddNote) -> None:
    """Set missing and invalid attributes of the pixels to their usual values.

    Raises FilmUnreadable (unsupported) for pixels that do not fill whole bytes.
    """
    allocated = read_number(header, "BitsAllocated")
    if allocated in (10, 12):
        sentence = tr("Its DICOM pixel format cannot be decoded ({why}).", why=tr("packed bits"))
        raise FilmUnreadable(Reason.UNSUPPORTED, sentence)
    stored = read_number(header, "BitsStored")
    high = read_number(header, "HighBit")
    representation = read_number(header, "PixelRepresentation")
    samples = read_number(header, "SamplesPerPixel")
    interpretation = read_text(header, "PhotometricInterpretation").upper()
    if allocated not in BITS_ALLOCATED and allocated is not None:
        raise ValueError("bits allocated")
    allocated = int(allocated or _guess_allocated(header))
    stored = int(stored) if stored and 1 <= stored <= allocated else allocated
    high = int(high) if high is not None and stored - 1 <= high < allocated else stored - 1
    representation = int(representation) if representation in (0, 1) else 0
    samples = int(samples) if samples else (3 if interpretation.startswith(("RGB", "YBR")) else 1)
    usual = {
        "BitsAllocated": allocated,
        "BitsStored": stored,
        "HighBit": high,
        "PixelRepresentation": representation,
        "SamplesPerPixel": samples,
        "PhotometricInterpretation": interpretation or ("MONOCHROME2" if samples == 1 else "RGB"),
        "NumberOfFrames": 1,
    }
    if samples > 1:
        planar = read_number(header, "PlanarConfiguration")
        usual["PlanarConfiguration"] = int(planar) if planar in (0, 1) else 0
    is_complete = all(read_text(header, keyword) for keyword in usual if keyword != "NumberOfFrames")
    if not is_complete or stored != read_number(header, "BitsStored"):
        add_note(Note.HEADER_INCOMPLETE)
    for keyword, value in usual.items():
        setattr(header, keyword, value)


def _guess_allocated(header: FileDataset) -> int:
    """Return the bits for each pixel that native pixels of the stated size take."""
    pixels = int(header.Rows) * int(header.Columns)
    return 8 if len(header.get("PixelData", b"")) < 2 * pixels else 16


def settle_syntax(header: FileDataset, add_note: AddNote) -> bool:
    """Set the transfer syntax that the pixels have, if it is missing or contradicts them.

    Returns whether the bytes of each word must be swapped after decoding, as for GE's private
    syntax. Raises FilmUnreadable (unsupported) if no installed decoder reads it.
    """
    stated = header.file_meta.get("TransferSyntaxUID")
    if stated == GE_PRIVATE:
        header.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
        return True
    syntax = UID(str(stated)) if stated else _native_syntax(header)
    if not stated:
        add_note(Note.NO_FILE_META)
    if "PixelData" in header:
        found = _find_syntax(header, syntax)
        if stated and found != syntax:
            add_note(Note.WRONG_TRANSFER_SYNTAX)
        syntax = found
    header.file_meta.TransferSyntaxUID = syntax
    if not _is_decodable(syntax):
        name = syntax.name if syntax.is_transfer_syntax else tr("unknown transfer syntax")
        raise FilmUnreadable(Reason.UNSUPPORTED, tr("Its DICOM pixel format cannot be decoded ({why}).", why=name))
    return False


def _native_syntax(header: FileDataset) -> UID:
    """Return the uncompressed transfer syntax that the header was read with."""
    is_implicit, is_little = header.original_encoding
    if not is_little:
        return ExplicitVRBigEndian
    return ImplicitVRLittleEndian if is_implicit else ExplicitVRLittleEndian


def _find_syntax(header: FileDataset, stated: UID) -> UID:
    """Return the transfer syntax of the pixels: encapsulated or native, as they are.

    Raises ValueError if they are encapsulated, but neither stated nor recognised as compressed.
    """
    is_compression_stated = stated.is_transfer_syntax and stated.is_encapsulated
    if not (header["PixelData"].is_undefined_length or header.PixelData.startswith(ITEM)):
        return _native_syntax(header) if is_compression_stated else stated
    if is_compression_stated or not stated.is_transfer_syntax:
        return stated
    frame = next(generate_frames(header.PixelData, number_of_frames=1))
    if codestream := read_codestream(frame):
        return codestream.syntax
    if RLE_OFFSET.match(frame):
        return RLELossless
    raise ValueError("encapsulated pixels of an unknown kind")


def _is_decodable(syntax: UID) -> bool:
    try:
        return get_decoder(syntax).is_available
    except NotImplementedError:
        return False


def follow_codestream(header: FileDataset, max_pixels: int, add_note: AddNote) -> None:
    """Correct size, depth, channels and transfer syntax by what the compressed frame states.

    Native and run-length coded pixels state nothing. Raises FilmUnreadable (too_large).
    """
    syntax = header.file_meta.TransferSyntaxUID
    frame = _read_frame(header) if "PixelData" in header and syntax.is_encapsulated else None
    if frame is None:
        return
    _check_size(frame.height, frame.width, max_pixels)
    stated = (header.Columns, header.Rows, header.SamplesPerPixel)
    is_depth_right = header.BitsStored == frame.bits or (frame.bits > header.BitsStored and header.BitsAllocated > 8)
    if stated != (frame.width, frame.height, frame.samples) or not is_depth_right:
        add_note(Note.HEADER_CONTRADICTS_PICTURE)
    if frame.samples != header.SamplesPerPixel:
        header.SamplesPerPixel, header.PlanarConfiguration = frame.samples, 0
        header.PhotometricInterpretation = "MONOCHROME2" if frame.samples == 1 else "YBR_FULL_422"
    header.Columns, header.Rows = frame.width, frame.height
    if not is_depth_right:
        header.BitsStored, header.HighBit = frame.bits, frame.bits - 1
    header.BitsAllocated = 8 if frame.bits <= 8 else 16
    if not _fits(syntax, frame):
        add_note(Note.WRONG_TRANSFER_SYNTAX)
        header.file_meta.TransferSyntaxUID = frame.syntax


def _fits(syntax: UID, frame: Codestream) -> bool:
    """Return True if a transfer syntax is of the family that a frame is coded in."""
    families = (
        ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"),
        ("1.2.840.10008.1.2.4.57", JPEGLosslessSV1),
        ("1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"),
    )
    if syntax.startswith(JPEG_PROCESSES):
        for family in families:
            if syntax in family or frame.syntax in family:
                return syntax in family and frame.syntax in family
    return syntax != RLELossless and syntax.startswith(JPEG_PROCESSES)


def _read_frame(header: FileDataset) -> Codestream | None:
    try:
        return read_codestream(next(generate_frames(header.PixelData, number_of_frames=1)))
    except Exception:  # pydicom raises anything on bad bytes; decoding reports the damage
        return None


def _sop_class_name(header: FileDataset) -> str:
    """Return the name of the file's SOP class, "" if it is missing."""
    uid = header.file_meta.get("MediaStorageSOPClassUID") or header.get("SOPClassUID")
    return str(getattr(uid, "name", ""))
