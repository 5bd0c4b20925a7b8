"""Escape control and bidirectional characters in untrusted text before it is shown or printed."""

import unicodedata
from typing import Final

from core.system.files import escape_undecodable

# bidirectional controls can make "film\u202egnp.exe" look like another name
BIDI_CONTROLS: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
INVISIBLE_CATEGORIES: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


def escape_character(character: str) -> str:
    """Return a character as \\uXXXX, or as \\UXXXXXXXX beyond the first plane."""
    return f"\\u{ord(character):04X}" if ord(character) <= 0xFFFF else f"\\U{ord(character):08X}"


def escape_unprintable(text: str) -> str:
    """Escape control characters (except line ends), lone surrogates and bidirectional controls."""
    if text.isprintable():
        return text
    return "".join(escape_character(character) if _is_unsafe(character) else character for character in text)


def _is_unsafe(character: str) -> bool:
    if character == "\n":
        return False
    if unicodedata.category(character) in INVISIBLE_CATEGORIES:
        return True
    return unicodedata.bidirectional(character) in BIDI_CONTROLS


def escape_name(name: str) -> str:
    """Escape a file name, including its line ends; invalid UTF-8 becomes \\xNN."""
    return escape_unprintable(escape_undecodable(name)).replace("\n", escape_character("\n"))
