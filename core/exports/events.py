"""Events and results of exporting the films of a screening."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FilmNotExported:
    """A film of the list was left out. sentence: which, and why."""

    file: str
    sentence: str


@dataclass(frozen=True, slots=True)
class FilmsExported:
    """Result of an export of films.

    written: number of films whose answer was written; copies of one film share their files.
    left_out: films whose answer was not. completed: False if cancelled before the last film.
    """

    written: int
    left_out: tuple[FilmNotExported, ...]
    completed: bool
