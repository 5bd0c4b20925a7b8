"""The one door to DICOM headers: how much a deflated file would hold is measured before a parser inflates it whole."""

import struct
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, BinaryIO, Final

from core.system.errors import FilmUnreadable, Reason
from core.system.language import tr

if TYPE_CHECKING:
    from pydicom.dataset import FileDataset

DEFLATED: Final = b"1.2.840.10008.1.2.1.99"  # Part 5, A.5: all that follows the file's own tags is deflated
MAX_BYTES: Final = 400_000_000  # 100 million pixels of 16 bits twice
META_START: Final = 132  # Part 10, 7.1: preamble and DICM
LONG_FORMS: Final = (b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UC", b"UR", b"UT", b"UN", b"SV", b"UV")
TRANSFER_SYNTAX: Final = (2, 0x10)
STEP: Final = 1 << 20


def read_dicom_header(stream: BinaryIO, tags: Sequence[str] | None = None) -> "FileDataset":
    """The DICOM file in `stream`, of `tags` only and without its pixels where they are given.

    Raises FilmUnreadable (too_large), and whatever the bytes lead pydicom's parser to.
    """
    from pydicom import dcmread

    _check_inflation(stream)
    if tags is None:
        return dcmread(stream)
    return dcmread(stream, stop_before_pixels=True, specific_tags=list(tags))


def _check_inflation(stream: BinaryIO) -> None:
    """Refuse a deflated file that holds more than MAX_BYTES; the stream goes back to its start.

    Raises FilmUnreadable (too_large). Files that are not deflated, or damaged, pass.
    """
    stream.seek(META_START)
    if _syntax(stream) == DEFLATED:
        _check_size(stream)
    stream.seek(0)


def _syntax(stream: BinaryIO) -> bytes:
    """The transfer syntax; leaves the stream behind the file's own tags, of group 2, which are explicit little endian.

    "" where it is not told or the tags are damaged.
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


def _check_size(stream: BinaryIO) -> None:
    """Inflate what follows, a part at a time, and count."""
    inflater, total = zlib.decompressobj(-zlib.MAX_WBITS), 0
    while (part := stream.read(STEP)) and not inflater.eof:
        while part:
            try:
                total += len(inflater.decompress(part, STEP))
            except zlib.error:
                return  # the parser says that it is damaged
            if total > MAX_BYTES:
                sentence = tr("It holds more than {count:,} bytes when it is inflated; no film does.", count=MAX_BYTES)
                raise FilmUnreadable(Reason.TOO_LARGE, sentence)
            part = inflater.unconsumed_tail
