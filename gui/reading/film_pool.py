"""Read the films of a list for the screen on threads of their own: the wanted one, then its neighbours."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal, Slot

from core.inference.heat_regions import Heat
from core.inference.scoring_model import ScoringModel
from core.screening.events import LedgerRow
from core.screening.whole_film import WholeFilm, explain_film, read_whole_film
from gui.jobs.worker import describe_error

ModelOpener = Callable[[], ScoringModel]

KEPT_BYTES: Final = 400_000_000  # of films in memory; a film of 3,000 x 3,000 pixels has 9 MB
KEPT_FILMS: Final = 12  # at most, whatever their size
READERS: Final = 2  # threads: one may still read a film that is no longer wanted


@dataclass(frozen=True, slots=True)
class UnreadableFilm:
    """A film that cannot be shown, and why."""

    path: Path
    sentence: str


@dataclass(frozen=True, slots=True, eq=False)
class FilmHeat:
    """The heat map of a film, (height, width) float32, 0..1."""

    film: WholeFilm
    heat: Heat


@dataclass(frozen=True, slots=True)
class _Request:
    """A film that was asked for. number: of the list that was shown then."""

    number: int
    path: Path


class FilmPool(QObject):
    """Reads films, keeps the last ones, and computes heat maps after them.

    Signals: film_ready(WholeFilm or UnreadableFilm) for the wanted film; heat_ready(FilmHeat), if the
    model is at hand.
    """

    film_ready = Signal(object)
    heat_ready = Signal(object)
    _film_read = Signal(object, object)
    _heat_made = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="films")
        self._explainer = ThreadPoolExecutor(1, thread_name_prefix="heat")
        self._open_model: ModelOpener | None = None
        self._size_px = 224
        self._films: OrderedDict[Path, WholeFilm] = OrderedDict()
        self._heats: dict[Path, Heat] = {}
        self._reading: dict[Path, Future[WholeFilm]] = {}
        self._explaining: Future[Heat] | None = None
        self._wanted: Path | None = None
        self._is_closed = False
        self._list = 0  # number of the list: what is read for an earlier one is dropped
        self._film_read.connect(self._on_film_read, Qt.ConnectionType.QueuedConnection)
        self._heat_made.connect(self._on_heat_made, Qt.ConnectionType.QueuedConnection)

    def use_model(self, size_px: int, open_model: ModelOpener | None) -> None:
        """Read films for another model from now on, and make its heat maps; those of the one before are forgotten.

        size_px: side of its network's input. open_model: called on a thread; None without a model.
        """
        if size_px != self._size_px:
            wanted = self._wanted
            self.forget_all()
            self._size_px, self._open_model = size_px, open_model
            if wanted is not None:
                self.want(wanted, ())
        self._heats.clear()
        self._open_model = open_model

    def forget_all(self) -> None:
        """Drop all films, and what is being read."""
        self._list += 1
        self._wanted = None
        for future in self._reading.values():
            future.cancel()
        self._reading.clear()
        self._films.clear()
        self._heats.clear()

    def forget(self, path: Path) -> None:
        """Drop a film whose file changed."""
        self._films.pop(path, None)
        self._heats.pop(path, None)
        if (future := self._reading.pop(path, None)) is not None:
            future.cancel()

    def want(self, path: Path, neighbours: Sequence[Path]) -> None:
        """Read a film, then those that the reader will probably want next, the next one first."""
        if self._is_closed:
            return
        self._wanted = path
        for other in [other for other in self._reading if other != path]:
            if self._reading[other].cancel():
                del self._reading[other]
        if (film := self._films.get(path)) is not None:
            self._films.move_to_end(path)
            self.film_ready.emit(film)
        for wanted in (path, *neighbours):
            if wanted not in self._films and wanted not in self._reading:
                future = self._readers.submit(read_whole_film, wanted, self._size_px)
                self._reading[wanted] = future
                future.add_done_callback(partial(self._film_read.emit, _Request(self._list, wanted)))

    def explain(self, film: WholeFilm, row: LedgerRow) -> None:
        """Compute the heat map of the answer in `row`, unless it is known or there is no model."""
        if self._films.get(film.path) is film and (heat := self._heats.get(film.path)) is not None:
            self.heat_ready.emit(FilmHeat(film, heat))
        elif self._open_model is not None and not self._is_closed:
            if self._explaining is not None:
                self._explaining.cancel()
            open_model = self._open_model
            self._explaining = self._explainer.submit(lambda: explain_film(film, open_model(), row))
            self._explaining.add_done_callback(partial(self._heat_made.emit, film))

    def close(self) -> None:
        """Announce nothing any more; what is being read is not waited for, as a disk may hang."""
        self._is_closed = True
        self.forget_all()
        for pool in (self._readers, self._explainer):
            pool.shutdown(wait=False, cancel_futures=True)

    @Slot(object, object)
    def _on_film_read(self, asked: _Request, future: Future[WholeFilm]) -> None:
        path = asked.path
        if future.cancelled() or asked.number != self._list or self._reading.get(path) is not future:
            return  # of an earlier list, or forgotten meanwhile
        del self._reading[path]
        error = future.exception()
        if error is None:
            self._keep(future.result())
        if path == self._wanted:
            self.film_ready.emit(
                future.result() if error is None else UnreadableFilm(path, describe_error(error).sentence)
            )

    @Slot(object, object)
    def _on_heat_made(self, film: WholeFilm, future: Future[Heat]) -> None:
        if self._is_closed or future.cancelled() or future.exception() is not None:
            return
        if self._films.get(film.path) is film:
            self._heats[film.path] = future.result()
        self.heat_ready.emit(FilmHeat(film, future.result()))

    def _keep(self, film: WholeFilm) -> None:
        """Keep a film, and drop the ones that were wanted longest ago."""
        self._films[film.path] = film
        while len(self._films) > KEPT_FILMS or (
            len(self._films) > 1 and sum(kept.pixels.nbytes for kept in self._films.values()) > KEPT_BYTES
        ):
            oldest = next(path for path in self._films if path != self._wanted)
            del self._films[oldest]
            self._heats.pop(oldest, None)
