"""Findings of an audit, from surveys made by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.datasets.audit import plan_splits
from core.datasets.dataset import Dataset, Film
from core.datasets.entries import FilmLeftOut, Split
from core.datasets.events import FindingKind, Shortcut
from core.datasets.findings import collect_findings
from core.datasets.preparation import Action, SplitChoice
from core.datasets.survey import Survey
from core.films.film_properties import FilmProperties
from core.jobs.events import Severity
from core.metrics.intervals import Figure
from core.system.errors import Reason

ROOT = Path("/films")
PLAIN = FilmProperties(
    sha256="", size_bytes=1000, width=224, height=224, format="PNG", bits=8, is_coloured=False, jpeg_quality=None,
    border=0.0, corners=10.0, edges=10.0, mean=100.0, patient="", study="", age_years=None,
    chroma=0.0, aspect=1.0, is_lateral=False, is_raw=False, tags={}, small=np.zeros((64, 64), np.uint8),
)  # fmt: skip


def films(split=None, count=60, first=0):
    """So many films of each class, each of a patient of its own."""
    return [
        Film(ROOT / f"{label}-{number}.png", label, f"p{label}-{number}", split)
        for label in (0, 1)
        for number in range(first, first + count)
    ]


def findings_of(films, left_out=(), shortcuts=(), properties=(), refused=None, dataset=None, **survey):
    dataset = dataset or Dataset(ROOT, ("NORMAL", "SICK"), tuple(films))
    of_path = {film.path: PLAIN for film in films} | dict(properties)
    empty = Survey(dataset, of_path, tuple(left_out), frozenset(), False, (), ())
    survey = replace(empty, **survey)
    _, no_split = plan_splits(dataset, survey.copies)
    return collect_findings(survey, dataset, left_out, shortcuts, refused or {}, no_split)


def only(findings, kind):
    (finding,) = [finding for finding in findings if finding.kind is kind]
    return finding


def test_plain_films_have_no_findings():
    assert findings_of(films()) == ()


def test_each_finding_is_one_sentence_what_and_one_what_to_do():
    """A full stop before a space would begin a second one."""
    given = [*films(Split.TRAINING, 60), *films(Split.VALIDATION, 4, 1000), *films(Split.TEST, 9, 2000)]
    of = {film.path.stem: film.path for film in given}
    found = findings_of(
        given,
        left_out=[
            FilmLeftOut(ROOT / "torn.png", Reason.DAMAGED, "Torn."),
            FilmLeftOut(ROOT / "?", Reason.NO_LABEL, ""),
        ],
        shortcuts=[Shortcut("file size", Figure(0.9, 0.8, 0.95), "The classes are told apart.")],
        properties={of["0-5"]: replace(PLAIN, is_coloured=True, border=0.3, bits=16, width=300)}.items(),
        refused={of["0-6"]: Reason.NOT_A_CHEST_FILM},
        copies=((of["0-1"], of["0-2001"]), (of["0-2"], of["1-2"]), (of["0-7"], of["0-8"]), (of["1-7"], of["1-8"])),
        exact=((of["0-7"], of["0-8"]),),
        inverted=frozenset({of["0-3"]}),
        shares_patient=True,
    )
    assert len({finding.kind for finding in found}) >= 14
    for finding in found:
        for sentence in (finding.sentence, finding.advice):
            assert sentence.endswith(".")
            assert ". " not in sentence


def test_the_severest_come_first():
    given = films()
    found = findings_of(
        given,
        copies=((given[0].path, given[-1].path),),
        inverted=frozenset({given[3].path}),
        properties={given[5].path: replace(PLAIN, is_coloured=True)}.items(),
    )
    assert [finding.kind for finding in found] == [
        FindingKind.LABEL_CONFLICT, FindingKind.INVERTED, FindingKind.COLOURED,
    ]  # fmt: skip
    assert [finding.severity for finding in found] == [Severity.BLOCKING, Severity.WARNING, Severity.INFORMATION]


def test_a_leak_is_resolved_in_favour_of_the_test_split():
    given = films(Split.TRAINING) + films(Split.VALIDATION, 60, 100) + films(Split.TEST, 60, 200)
    by_name = {film.path.stem: film for film in given}
    group = tuple(by_name[name].path for name in ("0-3", "0-103", "0-203"))
    found = findings_of(given, copies=(group,))
    leak = only(found, FindingKind.COPY_LEAK)
    assert (leak.severity, set(leak.files)) == (Severity.BLOCKING, set(group))
    exclude, new_splits = leak.fixes
    assert {(one.file, one.action) for one in exclude.corrections} == {
        ("0-3.png", Action.EXCLUDE), ("0-103.png", Action.EXCLUDE),
    }  # fmt: skip
    assert new_splits.splits is SplitChoice.NEW


def test_a_leak_that_would_cost_a_split_its_films_only_offers_new_splits():
    given = films(Split.TRAINING, 60) + films(Split.TEST, 60, 100)
    groups = tuple((given[number].path, given[120 + number].path) for number in range(40))  # of 60 of that class
    assert [step.splits for step in only(findings_of(given, copies=groups), FindingKind.COPY_LEAK).fixes] == [
        SplitChoice.NEW
    ]


def test_patients_in_two_splits_are_a_leak_and_in_one_are_none():
    given = films(Split.TRAINING) + films(Split.TEST, 60, 100)
    assert not [one for one in findings_of(given) if one.kind is FindingKind.PATIENT_LEAK]
    given[0] = replace(given[0], patient=given[-1].patient)
    assert set(only(findings_of(given), FindingKind.PATIENT_LEAK).files) == {given[0].path, given[-1].path}


def test_harmless_copies_keep_one_of_each():
    given = films()
    exact = tuple(film.path for film in given[:3])
    found = findings_of(given, exact=(exact,), copies=(exact, (given[5].path, given[6].path)))
    identical, near = only(found, FindingKind.EXACT_COPIES), only(found, FindingKind.NEAR_COPIES)
    assert [one.file for one in identical.fixes[0].corrections] == ["0-1.png", "0-2.png"]
    assert [one.file for one in near.fixes[0].corrections] == ["0-6.png"]
    assert near.files == (given[5].path, given[6].path)


@pytest.mark.parametrize(
    ("low", "severity"),
    [(0.59, None), (0.60, Severity.INFORMATION), (0.74, Severity.INFORMATION), (0.75, Severity.WARNING)],
)
def test_a_shortcut_counts_by_the_lower_bound_of_its_area(low, severity):
    shortcuts = [
        Shortcut("file size", Figure(0.9, low, 1.0), "By its size."),
        Shortcut("mean brightness", Figure(0.95, 0.4, 1.0), "By its brightness."),
    ]
    found = findings_of(films(), shortcuts=shortcuts)
    assert [(one.kind, one.severity, one.sentence) for one in found] == (
        [(FindingKind.SHORTCUT, severity, "By its size.")] if severity else []
    )


def test_a_validation_split_is_tiny_where_training_has_many_films():
    def kinds(validation):
        given = films(Split.TRAINING, 200) + films(Split.TEST, 60, 300) + films(Split.VALIDATION, validation, 400)
        return {one.kind for one in findings_of(given)}

    assert FindingKind.TINY_VALIDATION in kinds(24)
    assert FindingKind.TINY_VALIDATION not in kinds(25)  # of each class


def test_few_films_and_unequal_classes():
    given = [film for film in films(count=160) if film.label == 1 or film.path.stem in {f"0-{n}" for n in range(49)}]
    found = findings_of(given)
    few = only(found, FindingKind.FEW_FILMS).sentence
    assert "NORMAL" in few
    assert "49 films" in few
    assert "NORMAL 49, SICK 160" in only(found, FindingKind.IMBALANCE).sentence
    more = [film for film in films(count=150) if film.label == 1 or film.path.stem in {f"0-{n}" for n in range(50)}]
    assert findings_of(more) == ()  # 50 of one class, and three times as many of the other, are enough


def test_too_few_patients_for_three_splits_block():
    given = [replace(film, patient=f"one of class {film.label}") for film in films()]
    assert only(findings_of(given), FindingKind.NO_SPLIT).severity is Severity.BLOCKING


def test_unreadable_files_are_listed_and_can_be_excluded():
    left_out = [FilmLeftOut(ROOT / "sub" / "cut.png", Reason.DAMAGED, "It is cut off.")]
    finding = only(findings_of(films(), left_out), FindingKind.UNREADABLE)
    assert finding.files == (ROOT / "sub" / "cut.png",)
    assert [one.file for one in finding.fixes[0].corrections] == ["sub/cut.png"]


def test_unusual_sizes_are_listed_while_they_are_few():
    given = films()
    few = {film.path: replace(PLAIN, width=512, bits=16) for film in given[:11]}
    found = findings_of(given, properties=few.items())
    assert set(only(found, FindingKind.SIZES).files) == set(only(found, FindingKind.DEPTHS).files) == set(few)
    assert "224 to 512 pixels" in only(found, FindingKind.SIZES).sentence
    many = {film.path: replace(PLAIN, width=512) for film in given[:12]}  # a tenth of all
    assert only(findings_of(given, properties=many.items()), FindingKind.SIZES).files == ()


def test_wide_borders_are_found():
    given = films()
    framed = {given[0].path: replace(PLAIN, border=0.11), given[1].path: replace(PLAIN, border=0.1)}
    assert only(findings_of(given, properties=framed.items()), FindingKind.BORDERS).files == (given[0].path,)


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
    survey = Survey(dataset, {film.path: PLAIN for film in films}, (), frozenset(), False, exact, copies)
    _, no_split = plan_splits(dataset, copies)
    return {finding.kind: finding for finding in collect_findings(survey, dataset, (), (), {}, no_split)}


def test_films_that_screening_refuses_are_left_out_with_one_click():
    given = films()
    refused = {
        given[0].path: Reason.LATERAL_VIEW,
        given[1].path: Reason.NOT_A_CHEST_FILM,
        given[2].path: Reason.INVERTED,
    }
    found = findings_of(given, refused=refused, inverted=frozenset({given[2].path}))
    finding = only(found, FindingKind.NOT_FRONTAL)
    assert finding.sentence == "2 films would be refused in screening: lateral view 1, not a chest film 1."
    assert [correction.file for correction in finding.fixes[0].corrections] == ["0-0.png", "0-1.png"]
    assert only(found, FindingKind.INVERTED).files == (given[2].path,)  # not told twice


def test_an_unknown_finding_blocks_and_each_class_is_one_click():
    given = films()
    dataset = Dataset(ROOT, ("A", "B"), tuple(given), is_finding_certain=False)
    finding = only(findings_of(given, dataset=dataset), FindingKind.FINDING_UNKNOWN)
    assert finding.severity is Severity.BLOCKING
    assert [fix.finding for fix in finding.fixes] == ["B", "A"]
    several = Dataset(ROOT, ("A", "B", "C"), tuple(given), is_finding_certain=False)
    assert not [one for one in findings_of(given, dataset=several) if one.kind is FindingKind.FINDING_UNKNOWN]


def test_what_was_read_otherwise_than_written_is_said():
    given = films()
    left_out = (
        FilmLeftOut(ROOT / "a.txt", Reason.NO_LABEL, "It has no label."),
        FilmLeftOut(ROOT / "b.png", Reason.DAMAGED, "It is damaged."),
    )
    dataset = Dataset(ROOT, ("NORMAL", "SICK"), tuple(given), spellings=(("SICK", "sick"),), notes=("3 names found.",))
    found = findings_of(given, left_out, dataset=dataset, shares_patient=True)
    assert only(found, FindingKind.UNLABELLED).files == (ROOT / "a.txt",)
    assert only(found, FindingKind.UNREADABLE).files == (ROOT / "b.png",)
    assert only(found, FindingKind.SPELLINGS).sentence == '"SICK", "sick" were read as one class, SICK.'
    assert only(found, FindingKind.LIST_NOTES).sentence == "3 names found."
    assert "120 patients" in only(found, FindingKind.SHARED_PATIENT).sentence


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
    assert leak.sentence.startswith("Copies of 2 films are in more than one split (5 files, 1 of them in the test")
    assert leak.fixes[0].label == "Exclude 3 leaking films"


def test_a_leaking_patient_is_counted_too():
    films = [*in_splits(), Film(ROOT / "twice.png", 0, "p0-1", Split.TEST)]
    leak = find(films)[FindingKind.PATIENT_LEAK]
    assert leak.sentence.startswith("1 patient is in more than one split (2 films, 1 of them in the test split)")
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
    assert found[FindingKind.LABEL_CONFLICT].sentence.startswith("1 film is in more than one class (2 files)")


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
    assert "has only 8 films: one film changes its accuracy by 12 %" in tiny.sentence  # 12.5, rounded to even
    assert set(tiny.files) == {film.path for film in films if film.split is Split.VALIDATION}
    assert [fix.splits for fix in tiny.fixes] == [SplitChoice.NEW_VALIDATION]


def test_patients_who_share_a_film_count_as_one_when_splits_are_planned():
    films = make_films(60, patients=3)
    assert FindingKind.NO_SPLIT not in find(films)
    copies = (paths_of(films, "0-0", "0-1"),)
    assert find(films, copies)[FindingKind.NO_SPLIT].severity is Severity.BLOCKING
