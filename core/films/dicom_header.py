"""Read DICOM headers safely: refuse decompression bombs before pydicom inflates the file."""

import struct
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, BinaryIO, Final

from core.system.errors import FilmUnreadable, Reason
from core.system.language import tr

if TYPE_CHECKING:
    from pydicom.dataset import FileDataset

DEFLATED: Final = b"1.2.840.10008.1.2.1.99"  # Part 5, A.5: all data after the file meta group is deflated
MAX_BYTES: Final = 400_000_000  # 100 million pixels of 16 bits twice
META_START: Final = 132  # Part 10, 7.1: preamble and DICM
LONG_FORMS: Final = (b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UC", b"UR", b"UT", b"UN", b"SV", b"UV")
TRANSFER_SYNTAX: Final = (2, 0x10)
CHUNK_BYTES: Final = 1 << 20


def read_dicom_header(stream: BinaryIO, tags: Sequence[str] | None = None) -> "FileDataset":
    """Return the DICOM file in `stream`; if `tags` are given, only those, without the pixels.

    Raises FilmUnreadable (too_large), and anything that pydicom's parser raises on bad bytes.
    """
    from pydicom import dcmread

    _check_inflation(stream)
    if tags is None:
        return dcmread(stream)
    return dcmread(stream, stop_before_pixels=True, specific_tags=list(tags))


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
