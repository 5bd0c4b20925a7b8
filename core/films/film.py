"""A film as it was read from a file, whole or as the networks see it."""

from dataclasses import dataclass, field

from core.films.film_facts import FilmFacts
from core.films.images import Grey


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """A film as it was read.

    pixels: (height, width) uint8, upright, dense tissue white, every pixel of the file. chroma: RMS
    chroma, 0..127, apart from a uniform tint; 0 for grey ones. facts: what the file says.
    """

    pixels: Grey
    chroma: float = 0.0
    facts: FilmFacts = field(default_factory=FilmFacts)

    @property
    def aspect(self) -> float:
        """Return width over height."""
        height, width = self.pixels.shape
        return float(width / height)


@dataclass(frozen=True, slots=True, eq=False)
class SquareFilm:
    """A film as the networks see it.

    square: (size, size) uint8, the whole film. chroma, facts: as in Film. aspect: width over height
    of the whole film. sha256: of the bytes that were decoded, hexadecimal.
    """

    square: Grey
    chroma: float
    aspect: float
    facts: FilmFacts
    sha256: str
