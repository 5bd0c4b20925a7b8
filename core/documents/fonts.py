"""The typeface of printed documents, and text that it can show."""

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
# right-to-left and joining scripts need a shaping engine to be readable, so they are escaped
RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN"})


@cache
def _load_typeface() -> frozenset[int]:
    """Register the typeface with reportlab, once; return the code points that it can draw."""
    drawable = []
    for name in (SANS, BOLD):
        font = TTFont(name, str(resource(f"fonts/{name}.ttf")))
        pdfmetrics.registerFont(font)
        drawable.append(frozenset(font.face.charToGlyph))
    pdfmetrics.registerFontFamily(SANS, normal=SANS, bold=BOLD, italic=SANS, boldItalic=BOLD)
    return drawable[0] & drawable[1]


def register_typeface() -> None:
    """Register SANS and BOLD with reportlab; repeated calls cost nothing."""
    _load_typeface()


def escape_undrawable(text: str) -> str:
    """Escape every character that the typeface cannot draw, as \\uXXXX.

    The text is normalised to NFC first, because macOS stores file names with separate accents. Runs
    of spaces keep their width.
    """
    drawable = _load_typeface()
    escaped = "".join(
        character if character == "\n" or _can_be_drawn(character, drawable) else escape_character(character)
        for character in escape_unprintable(unicodedata.normalize("NFC", text))
    )
    return re.sub(r"(?<= ) ", "\u00a0", escaped)


def _can_be_drawn(character: str, drawable: frozenset[int]) -> bool:
    return (
        ord(character) in drawable
        and unicodedata.category(character) != "Cf"
        and unicodedata.bidirectional(character) not in RIGHT_TO_LEFT
    )


def text_width(text: str, size: float, font: str = SANS) -> float:
    """Return the width of `text` in points at a size in points."""
    register_typeface()
    return float(pdfmetrics.stringWidth(text, font, size))


def shorten(text: str, width: float, size: float, font: str = SANS) -> str:
    """Return `text` drawable, on one line, and cut with an ellipsis at `width` points."""
    line = escape_undrawable(text.replace("\n", " "))
    if text_width(line, size, font) <= width:
        return line
    while line and text_width(line + "…", size, font) > width:
        line = line[:-1]
    return line.rstrip() + "…"
