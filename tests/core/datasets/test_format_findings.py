"""Findings on sizes, bit depths, colours and borders, from properties made by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from core.datasets.dataset import Dataset, Film
from core.datasets.events import FindingKind
from core.datasets.format_findings import WIDE_BORDER, find_colours_and_borders, find_mixed_formats, paths_of
from core.datasets.survey import Survey
from core.films.film_properties import FilmProperties
from core.jobs.events import Severity

PLAIN = FilmProperties(
    sha256="", size_bytes=1000, width=224, height=200, format="PNG", bits=8, is_coloured=False, jpeg_quality=None,
    border=0.0, corners=10.0, edges=10.0, mean=100.0, patient="", study="", age_years=None,
    chroma=0.0, aspect=1.12, is_lateral=False, is_raw=False, tags={}, small=np.zeros((64, 64), np.uint8),
)  # fmt: skip
FILMS = tuple(Film(Path(f"/films/{number}.png"), number % 2, str(number)) for number in range(20))


def surveyed(*unusual):
    """20 films of which the first have other properties than the rest."""
    dataset = Dataset(Path("/films"), ("NORMAL", "SICK"), FILMS)
    of_path = dict.fromkeys(paths_of(FILMS), PLAIN)
    of_path |= {film.path: replace(PLAIN, **changed) for film, changed in zip(FILMS, unusual, strict=False)}
    return dataset, Survey(dataset, of_path, (), frozenset(), False, (), ())


def test_films_of_one_format_without_colours_and_borders_give_no_finding():
    assert find_mixed_formats(*surveyed()) == []
    assert find_colours_and_borders(*surveyed()) == []


def test_films_of_another_size_are_named_only_if_they_are_few():
    (finding,) = find_mixed_formats(*surveyed({"height": 201}))
    assert (finding.kind, finding.severity) == (FindingKind.SIZES, Severity.INFORMATION)
    assert finding.sentence == "The films have 2 sizes, 224 to 224 pixels wide."
    assert finding.files == (FILMS[0].path,)
    (finding,) = find_mixed_formats(*surveyed({"width": 100}, {"width": 300}, {"width": 300}))
    assert finding.sentence == "The films have 3 sizes, 100 to 300 pixels wide."
    assert finding.files == ()


def test_films_of_another_depth_colour_or_border_are_named():
    given = surveyed({"bits": 12}, {"bits": 16}, {"is_coloured": True}, {"border": WIDE_BORDER}, {"border": 0.11})
    (depths,) = find_mixed_formats(*given)
    assert (depths.kind, depths.files) == (FindingKind.DEPTHS, paths_of(FILMS[:2]))
    assert depths.sentence == "2 films have another bit depth than the rest."
    coloured, bordered = find_colours_and_borders(*given)
    assert (coloured.kind, coloured.files) == (FindingKind.COLOURED, (FILMS[2].path,))
    assert (bordered.kind, bordered.files) == (FindingKind.BORDERS, (FILMS[4].path,))
    assert bordered.sentence == "1 film has a plain border over more than 10 % of the picture."
