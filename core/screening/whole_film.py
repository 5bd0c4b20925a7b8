"""Read films for the screen: the whole picture first, then the heat map of its answer."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from core.films.dicom_details import FilmDetails, read_details
from core.films.film_code import film_code
from core.films.film_facts import FilmFacts
from core.films.film_reader import read_whole_and_square
from core.films.images import Grey
from core.inference.heat_map import build_heat_map
from core.inference.heat_regions import Heat
from core.inference.scoring_model import ScoringModel
from core.screening.events import LedgerRow

HEAT_PX: Final = 256  # longer side of a heat map for the screen; the network's maps have 7 to 32 pixels


@dataclass(frozen=True, slots=True, eq=False)
class WholeFilm:
    """A film to show.

    pixels: (height, width) uint8, upright, dense tissue white. square: (size, size) uint8, as the
    network sees it. code: of the file's content, as in LedgerRow.film.
    """

    path: Path
    pixels: Grey
    square: Grey
    facts: FilmFacts
    details: FilmDetails
    code: str


def read_whole_film(path: Path, size_px: int) -> WholeFilm:
    """Return the film in `path`. size_px: side of the network's input. Raises FilmUnreadable."""
    whole, square = read_whole_and_square(path, size_px)
    return WholeFilm(path, whole.pixels, square.square, whole.facts, read_details(path), film_code(square.sha256))


def explain_film(film: WholeFilm, model: ScoringModel, row: LedgerRow) -> Heat:
    """Return the heat map of the answer in `row`, (height, width) float32, 0..1, in the film's proportions."""
    finding = model.header.finding_of(row.label or "")
    heat = build_heat_map(model.header, model.compute(film.square), finding)
    height, width = film.pixels.shape
    scale = HEAT_PX / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    smooth: Heat = np.asarray(Image.fromarray(heat).resize(size, Image.Resampling.BICUBIC), np.float32)
    return smooth.clip(0, 1)
