"""Recognise packed archives, such as a zipped study, by their first bytes; nothing is unpacked."""

from typing import BinaryIO, Final

ZIP: Final = b"PK\x03\x04"
# RAR, 7-Zip, gzip (.tar.gz), bzip2, xz, and a ZIP file in parts
OTHER_ARCHIVES: Final = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\0", b"PK\x07\x08")
ZIP_NAME_OFFSET: Final = 30  # of the first entry's name (PKWARE, APPNOTE.TXT 4.3.7)
# first entries of files that are ZIP inside but no archive to a person: Java programs, office documents
ZIP_DOCUMENTS: Final = (b"META-INF/", b"[Content_Types].xml", b"_rels/", b"docProps/", b"mimetype")
SNIFFED_BYTES: Final = 64


def is_packed(stream: BinaryIO) -> bool:
    """Return True if a file is an archive that may hold films; rewinds the stream."""
    stream.seek(0)
    head = stream.read(SNIFFED_BYTES)
    stream.seek(0)
    if head.startswith(ZIP):
        return not head[ZIP_NAME_OFFSET:].startswith(ZIP_DOCUMENTS)
    return head.startswith(OTHER_ARCHIVES)
