"""Complete and correct the part of a DICOM header that describes the pixels (PS3.3, C.7.6.3).

Old and converted files leave attributes out, and some headers contradict the compressed picture.
"""

import re
from typing import Final

from pydicom.dataset import FileDataset
from pydicom.encaps import encapsulate, generate_fragments, generate_frames
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.utils import get_expected_length
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    RLELossless,
)

from core.films.codestream import (
    JPEG2000_STARTS,
    JPEG_START,
    Codestream,
    count_run_length_bytes,
    is_padding,
    read_codestream,
    split_run_length_segments,
)
from core.films.dicom_values import read_number, read_text
from core.films.film_notes import AddNote, Note
from core.films.images import check_size
from core.films.jpeg import END, clean_jpeg
from core.system.errors import FilmUnreadable, Reason
from core.system.language import tr

PIXEL_KEYWORDS: Final = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
GE_PRIVATE: Final = UID("1.2.840.113619.5.2")  # implicit VR little endian, but pixels big endian
NATIVE: Final = (ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian)
ITEM: Final = b"\xfe\xff\x00\xe0"  # the tag that encapsulated pixels begin with (PS3.5, A.4)
# number of segments, 1 to 15, and offset of the first one, as a run-length coded frame begins (PS3.5, G.5)
RLE_OFFSET: Final = re.compile(rb"[\x01-\x0f]\0\0\0\x40\0\0\0")
BITS_ALLOCATED: Final = (1, 8, 16, 32, 64)
LOSSY_JPEG: Final = (JPEGBaseline8Bit, JPEGExtended12Bit)
BYTE_BITS: Final = 8
PACKED_BITS: Final = (10, 12)  # of old files, which let several pixels share a byte
# Photometric Interpretation, C.7.6.3.1.2
GREY_KINDS: Final = ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR")
COLOUR_KINDS: Final = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT", "YBR_PARTIAL_420", "YBR_PARTIAL_422")
JPEG_PROCESSES: Final = "1.2.840.10008.1.2.4."  # JPEG, JPEG-LS and JPEG 2000 have UIDs of this form


def check_picture(header: FileDataset, max_pixels: int) -> None:
    """Raise FilmUnreadable if the header shows no pixels, several frames, or too small or large a picture."""
    if not any(keyword in header for keyword in PIXEL_KEYWORDS):
        if "Image Storage" in _sop_class_name(header):
            raise FilmUnreadable(Reason.DAMAGED, tr("It is cut off before the picture."))
        raise FilmUnreadable(Reason.NO_PIXELS, tr("It is a DICOM file without a picture."))
    rows, columns = read_number(header, "Rows"), read_number(header, "Columns")
    frames = max(int(read_number(header, "NumberOfFrames") or 1), _count_frames(header))
    if not rows or not columns or rows < 1 or columns < 1:
        raise FilmUnreadable(Reason.DAMAGED, tr("Its DICOM header gives no valid picture size."))
    if frames != 1:
        sentence = tr("It contains {frames:,} frames; a single film was expected.", frames=frames)
        raise FilmUnreadable(Reason.MULTI_FRAME, sentence)
    check_size(int(columns), int(rows), max_pixels)


def complete_header(header: FileDataset, add_note: AddNote) -> None:
    """Set missing and invalid attributes of the pixels to their usual values.

    Raises NotImplementedError for pixels of an unknown kind, or that do not fill whole bytes.
    """
    samples, interpretation = _read_channels(header)
    allocated = _read_allocated(header, samples)
    stored, high = read_number(header, "BitsStored"), read_number(header, "HighBit")
    stored = int(stored) if stored and 1 <= stored <= allocated else allocated
    usual = {
        "BitsAllocated": allocated,
        "BitsStored": stored,
        "HighBit": int(high) if high is not None and stored - 1 <= high < allocated else stored - 1,
        "PixelRepresentation": int(read_number(header, "PixelRepresentation") == 1),
        "SamplesPerPixel": samples,
        "Rows": int(read_number(header, "Rows") or 0),
        "Columns": int(read_number(header, "Columns") or 0),
    }
    if samples > 1:
        usual["PlanarConfiguration"] = int(read_number(header, "PlanarConfiguration") == 1)
    is_complete = all(read_number(header, keyword) == value for keyword, value in usual.items())
    if not is_complete or not read_text(header, "PhotometricInterpretation"):
        add_note(Note.HEADER_INCOMPLETE)
    for keyword, value in usual.items():
        setattr(header, keyword, value)
    header.PhotometricInterpretation, header.NumberOfFrames = interpretation, 1


def _read_channels(header: FileDataset) -> tuple[int, str]:
    """Return the channels of a pixel and what they mean, also where the header tells only one of them."""
    samples = read_number(header, "SamplesPerPixel")
    stated = read_text(header, "PhotometricInterpretation").upper()
    if samples in (2, 4) or (stated and stated not in (*GREY_KINDS, *COLOUR_KINDS)):
        raise NotImplementedError(stated)
    samples = int(samples) if samples else (3 if stated in COLOUR_KINDS else 1)
    return samples, stated or ("MONOCHROME2" if samples == 1 else "RGB")


def _read_allocated(header: FileDataset, samples: int) -> int:
    """Return the bits that each sample takes."""
    allocated = read_number(header, "BitsAllocated")
    if allocated in PACKED_BITS:
        raise NotImplementedError(tr("packed bits"))
    if allocated is not None and allocated not in BITS_ALLOCATED:
        raise ValueError("bits allocated")
    frame = _read_first_frame(header) if _is_encapsulated(header) else b""
    if RLE_OFFSET.match(frame) and frame[0] in (samples, 2 * samples):
        return 8 * frame[0] // samples  # one segment for each byte of a pixel (PS3.5, G.2)
    return int(allocated or _guess_allocated(header, samples))


def _guess_allocated(header: FileDataset, samples: int) -> int:
    """Return the bits for each sample that native pixels take: 8 or 16. Compressed frames state theirs."""
    pixels = int(header.Rows) * int(header.Columns)
    return 8 if len(header.get("PixelData", b"")) < 2 * samples * pixels else 16


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
    if not _is_encapsulated(header):
        is_native_stated = stated.is_transfer_syntax and stated in NATIVE
        return _native_syntax(header) if is_compression_stated or is_native_stated else stated
    frame = _read_first_frame(header)
    if RLE_OFFSET.match(frame):
        return RLELossless
    if is_compression_stated or not stated.is_transfer_syntax:
        return stated
    if codestream := read_codestream(frame):
        return codestream.syntax
    raise ValueError("encapsulated pixels of an unknown kind")


def _is_encapsulated(header: FileDataset) -> bool:
    pixels = header.get("PixelData")
    return bool(pixels) and (header["PixelData"].is_undefined_length or pixels.startswith(ITEM))


def _is_decodable(syntax: UID) -> bool:
    try:
        return get_decoder(syntax).is_available
    except NotImplementedError:
        return False


def follow_codestream(header: FileDataset, add_note: AddNote) -> None:
    """Correct depth, sign, channels and transfer syntax by what the compressed frame states.

    Native and run-length coded pixels state nothing. Raises FilmUnreadable (damaged), and ValueError
    for pixels that cannot be of the stated size, depth and channels, or of which some were lost.
    """
    syntax = header.file_meta.TransferSyntaxUID
    is_compressed = "PixelData" in header and syntax.is_encapsulated
    content = _read_first_frame(header) if is_compressed else b""
    frame = read_codestream(content)
    if frame is None:
        _check_length(header, content)
        return
    if frame.samples not in (1, 3):
        raise NotImplementedError(f"{frame.samples} channels")
    if (frame.width, frame.height) != (header.Columns, header.Rows):
        sentence = tr(
            "Its picture has {width:,} x {height:,} pixels, but its header states {columns:,} x {rows:,}.",
            width=frame.width, height=frame.height, columns=header.Columns, rows=header.Rows,
        )  # fmt: skip
        raise FilmUnreadable(Reason.DAMAGED, sentence)
    if frame.syntax in LOSSY_JPEG:
        _clean_frame(header, content, frame)
    stated_sign = bool(header.PixelRepresentation)
    is_signed = stated_sign if frame.is_signed is None else frame.is_signed
    stated = (header.SamplesPerPixel, stated_sign)
    is_depth_right = header.BitsStored == frame.bits or (frame.bits > header.BitsStored and header.BitsAllocated > 8)
    if stated != (frame.samples, is_signed) or not is_depth_right:
        add_note(Note.HEADER_CONTRADICTS_PICTURE)
    header.PixelRepresentation = int(is_signed)
    if frame.samples != header.SamplesPerPixel:
        header.SamplesPerPixel, header.PlanarConfiguration = frame.samples, 0
        coloured = "YBR_FULL_422" if frame.syntax in LOSSY_JPEG else "RGB"
        header.PhotometricInterpretation = "MONOCHROME2" if frame.samples == 1 else coloured
    if not is_depth_right:
        header.BitsStored, header.HighBit = frame.bits, frame.bits - 1
    header.BitsAllocated = 8 if frame.bits <= BYTE_BITS else 16
    if not _fits(syntax, frame):
        add_note(Note.WRONG_TRANSFER_SYNTAX)
        header.file_meta.TransferSyntaxUID = frame.syntax


def _clean_frame(header: FileDataset, content: bytes, frame: Codestream) -> None:
    """Replace a lossy JPEG frame by one without oddities, which can end GDCM. Raises as above, and unsupported."""
    if frame.bits > BYTE_BITS:
        sentence = tr("Its DICOM pixel format cannot be decoded ({why}).", why=frame.syntax.name)
        raise FilmUnreadable(Reason.UNSUPPORTED, sentence)
    whole = content.removesuffix(b"\0") + END  # some encoders leave it out
    cleaned = clean_jpeg(whole)
    if cleaned != whole:
        header.PixelData = encapsulate([cleaned])
        header.pop("ExtendedOffsetTable", None)
        header.pop("ExtendedOffsetTableLengths", None)


def _check_length(header: FileDataset, frame: bytes) -> None:
    """Raise ValueError if native or run-length coded pixels are more than the header states.

    Native pixels may be followed by padding: less than a row, or equal bytes. Decoding reports
    pixels that are missing.
    """
    rows = int(header.Rows)
    if RLE_OFFSET.match(frame):
        stated = rows * header.Columns
        # an odd segment is followed by a byte, which may look like coded pixels
        is_longer = any(count_run_length_bytes(part, stated) > stated + 1 for part in split_run_length_segments(frame))
    else:
        stated = get_expected_length(header)
        pixels = next(header[keyword].value for keyword in PIXEL_KEYWORDS if keyword in header)
        excess = b"" if frame else pixels[stated:]
        is_longer = len(excess) >= max(2, stated // rows) and not is_padding(excess)
    if is_longer:
        raise ValueError("more pixels than the header states")


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


def _read_first_frame(header: FileDataset) -> bytes:
    """Return the first encapsulated frame, empty if it cannot be found."""
    try:
        return next(generate_frames(header.PixelData, number_of_frames=1))
    except Exception:  # pydicom raises anything on bad bytes; decoding reports the damage
        return b""


def _count_frames(header: FileDataset) -> int:
    """Return how many encapsulated frames begin, whatever the header states; 0 if the pixels are native."""
    if not _is_encapsulated(header):
        return 0
    try:
        return sum(map(_is_start_of_frame, generate_fragments(header.PixelData)))
    except Exception:  # as above
        return 0


def _is_start_of_frame(fragment: bytes) -> bool:
    return fragment.startswith((JPEG_START, *JPEG2000_STARTS)) or RLE_OFFSET.match(fragment) is not None


def _sop_class_name(header: FileDataset) -> str:
    """Return the name of the file's SOP class, "" if it is missing."""
    uid = header.file_meta.get("MediaStorageSOPClassUID") or header.get("SOPClassUID")
    return str(getattr(uid, "name", ""))
