"""A film as it was read from a file."""

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
