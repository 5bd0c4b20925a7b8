"""Read a film as the network sees it, with the gate's verdict.

Everything that scores films reads them through `inspect_film`.
"""

from dataclasses import dataclass
from pathlib import Path

from core.films.film import Film, SquareFilm
from core.films.film_reader import read_square_film
from core.films.images import Grey, squash
from core.films.outline import SMALL_PX
from core.input_checks.gate import Gate, find_refusal
from core.input_checks.gate_rules import GateInput
from core.system.errors import Reason


@dataclass(frozen=True, slots=True, eq=False)
class InspectedFilm:
    """A film with the gate's verdict. refusal: why it is not to be scored, or None."""

    film: SquareFilm
    refusal: Reason | None

    @property
    def square(self) -> Grey:
        """Return the film as the network sees it, (size, size) uint8."""
        return self.film.square


def inspect_film(path: Path, size_px: int, gate: Gate | None) -> InspectedFilm:
    """Return the film in `path`, reduced to `size_px`, judged by a model's gate.

    Raises FilmUnreadable.
    """
    film = read_square_film(path, size_px)
    return InspectedFilm(film, find_refusal(build_gate_input(film, film.square), gate))


def build_gate_input(film: Film | SquareFilm, square: Grey) -> GateInput:
    """Return what the gate looks at. square: the film as the network sees it."""
    facts = film.facts
    small = squash(square, SMALL_PX)
    return GateInput(small, film.chroma, film.aspect, facts.tags, facts.is_lateral, facts.is_raw)
