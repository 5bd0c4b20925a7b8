"""Decode a label list that is text, and split it into cells, as Excel, RIS and scripts write it."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from core.datasets.entries import invalid_dataset
from core.system.language import marked, tr

BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
WINDOWS: Final = "cp1252"  # what Excel on Windows writes as CSV in Western Europe and America
CONTROLS: Final = re.compile(r"[\0-\x08\x0e-\x1f\x7f]")  # in no text; other files decode to some of them
SNIFFED_BYTES: Final = 64
SEPARATORS: Final = ",;\t|"
UNCLOSED: Final = marked("line {line} of {path} opens a quotation mark that is never closed")
SEPARATOR_LINE: Final = re.compile(r'"?sep=(.)"?[,;\t|]*', re.IGNORECASE)  # Excel's own first line


def read_text_rows(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield (line number, cells) of a label list that is text.

    Encodings: UTF-8, UTF-16 ("Unicode text" of Excel) and Windows-1252. The line `sep=;`, else the
    first line, decides the separator: comma, semicolon, tab or |.
    Raises JobFailed (dataset_invalid) if the file is not text or a line cannot be split.
    """
    text = decode_list(path.read_bytes())
    if text is None:
        raise invalid_dataset(tr("{path} is neither a folder nor a label list (CSV or Excel)", path=path))
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    stated = SEPARATOR_LINE.fullmatch(first)
    separator = stated[1] if stated else _guess_separator(first)
    lines = _Lines(text)
    reader, start = csv.reader(lines, delimiter=separator), 1
    try:
        for number, row in enumerate(reader):
            if lines.ended:
                raise invalid_dataset(tr(UNCLOSED, line=start, path=path))
            if number > 0 or not stated:
                yield reader.line_num, row
            start = reader.line_num + 1
    except csv.Error as error:
        sentence = tr("line {line} of {path} cannot be read ({error})", line=reader.line_num, path=path, error=error)
        raise invalid_dataset(sentence) from error


class _Lines:
    """The lines of a text with their ends, for `csv.reader`, which asks for one more only inside quotation marks.

    ended: more lines were asked for than there are; a row that comes after it was never closed.
    """

    def __init__(self, text: str) -> None:
        # not splitlines: cells may hold quoted line ends, and characters that Python counts as such
        self._lines = io.StringIO(text, newline="")
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        yield from self._lines
        self.ended = True


def decode_list(content: bytes) -> str | None:
    """Return the text of a list, None if the bytes are no text in any encoding that lists have."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _decode(content[len(mark) :], encoding)
    if encoding := _unmarked_utf16(content[:SNIFFED_BYTES]):
        return _decode(content, encoding)
    text = _decode(content, "utf-8")
    if text is None:
        text = _decode(content, WINDOWS)
        return None if text is None or CONTROLS.search(text) else text
    return text


def _decode(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _unmarked_utf16(head: bytes) -> str:
    """Return the encoding of UTF-16 text without a mark, whose every second byte is 0; else ""."""
    low, high = head[0::2], head[1::2]
    if len(head) >= 4 and len(head) % 2 == 0:
        if not any(high) and all(low):
            return "utf-16-le"
        if not any(low) and all(high):
            return "utf-16-be"
    return ""


def _guess_separator(header: str) -> str:
    """Return the most frequent separator of a header line, not counting quoted text."""
    return max(SEPARATORS, key=re.sub(r'"[^"]*"', "", header).count)
