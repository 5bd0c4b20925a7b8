"""Numbers and fixes of findings, and what is no finding, from surveys made by hand."""

from pathlib import Path

import numpy as np
import pytest

from core.datasets.dataset import Dataset, Film, Split
from core.datasets.events import FindingKind
from core.datasets.findings import collect_findings
from core.datasets.preparation import SplitChoice
from core.datasets.survey import Survey
from core.films.film_properties import FilmProperties
from core.jobs.events import Severity

ROOT = Path("/films")
PLAIN = FilmProperties(
    sha256="", size_bytes=1000, width=224, height=224, format="PNG", bits=8, is_coloured=False, jpeg_quality=None,
    border=0.0, corners=10.0, edges=10.0, mean=100.0, patient="", tags={}, small=np.zeros((64, 64), np.uint8),
)  # fmt: skip


def make_films(count, split=None, first=0, patients=None):
    """`count` films of each class, each of a patient of its own, or of so many `patients` of each class."""
    return [
        Film(ROOT / f"{label}-{number}.png", label, f"p{label}-{number % (patients or 10**9)}", split)
        for label in (0, 1)
        for number in range(first, first + count)
    ]


def find(films, copies=(), exact=()):
    """The findings on these films, by kind."""
    dataset = Dataset(ROOT, ("NORMAL", "SICK"), tuple(films))
    survey = Survey(dataset, {film.path: PLAIN for film in films}, (), frozenset(), exact, copies)
    return {finding.kind: finding for finding in collect_findings(survey, dataset, (), ())}


def in_splits(training=60, validation=60, test=60):
    return [
        *make_films(training, Split.TRAINING),
        *make_films(validation, Split.VALIDATION, 1000),
        *make_films(test, Split.TEST, 2000),
    ]


def paths_of(films, *names):
    by_name = {film.path.stem: film.path for film in films}
    return tuple(by_name[name] for name in names)


def test_a_leak_is_counted_in_groups_films_and_test_films():
    films = in_splits()
    groups = (paths_of(films, "0-1", "0-1001", "0-2001"), paths_of(films, "1-5", "1-1005"))
    leak = find(films, groups)[FindingKind.COPY_LEAK]
    assert leak.sentence.startswith("2 groups of copies (5 films, 1 of them in the test split) are in more than one")
    assert leak.fixes[0].label == "Exclude 3 leaking films"


def test_a_leaking_patient_is_counted_too():
    films = [*in_splits(), Film(ROOT / "twice.png", 0, "p0-1", Split.TEST)]
    leak = find(films)[FindingKind.PATIENT_LEAK]
    assert leak.sentence.startswith("1 patient (2 films, 1 of them in the test split) is in more than one split")
    assert [correction.file for correction in leak.fixes[0].corrections] == ["0-1.png"]


def test_copies_in_one_split_are_no_leak_and_of_one_class_no_conflict():
    films = in_splits()
    copies = (paths_of(films, "0-1", "0-2"),)
    assert set(find(films, copies)) == {FindingKind.NEAR_COPIES}
    assert set(find(films, copies, copies)) == {FindingKind.EXACT_COPIES}


def test_a_conflict_is_no_harmless_copy():
    films = make_films(60)
    copies = (paths_of(films, "0-1", "1-1"),)
    found = find(films, copies, copies)
    assert set(found) == {FindingKind.LABEL_CONFLICT}
    assert found[FindingKind.LABEL_CONFLICT].sentence.startswith("1 film (2 files) is in more than one class")


def test_copies_that_were_excluded_count_no_longer():
    films = in_splits()
    group = (*paths_of(films, "0-1"), ROOT / "excluded.png")
    assert find(films, (group,), (group,)) == {}


@pytest.mark.parametrize(("training", "is_tiny"), [(40, False), (41, True)])
def test_a_validation_split_is_tiny_beside_more_than_four_times_as_many_films(training, is_tiny):
    found = find(in_splits(training=training, validation=10))
    assert (FindingKind.TINY_VALIDATION in found) is is_tiny


def test_a_tiny_validation_split_says_how_coarse_it_is():
    films = in_splits(validation=4)
    tiny = find(films)[FindingKind.TINY_VALIDATION]
    assert tiny.severity is Severity.WARNING
    assert "has 8 films: a single film changes its accuracy by 12 %" in tiny.sentence  # 12.5, rounded to even
    assert set(tiny.files) == {film.path for film in films if film.split is Split.VALIDATION}
    assert [fix.splits for fix in tiny.fixes] == [SplitChoice.NEW_VALIDATION]


def test_patients_who_share_a_film_count_as_one_when_splits_are_planned():
    films = make_films(60, patients=3)
    assert FindingKind.NO_SPLIT not in find(films)
    copies = (paths_of(films, "0-0", "0-1"),)
    assert find(films, copies)[FindingKind.NO_SPLIT].severity is Severity.BLOCKING
