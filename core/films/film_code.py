"""Short codes that identify a film, or a set of films, by content and name nobody."""

from collections.abc import Sequence
from typing import Final

from core.system.files import sha256_of_text

CODE_LENGTH: Final = 16  # hexadecimal digits that tell a film or a set of films


def film_code(sha256: str) -> str:
    """What tells a film in model files: the first half of its file's SHA-256, which names nobody."""
    return sha256[:CODE_LENGTH]


def film_set_code(codes: Sequence[str]) -> str:
    """What tells a set of films, whatever their order."""
    return film_code(sha256_of_text("".join(sorted(codes))))
