"""The content of a document as blocks, independent of how it is rendered."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from core.system.safe_text import escape_unprintable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PNG_START: Final = b"\x89PNG\r\n\x1a\n"
# one of these words joins the two bounds of an interval
NUMERIC: Final = re.compile(r"[\d\s.,%+±<>=()/–−-]*\d[\d\s.,%+±()/–−-]*((?:to|bis|a|à|hasta|até) [\d.,%\s()–−-]+)?")
LONG_WORD, SENTENCE = 12, 40  # characters: a third of a phone's width, and more than one line of it


class Tone(StrEnum):
    """Emphasis of a paragraph. NOTICE: the reader must not miss it. QUIET: small print."""

    PLAIN = "plain"
    NOTICE = "notice"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 2 to 4 (1 is the document's title), else ValueError."""

    text: str
    level: int = 2

    def __post_init__(self) -> None:
        if not 2 <= self.level <= 4:
            raise ValueError(f"a heading of level {self.level}: 2 to 4 are possible")


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; its line ends are kept."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header; the first cell names its row. Columns of numbers only are right-aligned.

    Raises ValueError for no header, or for a row of another length.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if not self.header or any(len(row) != len(self.header) for row in self.rows):
            raise ValueError("a table needs a header, and rows as long as it")


@dataclass(frozen=True, slots=True)
class Bullets:
    """A bulleted list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A plot with its description, which is both caption and alternative text."""

    figure: "Figure"
    description: str

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points."""
        width, height = self.figure.get_size_inches() * 72
        return float(width), float(height)


@dataclass(frozen=True, slots=True)
class Pictures:
    """Plots in order, two in a row on paper."""

    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Photograph:
    """A small raster image, such as a film with its heat map, and its description.

    png: the encoded file. description: caption and alternative text. Raises ValueError for anything
    but PNG.
    """

    png: bytes
    description: str

    def __post_init__(self) -> None:
        if not self.png.startswith(PNG_START):
            raise ValueError("a photograph must be PNG")


@dataclass(frozen=True, slots=True)
class Photographs:
    """Small raster images in order, four in a row on paper."""

    photographs: tuple[Photograph, ...]


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """A line for a handwritten signature, with a label and, if known, the printed name below."""

    label: str
    name: str = ""


Block = Heading | Text | Table | Bullets | Picture | Pictures | Photographs | SignatureLine


@dataclass(frozen=True, slots=True)
class Document:
    """A document with its title, subtitle, blocks, and the footer of every page.

    kind: in English, such as "model card"; files name it, so that no document replaces one of
    another kind.
    """

    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    footer: str
    kind: str = "document"


def numeric_columns(table: Table) -> tuple[bool, ...]:
    """Return for each column whether it holds numbers only, such as 0.912, 17 % or 0.86 to 0.95.

    Empty cells are ignored, but a column of empty cells is not numeric.
    """
    columns = [[row[number] for row in table.rows] for number in range(len(table.header))]
    return tuple(
        any(column) and all(not cell or NUMERIC.fullmatch(cell) is not None for cell in column) for column in columns
    )


def render_text(document: Document) -> str:
    """Return the document as plain text for a terminal; of pictures only the descriptions."""
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
