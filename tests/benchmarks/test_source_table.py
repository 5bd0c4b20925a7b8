"""Figures of sources from rows of a screening."""

import pytest

from benchmarks.source_table import UNLIKE, Kind, LabelledFilm, Outcome, find_kind, format_report, measure_sources
from core.models.decision import Decision
from core.screening.events import LedgerRow, Status


def outcome(number, source, kind, decision, reason=""):
    film = LabelledFilm(f"{number}", source, kind, str(kind), f"{source} {number}")
    label = "PNEUMONIA" if decision is Decision.LIKELY else "NORMAL"
    return Outcome(film, LedgerRow(film.file, Status.SCORED, reason, label, 0.5, decision, "m"))


def outcomes_of(source, likely, films=20, reason=""):
    """Normal films, of which so many are called likely; these have the reason."""
    return [
        outcome(number, source, Kind.NEGATIVE, Decision.LIKELY if number < likely else Decision.UNLIKELY,
                reason if number < likely else "")
        for number in range(films)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("label", "kind"),
    [("normal", Kind.NEGATIVE), ("Pneumonia", Kind.POSITIVE), ("Other", Kind.OTHER), ("not_chest_hip", Kind.NOT_CHEST),
     ("Chest Frontal", Kind.FRONTAL), ("chest_lateral", Kind.LATERAL), ("tumour", None)],
)  # fmt: skip
def test_labels_are_known_however_they_are_spelt(label, kind):
    assert find_kind(label, ("NORMAL", "PNEUMONIA")) is kind


def test_the_worst_of_the_sources_is_named_and_few_films_decide_nothing():
    outcomes = outcomes_of("north", 2) + outcomes_of("south", 6) + outcomes_of("small", 5, films=5)
    over = measure_sources(outcomes, "PNEUMONIA", [])["over_sources"]
    assert over["normals_likely"] == {"mean": pytest.approx(0.2), "worst": 0.3, "worst_source": "south", "sources": 2}
    assert over["specificity"]["worst_source"] == "south"
    weak = measure_sources(outcomes, "PNEUMONIA", ["south"])["over_sources"]
    assert weak["normals_likely"]["worst_source"] == "north"


def test_films_unlike_the_validated_ones_are_counted_where_a_model_names_any():
    (group,) = measure_sources(outcomes_of("north", 4, reason=UNLIKE), "PNEUMONIA", [])["groups"]
    assert (group["figures"]["unlike"]["value"], group["figures"]["unlike"]["n"]) == (0.2, 20)
    (group,) = measure_sources(outcomes_of("north", 4), "PNEUMONIA", [])["groups"]
    assert "unlike" not in group["figures"]


def test_names_from_a_list_cannot_break_the_tables():
    report = {"model": "m", "threshold": 0.5} | measure_sources(outcomes_of("a|b\nc", 4), "PNEUMONIA", [])
    for line in format_report(report).splitlines():
        assert line.count("|") in {0, 6, 8}
    assert "| a/b c | 20 |" in format_report(report)
