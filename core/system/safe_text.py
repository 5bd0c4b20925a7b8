"""Text from outside so that every character is seen: none that hides, turns or rules a terminal. Shows nothing."""

import unicodedata
from typing import Final

from core.system.files import escape_undecodable

# bidirectional controls: they can make "film\u202egnp.exe" read as another name
BIDI_CONTROLS: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
UNSEEN: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


def escape_character(character: str) -> str:
    """A character as people write one that cannot be shown: \\uXXXX, or \\UXXXXXXXX beyond the first plane."""
    return f"\\u{ord(character):04X}" if ord(character) <= 0xFFFF else f"\\U{ord(character):08X}"


def escape_unprintable(text: str) -> str:
    """`text` with every control character, half surrogate and bidirectional control as an escape; line ends stay."""
    if text.isprintable():
        return text
    return "".join(
        escape_character(character)
        if character != "\n"
        and (unicodedata.category(character) in UNSEEN or unicodedata.bidirectional(character) in BIDI_CONTROLS)
        else character
        for character in text
    )


def escape_name(name: str) -> str:
    """A file's name, in one line, as `escape_unprintable`; bytes that are not UTF-8 become \\xNN."""
    return escape_unprintable(escape_undecodable(name)).replace("\n", escape_character("\n"))
