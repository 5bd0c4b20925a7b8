"""What we print, as content: blocks in order, and the same as one self-contained web page. Lays out no paper."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from core.system.safe_text import escape_unprintable

if TYPE_CHECKING:
    from reportlab.graphics.shapes import Drawing

PNG_START: Final = b"\x89PNG\r\n\x1a\n"
# the word between two bounds in every language, whichever is spoken
NUMERIC: Final = re.compile(r"[\d\s.,%+±<>=()/–−-]*\d[\d\s.,%+±()/–−-]*((?:to|bis) [\d.,%\s()–−-]+)?")
LONG_WORD, SENTENCE = 12, 40  # letters: a third of a phone's width, and more than one row of it


class Tone(StrEnum):
    """How a text stands out. NOTICE: a reader must know it. QUIET: small print."""

    PLAIN = "plain"
    NOTICE = "notice"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Heading:
    """A title inside the document; level 2 to 4, the document's own title being level 1."""

    text: str
    level: int = 2

    def __post_init__(self) -> None:
        if not 2 <= self.level <= 4:
            raise ValueError(f"a heading of level {self.level}: 2 to 4 are possible")


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; a line end in it is kept."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header; the first cell names its row. Columns of nothing but numbers stand to the right."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if not self.header or any(len(row) != len(self.header) for row in self.rows):
            raise ValueError("a table needs a header, and rows as long as it")


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list without order."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing with the words that caption it and stand for it where it cannot be seen."""

    drawing: "Drawing"
    description: str


@dataclass(frozen=True, slots=True)
class Pictures:
    """Drawings in their order, two side by side on paper."""

    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Photograph:
    """A small raster picture, such as a film with its heat, with the words that caption it and stand for it."""

    png: bytes
    description: str

    def __post_init__(self) -> None:
        if not self.png.startswith(PNG_START):
            raise ValueError("a photograph must be PNG")


@dataclass(frozen=True, slots=True)
class Photographs:
    """Small raster pictures in their order, four in a row on paper."""

    photographs: tuple[Photograph, ...]


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """A rule to sign on by hand; under it what is signed as, and the printed name where it is known."""

    label: str
    name: str = ""


Block = Heading | Text | Table | Bullets | Picture | Pictures | Photographs | SignatureLine


@dataclass(frozen=True, slots=True)
class Document:
    """Everything on a printed document or a web page. footer: stands at the foot of every page."""

    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    footer: str


def numeric_columns(table: Table) -> tuple[bool, ...]:
    """For each column whether it holds nothing but figures, such as 0.912, 17 % or 0.86 to 0.95, and at least one."""
    return tuple(
        any(column) and all(not cell or NUMERIC.fullmatch(cell) is not None for cell in column)
        for column in ([row[number] for row in table.rows] for number in range(len(table.header)))
    )


def render_text(document: Document) -> str:
    """The document as plain text, for a terminal; pictures are only named."""
    lines = [document.title, document.subtitle]
    for block in document.blocks:
        match block:
            case Heading(text):
                lines += ["", text]
            case Text(text, tone):
                lines.append(f"! {text}" if tone is Tone.NOTICE else text)
            case Table(header, rows):
                lines += ["  ".join(row) for row in (header, *rows)]
            case Bullets(items):
                lines += [f"- {item}" for item in items]
            case Picture(_, description):
                lines.append(description)
            case Pictures(pictures):
                lines += [picture.description for picture in pictures]
            case Photographs(photographs):
                lines += [photograph.description for photograph in photographs]
            case SignatureLine(label, name):
                lines.append(f"{label}: {name}")
    return escape_unprintable("\n".join(lines))
