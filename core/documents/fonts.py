"""The typeface of printed documents, and text that it can show."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
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
# what of a name or path stays on one line: an escaped character, or letters with the separators behind them
NAME_PARTS: Final = re.compile(r"\\[uUx][0-9A-Fa-f]{2,8}|[^\\/_-]*[/_-]+|[^\\/_-]+|\\")
NUMBER_PARTS: Final = re.compile(r"[^.]*\.+|[^.]+")  # of a part that is too wide, such as a UID


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


def break_long_words(text: str, width: float, size: float, font: str = SANS) -> str:
    """Return drawable text with line ends inside words wider than `width` points, such as names of files.

    A word is broken between the parts of a name or path, else at points, else where the line is full;
    nothing is left out.
    """
    lines = (" ".join(_break_word(word, width, size, font) for word in line.split(" ")) for line in text.split("\n"))
    return "\n".join(lines)


def _break_word(word: str, width: float, size: float, font: str) -> str:
    lines = [""]
    for piece in _list_pieces(word, width, size, font, (NAME_PARTS, NUMBER_PARTS)):
        if lines[-1] and text_width(lines[-1] + piece, size, font) > width:
            lines.append("")
        lines[-1] += piece
    return "\n".join(lines)


def _list_pieces(word: str, width: float, size: float, font: str, parts: Sequence[re.Pattern[str]]) -> Iterable[str]:
    """Return pieces of a word that are no wider than `width`: the first of `parts` that give some, else letters."""
    if text_width(word, size, font) <= width:
        return [word]
    if not parts:
        return word
    first, *others = parts
    return [piece for part in first.findall(word) for piece in _list_pieces(part, width, size, font, others)]
