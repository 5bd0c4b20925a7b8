"""Short codes that identify a film, or a set of films, by content and name nobody."""

from collections.abc import Sequence
from typing import Final

from core.system.files import sha256_of_text

CODE_LENGTH: Final = 16  # hexadecimal digits


def film_code(sha256: str) -> str:
    """Return the code of a film in model files: the first half of its file's SHA-256."""
    return sha256[:CODE_LENGTH]


def film_set_code(codes: Sequence[str]) -> str:
    """Return the code of a set of films, which does not depend on their order."""
    return film_code(sha256_of_text("".join(sorted(codes))))
