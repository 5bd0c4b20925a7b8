"""Read a film as the network sees it and as a person does, with the gate's verdict."""

from dataclasses import dataclass
from pathlib import Path

from core.films.film import Film, SquareFilm
from core.films.film_reader import read_whole_and_square
from core.films.images import Grey, squash
from core.films.outline import SMALL_PX
from core.input_checks.gate import Gate, find_refusal
from core.input_checks.gate_rules import GateInput
from core.system.errors import Reason


@dataclass(frozen=True, slots=True, eq=False)
class InspectedFilm:
    """A film with the gate's verdict.

    film, pixels: as the network sees it, and whole (height, width) uint8, of the same bytes.
    refusal: why it is not to be scored, or None.
    """

    film: SquareFilm
    pixels: Grey
    refusal: Reason | None

    @property
    def square(self) -> Grey:
        """Return the film as the network sees it, (size, size) uint8."""
        return self.film.square


def inspect_film(path: Path, size_px: int, gate: Gate | None) -> InspectedFilm:
    """Return the film in `path`, reduced to `size_px`, judged by a model's gate.

    Raises FilmUnreadable.
    """
    whole, film = read_whole_and_square(path, size_px)
    return InspectedFilm(film, whole.pixels, find_refusal(build_gate_input(film, film.square), gate))


def build_gate_input(film: Film | SquareFilm, square: Grey) -> GateInput:
    """Return what the gate looks at. square: the film as the network sees it."""
    facts = film.facts
    small = squash(square, SMALL_PX)
    return GateInput(small, film.chroma, film.aspect, facts.tags, facts.is_lateral, facts.is_raw)
