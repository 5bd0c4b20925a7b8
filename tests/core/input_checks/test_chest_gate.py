"""The gate of chest models, as the bundled model carries it."""

import json
from dataclasses import replace

import numpy as np
import pytest

from benchmarks import gate_pictures
from core.films.chest_phantom import draw_chest
from core.films.film_facts import FilmFacts
from core.films.film_reader import read_square
from core.films.phantoms import draw_phantom
from core.input_checks.chest_gate import LEAST_ODDS, WIDEST, ChestGate, log_odds
from core.input_checks.gate import GateStatistics, fit_gate, parse_gate
from core.input_checks.gate_features import describe_films, shrink_films
from core.models.model_gate import read_bundled_gate
from core.system.errors import Reason
from tests.core.input_checks.pictures import REAL, SIZE, UPRIGHT, halves, judge, passes, reasons, text_page

SOURCES = REAL / "other-sources"
DEMO = [draw_chest(seed, seed % 2 == 0) for seed in range(1000, 1020)]


@pytest.fixture(scope="module")
def gate():
    gate = read_bundled_gate()
    assert isinstance(gate, ChestGate)
    return gate


def squares_of(pattern, count):
    """At most `count` real films, spread over those that match."""
    if not SOURCES.exists():
        pytest.skip("the real films are not here")
    paths = sorted(SOURCES.glob(pattern))
    return [read_square(path, SIZE) for path in paths[:: max(1, len(paths) // count)][:count]]


@pytest.mark.parametrize("films", [UPRIGHT, DEMO], ids=["self-test", "demo"])
def test_drawn_films_pass_and_those_in_a_wrong_orientation_are_named(gate, films):
    assert passes(films, gate).count(False) == 0
    assert passes([film[:, ::-1] for film in films], gate).count(False) == 0
    turned = [np.rot90(film, quarters) for film in films for quarters in (1, 2, 3)] + [film[::-1] for film in films]
    answers = [judge(film, gate) for film in turned]
    assert None not in answers
    assert answers.count(Reason.ROTATED) >= 0.95 * len(answers)
    assert [judge(255 - film, gate) for film in films].count(Reason.INVERTED) >= 0.96 * len(films)


def test_parts_of_films_do_not_pass(gate):
    answers = [judge(half, gate) for half in halves(DEMO)]
    assert answers.count(None) <= 2


def test_drawn_pictures_of_other_things_do_not_pass(gate):
    noise = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE)).astype(np.uint8)
    assert judge(noise, gate) is Reason.NOT_A_CHEST_FILM
    assert judge(text_page(), gate) is not None  # named rotated, as its lines are upright
    drawn = [*gate_pictures.draw_patterns(30), *gate_pictures.draw_limbs(20), *gate_pictures.draw_slices(20)]
    assert passes([np.asarray(picture) for picture in drawn], gate).count(True) <= 1


def test_what_is_unlike_all_films_is_refused_whatever_the_recogniser_says(gate):
    easy = replace(gate, least_odds=-1e9)
    assert judge(np.rot90(UPRIGHT[0]), easy) is None
    assert judge(UPRIGHT[0], replace(easy, threshold=1e-6)) is Reason.NOT_A_CHEST_FILM


def test_tags_of_other_body_parts_count(gate):
    hand = FilmFacts(tags={"Modality": "DX", "BodyPartExamined": "HAND"})
    assert judge(UPRIGHT[0], gate, facts=hand) is Reason.NOT_A_CHEST_FILM
    assert judge(UPRIGHT[0], gate, facts=FilmFacts(is_lateral=True)) is Reason.LATERAL_VIEW


@pytest.mark.parametrize("source", ["rsna_dicom", "nih_chestxray14", "rsna_normal_qatar256", "hannover_covid"])
def test_real_frontal_films_of_every_hospital_pass(gate, source):
    assert passes(squares_of(f"films/{source}/**/*.*", 60), gate).count(False) <= 2


def test_real_films_in_a_wrong_orientation_are_named(gate):
    films = squares_of("films/rsna_dicom/**/*.*", 40)
    films = [film for film in films if judge(film, gate) is None]  # there are negatives among them
    assert len(films) >= 38
    turned = [np.rot90(film, quarters) for film in films for quarters in (1, 2, 3)] + [film[::-1] for film in films]
    assert [judge(film, gate) for film in turned].count(Reason.ROTATED) >= 0.96 * len(turned)
    assert [judge(255 - film, gate) for film in films].count(Reason.INVERTED) >= 0.96 * len(films)
    turned = squares_of("gate/cadlab_nih/chest_rotated/*.*", 27)
    assert reasons(turned, gate) == {Reason.ROTATED}


@pytest.mark.parametrize("kind", ["hand", "leg", "hip", "abdomen", "head"])
def test_real_pictures_of_other_body_parts_do_not_pass(gate, kind):
    assert passes(squares_of(f"gate/*/not_chest_{kind}/*.*", 40), gate).count(True) == 0


def test_json_keeps_every_answer_and_stays_small(gate):
    text = json.dumps(gate.to_json_object(), allow_nan=False)
    assert len(text) < 500_000
    again = parse_gate(json.loads(text))
    assert json.dumps(again.to_json_object()) == text
    pictures = [*UPRIGHT, *(np.rot90(film) for film in UPRIGHT), *halves(UPRIGHT)]
    assert [judge(one, again) for one in pictures] == [judge(one, gate) for one in pictures]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda content: content["films"]["mean"].pop(), "features per film"),
        (lambda content: content["recogniser"].update(hidden=""), "another number"),
        (lambda content: content["recogniser"].pop("hidden"), "incomplete"),
        (lambda content: content.pop("films"), "missing"),
        (lambda content: content.update(more=1), "unknown"),
        (lambda content: content.update(least_odds=None), "incomplete"),
        (lambda content: content.update(threshold=0), "thresholds"),
        (lambda content: content.update(least_odds=float("nan")), "thresholds"),
    ],
)
def test_a_gate_of_another_description_is_refused_clearly(gate, spoil, message):
    content = json.loads(json.dumps(gate.to_json_object()))
    spoil(content)
    with pytest.raises(ValueError, match=message):
        parse_gate(content)


def test_a_chest_model_gets_the_gate_and_its_own_films_pass(gate):
    films = np.stack([draw_phantom(seed, seed % 2 == 0, 96) for seed in range(60)])
    odds = log_odds(gate.recogniser.log_probabilities(describe_films(shrink_films(films))))
    strict = replace(gate, least_odds=float(np.quantile(odds, 0.3)))
    assert passes(films[40:], strict).count(False) >= 3
    own = fit_gate(films[:40], films[40:], strict)
    assert isinstance(own, ChestGate)
    assert own.recogniser is gate.recogniser
    assert passes(films[40:], own).count(False) <= 1


def test_too_few_chest_films_get_the_gate_as_it_is(gate):
    films = np.stack(UPRIGHT)
    assert fit_gate(films, films[:5], gate) is gate
    assert fit_gate(films, films[:0], gate) is None


def test_a_model_of_another_body_part_gets_a_gate_of_its_own(gate):
    limbs = np.stack([np.asarray(picture.resize((96, 96))) for picture in gate_pictures.draw_limbs(120)])
    own = fit_gate(limbs[:90], limbs[90:], gate)
    assert isinstance(own, GateStatistics)
    assert passes(limbs[90:], own).count(False) <= 2
    assert passes(limbs[90:], gate).count(True) == 0


def test_other_pictures_among_a_models_films_do_not_open_its_gate(gate):
    noise = np.random.default_rng(1).integers(0, 256, (40, SIZE, SIZE)).astype(np.uint8)
    admitting = gate.admit(describe_films(shrink_films(noise)))
    assert admitting.least_odds == LEAST_ODDS
    assert gate.threshold <= admitting.threshold <= round(WIDEST * gate.threshold, 4)
    assert judge(noise[0], admitting) is not None
