"""Read, check and score a few films together; runs on threads."""

import threading
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.films.film import SquareFilm
from core.films.film_reader import read_square_film
from core.films.images import Grey
from core.inference.engine import FilmOutputs
from core.inference.pipeline import process_in_chunks
from core.inference.scoring_model import ScoringModel
from core.input_checks.drift import measure_films
from core.input_checks.gate import Gate, find_refusals
from core.input_checks.inspection import build_gate_input
from core.metrics.roc import Floats
from core.models.validated_films import find_unlike
from core.screening.file_state import NEVER_READ, FileState, add_content, observe
from core.screening.folder_listing import ListedFile
from core.system.error_messages import is_out_of_memory
from core.system.errors import REFUSALS, FilmUnreadable, Reason
from core.system.language import tr


@dataclass(frozen=True, slots=True, eq=False)
class ScoredFilm:
    """A film with everything that its row needs.

    square: (size, size) uint8, as the network sees it. probability: calibrated, () or (classes,).
    """

    square: Grey
    outputs: FilmOutputs
    probability: Floats
    is_unlike: bool


@dataclass(frozen=True, slots=True, eq=False)
class ScoredFile:
    """A file, its state when it was read, and its film, or why there is none."""

    item: ListedFile
    state: FileState
    film: ScoredFilm | FilmUnreadable


@dataclass(frozen=True, slots=True, eq=False)
class ScoredChunk:
    """Files in order. measures: of the scored films, as `measure_films` returns them, each (n,)."""

    files: tuple[ScoredFile, ...]
    measures: Mapping[str, Floats]

    @property
    def scored(self) -> list[ScoredFilm]:
        """The n scored films."""
        return [file.film for file in self.files if isinstance(file.film, ScoredFilm)]


class ChunkScorer:
    """Scores files with a model; may be called on several threads at once."""

    def __init__(self, model: ScoringModel, gate: Gate | None, cancel: threading.Event) -> None:
        self._model = model
        self._gate = gate
        self._cancel = cancel

    def score(self, items: Sequence[ListedFile]) -> ScoredChunk | None:
        """Return the films of some files, scored; None if cancelled meanwhile."""
        states: list[FileState] = []
        films: dict[int, SquareFilm] = {}  # by place in the chunk
        failures: dict[int, FilmUnreadable] = {}
        outputs: dict[int, FilmOutputs] = {}
        for place, item in enumerate(items):
            if self._cancel.is_set():
                return None
            states.append(observe(item.path) if item.error is None else NEVER_READ)
            try:
                films[place] = self._read(item)
            except FilmUnreadable as error:
                failures[place] = error
            else:
                state = add_content(states[place], item.path, films[place].sha256)
                states[place] = replace(state, age_years=films[place].facts.age_years)
        failures |= self._refuse(films)
        for place in [place for place in films if place not in failures]:
            if self._cancel.is_set():
                return None
            try:
                outputs[place] = self._compute(films[place].square)
            except FilmUnreadable as error:
                failures[place] = error
        scored = self._answer(films, outputs, states)
        answers: dict[int, ScoredFilm | FilmUnreadable] = {**scored, **failures}
        files = (ScoredFile(item, states[place], answers[place]) for place, item in enumerate(items))
        measures = measure_films(np.stack([film.square for film in scored.values()])) if scored else {}
        return ScoredChunk(tuple(files), measures)

    def _read(self, item: ListedFile) -> SquareFilm:
        """Return a film as the network sees it. Raises FilmUnreadable."""
        if isinstance(item.error, PermissionError):
            raise FilmUnreadable(Reason.NO_PERMISSION, tr("You have no permission to list this folder."))
        if item.error is not None:
            sentence = tr("It cannot be accessed ({why}).", why=item.error.strerror)
            raise FilmUnreadable(Reason.READ_ERROR, sentence)
        return read_square_film(item.path, self._model.header.size_px)

    def _refuse(self, films: Mapping[int, SquareFilm]) -> dict[int, FilmUnreadable]:
        """Return the films that the gate refuses, and why."""
        refusals = find_refusals([build_gate_input(film, film.square) for film in films.values()], self._gate)
        refused = ((place, reason) for place, reason in zip(films, refusals, strict=True) if reason is not None)
        return {place: FilmUnreadable(reason, tr(REFUSALS[reason])) for place, reason in refused}

    def _compute(self, square: Grey) -> FilmOutputs:
        """Return the network's outputs. Raises FilmUnreadable where memory does not suffice."""
        try:
            return self._model.compute(square)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            sentence = tr("There was not enough memory to score it. Close other programs and try again.")
            raise FilmUnreadable(Reason.OUT_OF_MEMORY, sentence) from error

    def _answer(
        self, films: Mapping[int, SquareFilm], outputs: Mapping[int, FilmOutputs], states: Sequence[FileState]
    ) -> dict[int, ScoredFilm]:
        """Return the scored films, in order."""
        if not outputs:
            return {}
        header = self._model.header
        probabilities = header.calibration.probabilities(np.stack([one.logits for one in outputs.values()]))
        features = np.stack([one.features for one in outputs.values()])
        unlike = find_unlike(header, features, [states[place].age_years for place in outputs])
        if unlike is None:
            unlike = np.zeros(len(outputs), bool)
        return {
            place: ScoredFilm(films[place].square, outputs[place], np.asarray(probability), bool(is_unlike))
            for place, probability, is_unlike in zip(outputs, probabilities, unlike, strict=True)
        }


def score_here(
    model: ScoringModel, gate: Gate | None, files: Sequence[ListedFile], cancel: threading.Event
) -> Generator[ScoredChunk | None, None, None]:
    """Yield the files, scored on every core of this computer, in order; None once cancelled."""
    return process_in_chunks(files, ChunkScorer(model, gate, cancel).score, cancel)
