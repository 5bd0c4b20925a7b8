"""The typeface of everything we print, and text as that typeface can show it. Lays out nothing."""

import re
import unicodedata
from functools import cache
from typing import Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from core.system.safe_text import escape_character, escape_unprintable
from resources import resource

SANS: Final = "DejaVuSans"
BOLD: Final = "DejaVuSans-Bold"
# letters that join and run leftward come out as other words without a shaping engine, so they are escaped
LEFTWARD: Final = frozenset({"R", "AL", "AN"})


@cache
def _characters() -> frozenset[int]:
    """Code points that both weights can draw. Makes the typeface known to reportlab, once."""
    known = []
    for name in (SANS, BOLD):
        font = TTFont(name, str(resource(f"fonts/{name}.ttf")))
        pdfmetrics.registerFont(font)
        known.append(frozenset(font.face.charToGlyph))
    pdfmetrics.registerFontFamily(SANS, normal=SANS, bold=BOLD, italic=SANS, boldItalic=BOLD)
    return known[0] & known[1]


def register_typeface() -> None:
    """Let reportlab find SANS and BOLD; costs nothing after the first time."""
    _characters()


def escape_undrawable(text: str) -> str:
    """`text` in characters that the typeface draws; any other as its escape, \\uXXXX, never as a blank box.

    Accents are joined to their letters first, as file names of macOS have them apart. Runs of spaces stay as wide.
    """
    known = _characters()
    shown = "".join(
        character if character == "\n" or _can_be_drawn(character, known) else escape_character(character)
        for character in escape_unprintable(unicodedata.normalize("NFC", text))
    )
    return re.sub(r"(?<= ) ", "\u00a0", shown)


def _can_be_drawn(character: str, known: frozenset[int]) -> bool:
    return (
        ord(character) in known
        and unicodedata.category(character) != "Cf"
        and unicodedata.bidirectional(character) not in LEFTWARD
    )


def text_width(text: str, size: float, font: str = SANS) -> float:
    """Width of `text` in points at a size in points."""
    register_typeface()
    return float(pdfmetrics.stringWidth(text, font, size))


def shorten(text: str, width: float, size: float, font: str = SANS) -> str:
    """Readable `text` on one line, cut with an ellipsis where it is wider than `width` points."""
    line = escape_undrawable(text.replace("\n", " "))
    if text_width(line, size, font) <= width:
        return line
    while line and text_width(line + "…", size, font) > width:
        line = line[:-1]
    return line.rstrip() + "…"
