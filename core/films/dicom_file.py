"""Recognise and open DICOM files, also those without the proper beginning.

Decompression bombs are refused before pydicom inflates them.
"""

import re
import struct
import zlib
from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from core.system.errors import FilmUnreadable, Reason
from core.system.language import tr

if TYPE_CHECKING:
    from pydicom.dataset import FileDataset

DICOM_MAGIC: Final = b"DICM"  # Part 10, section 7.1: after a preamble of 128 bytes
DICOM_MAGIC_OFFSET: Final = 128
META_START: Final = DICOM_MAGIC_OFFSET + len(DICOM_MAGIC)
DEFLATED: Final = b"1.2.840.10008.1.2.1.99"  # Part 5, A.5: all data after the file meta group is deflated
BIG_ENDIAN: Final = b"1.2.840.10008.1.2.2"  # Part 5, A.3
MAX_BYTES: Final = 400_000_000  # 100 million pixels of 16 bits twice
LONG_FORMS: Final = (b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UC", b"UR", b"UT", b"UN", b"SV", b"UV")
FORMS: Final = (
    *LONG_FORMS, b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FL", b"FD", b"IS", b"LO", b"LT", b"PN", b"SH",
    b"SL", b"SS", b"ST", b"TM", b"UI", b"UL", b"US",
)  # fmt: skip
TRANSFER_SYNTAX: Final = (2, 0x10)
CHUNK_BYTES: Final = 1 << 20
SNIFFED_BYTES: Final = 4096
SNIFFED_ELEMENTS: Final = 3  # in ascending order, which other files do not show by chance
FIRST_GROUPS: Final = (0x0002, 0x0008)  # of a file without preamble
MAX_FIRST_BYTES: Final = 1024  # of an element at the start of a file
SEARCHED_BYTES: Final = 1 << 20
SAMPLES, ROWS, COLUMNS, ALLOCATED = 0x02, 0x10, 0x11, 0x100  # elements of group 28 with one number (Part 3, C.7.6.3)
SIZE_ELEMENTS: Final = {
    "<": re.compile(rb"\x28\0([\x02\x10\x11]\0|\0\x01)(?:US\x02\0|\x02\0\0\0)(..)", re.DOTALL),
    ">": re.compile(rb"\0\x28(\0[\x02\x10\x11]|\x01\0)(?:US\0\x02|\0\0\0\x02)(..)", re.DOTALL),
}
BYTE_BITS: Final = 8


def is_dicom(stream: BinaryIO) -> bool:
    """Return True if the file is DICOM; rewinds the stream.

    Either it has the DICOM prefix (Part 10, section 7.1), or it begins with data elements, as files
    older than DICOM 3.0 and those written by some exports do.
    """
    head = stream.read(SNIFFED_BYTES)
    stream.seek(0)
    return head[DICOM_MAGIC_OFFSET:META_START] == DICOM_MAGIC or starts_with_elements(head)


def starts_with_elements(head: bytes) -> bool:
    """Return True if a file begins with data elements of group 2 or 8, in any encoding."""
    return any(_count_elements(head, order) >= SNIFFED_ELEMENTS for order in "<>")


def _count_elements(head: bytes, order: str) -> int:
    """Count valid elements with ascending tags at the start of a file. order: of bytes, for struct."""
    place, last, count = 0, (0, -1), 0
    while place + 8 <= len(head) and count < SNIFFED_ELEMENTS:
        group, element = struct.unpack_from(f"{order}HH", head, place)
        is_first_valid = group in FIRST_GROUPS and element < 0x100
        if (group, element) <= last or (count == 0 and not is_first_valid) or group % 2:
            return 0
        form = head[place + 4 : place + 6]
        if form in LONG_FORMS and head[place + 6 : place + 8] == b"\0\0" and place + 12 <= len(head):
            length, start = struct.unpack_from(f"{order}I", head, place + 8)[0], place + 12
        elif form in FORMS:
            length, start = struct.unpack_from(f"{order}H", head, place + 6)[0], place + 8
        else:  # implicit VR
            length, start = struct.unpack_from(f"{order}I", head, place + 4)[0], place + 8
        if length > MAX_FIRST_BYTES:
            return 0
        place, last, count = start + length, (group, element), count + 1
    return count


def find_pixel_size(stream: BinaryIO) -> tuple[int, int] | None:
    """Return the pixels of a DICOM film and the bits of each, None if the file's beginning shows no size.

    The header is searched, not parsed: enough to know how much memory decoding may take. Of several
    pictures, as small ones inside the header, the largest numbers count. The stream is rewound.
    """
    head = stream.read(SEARCHED_BYTES)
    stream.seek(0)
    numbers: dict[int, int] = {}
    for order, pattern in SIZE_ELEMENTS.items():
        for found in pattern.findall(head):
            element, number = (struct.unpack(f"{order}H", part)[0] for part in found)
            numbers[element] = max(number, numbers.get(element, 0))
    if not numbers.get(ROWS) or not numbers.get(COLUMNS):
        return None
    return numbers[ROWS] * numbers[COLUMNS], numbers.get(ALLOCATED, BYTE_BITS) * numbers.get(SAMPLES, 1)


def read_dicom_header(stream: BinaryIO, tags: Sequence[str] | None = None) -> "FileDataset":
    """Return the DICOM file in `stream`; if `tags` are given, only those, without the pixels.

    Raises FilmUnreadable (too_large), and anything that pydicom's parser raises on bad bytes.
    """
    from pydicom.uid import UID

    from core.films.pydicom_quiet import dcmread

    _check_inflation(stream)
    options: dict[str, Any] = {} if tags is None else {"stop_before_pixels": True, "specific_tags": list(tags)}
    syntax, data_set = _find_contradicting_data_set(stream)
    header = dcmread(data_set or stream, force=True, **options)
    if data_set is not None:
        header.file_meta.TransferSyntaxUID = UID(syntax.decode("latin-1"))
    return header


def _find_contradicting_data_set(stream: BinaryIO) -> tuple[bytes, BinaryIO | None]:
    """Return the stated transfer syntax, and the data set alone if its byte order or compression is not that one.

    Without group 2, pydicom recognises how a data set is encoded. The stream is rewound.
    """
    is_preceded = stream.read(META_START)[DICOM_MAGIC_OFFSET:] == DICOM_MAGIC
    stream.seek(META_START if is_preceded else 0)
    syntax = _read_transfer_syntax(stream)
    start = stream.tell()
    head = stream.read(SNIFFED_BYTES)
    order, other = "><" if syntax == BIG_ENDIAN else "<>"
    is_contradicted = _count_elements(head, other) >= SNIFFED_ELEMENTS or (
        syntax == DEFLATED and _count_elements(head, order) >= SNIFFED_ELEMENTS
    )
    stream.seek(start)
    data_set = BytesIO(stream.read()) if syntax and is_contradicted else None
    stream.seek(0)
    return syntax, data_set


def _check_inflation(stream: BinaryIO) -> None:
    """Refuse a deflated file that inflates to more than MAX_BYTES; rewind the stream otherwise.

    Raises FilmUnreadable (too_large). Files that are not deflated, or that are damaged, pass.
    """
    stream.seek(META_START)
    if _read_transfer_syntax(stream) == DEFLATED:
        _check_inflated_size(stream)
    stream.seek(0)


def _read_transfer_syntax(stream: BinaryIO) -> bytes:
    """Return the transfer syntax UID, "" if it is missing or the file meta group is damaged.

    The file meta group (group 2) is always explicit little endian. The stream is left behind it.
    """
    syntax = b""
    while len(head := stream.read(8)) == 8 and head[:2] == b"\2\0":
        group, element, form, short = struct.unpack("<HH2sH", head)
        length = struct.unpack("<I", stream.read(4).ljust(4, b"\0"))[0] if form in LONG_FORMS else short
        if (group, element) == TRANSFER_SYNTAX:
            syntax = stream.read(length).strip(b"\0 ")
        else:
            stream.seek(length, 1)
    stream.seek(-len(head), 1)
    return syntax


def _check_inflated_size(stream: BinaryIO) -> None:
    """Inflate the rest of the stream chunk by chunk and count its bytes, keeping none."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    total = 0
    while (chunk := stream.read(CHUNK_BYTES)) and not inflater.eof:
        while chunk:
            try:
                total += len(inflater.decompress(chunk, CHUNK_BYTES))
            except zlib.error:
                return  # pydicom reports the damage
            if total > MAX_BYTES:
                sentence = tr("It decompresses to more than {count:,} bytes, more than any film has.", count=MAX_BYTES)
                raise FilmUnreadable(Reason.TOO_LARGE, sentence)
            chunk = inflater.unconsumed_tail
