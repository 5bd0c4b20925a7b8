"""What the gate of a model of another body part, or of an early model, learns from its films, and what it refuses."""

import json
from dataclasses import replace

import numpy as np
import pytest

from core.films.film_facts import FilmFacts
from core.films.phantoms import draw_phantom
from core.input_checks.gate import find_refusals, fit_gate, parse_gate
from core.input_checks.gate_features import FEATURES, describe_films, shrink_films
from core.input_checks.gate_rules import GateInput
from core.models.model_gate import read_bundled_gate
from core.system.errors import FAILED_FILM_REASONS, REFUSALS, Reason
from tests.core.input_checks.pictures import ALL_REASONS, SIZE, UPRIGHT, halves, judge, passes, reasons, text_page


def test_tags_of_a_model_for_another_body_part_say_nothing(of_phantoms):
    hand = FilmFacts(tags={"Modality": "DX", "BodyPartExamined": "HAND", "ViewPosition": "LL"}, is_lateral=True)
    assert judge(UPRIGHT[0], of_phantoms, facts=hand) is Reason.NOT_A_CHEST_FILM
    assert judge(UPRIGHT[0], replace(of_phantoms, is_chest=False), facts=hand) is None


def test_every_refusal_of_the_gate_has_its_sentence_and_may_not_be_retried():
    assert {judge(picture, None) for picture in UPRIGHT} == {None}
    assert not ALL_REASONS & FAILED_FILM_REASONS
    assert all(sentence.endswith(".") for sentence in REFUSALS.values())


def test_films_of_the_kind_pass_and_those_that_lie_wrong_do_not(of_phantoms):
    assert passes(UPRIGHT, of_phantoms).count(False) == 0
    assert passes([film[:, ::-1] for film in UPRIGHT], of_phantoms).count(False) == 0
    for quarters in (1, 2, 3):
        assert reasons([np.rot90(film, quarters) for film in UPRIGHT], of_phantoms) == {Reason.ROTATED}
    assert reasons([255 - film for film in UPRIGHT], of_phantoms) == {Reason.INVERTED}


@pytest.mark.parametrize("kind", ["films", "phantoms"])
def test_other_pictures_do_not_pass(kind, of_phantoms, request):
    statistics = of_phantoms if kind == "phantoms" else request.getfixturevalue("of_films")[0]
    noise = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE)).astype(np.uint8)
    stripes = np.tile(np.array([0] * 8 + [255] * 8, np.uint8), (SIZE, SIZE // 16))
    gradient = np.tile(np.linspace(0, 255, SIZE).astype(np.uint8), (SIZE, 1))
    for picture in (noise, stripes, gradient, text_page()):
        assert judge(picture, statistics) in {Reason.NOT_A_CHEST_FILM, Reason.TOO_CROPPED}
    assert judge(noise, statistics) is Reason.NOT_A_CHEST_FILM


def test_real_films_pass_also_when_they_were_exposed_otherwise(of_films):
    statistics, others = of_films
    changed = [np.clip(film * 1.25, 0, 255).astype(np.uint8) for film in others]
    changed += [(255 * (film / 255) ** 1.4).astype(np.uint8) for film in others]
    changed += [film[:, ::-1] for film in others]
    assert passes(others, statistics).count(False) <= 1
    assert passes(changed, statistics).count(False) <= 3


def test_real_films_that_lie_wrong_or_show_a_half_are_refused_by_name(of_films):
    statistics, others = of_films
    for quarters in (1, 2, 3):
        assert reasons([np.rot90(film, quarters) for film in others], statistics) == {Reason.ROTATED}
    assert reasons([film[::-1] for film in others], statistics) == {Reason.ROTATED}
    assert reasons([255 - film for film in others], statistics) == {Reason.INVERTED}
    told = [judge(half, statistics) for half in halves(others)]
    assert told.count(None) <= 2
    assert told.count(Reason.TOO_CROPPED) >= 0.85 * len(told)
    upper = [judge(np.repeat(film[: SIZE // 2], 2, axis=0), statistics) for film in others]
    assert upper.count(None) <= 0.6 * len(upper)


def test_films_that_come_in_any_orientation_are_not_called_turned():
    order = np.random.default_rng(0)
    films = np.stack([np.rot90(draw_phantom(seed, False, 96), order.integers(4)) for seed in range(160)])
    statistics = fit_gate(films[:100], films[100:140])
    assert passes(films[140:], statistics).count(False) <= 2


@pytest.mark.parametrize("kind", ["phantoms", "bundled", "none"])
def test_films_are_judged_together_as_each_alone(kind, of_phantoms):
    gate = {"phantoms": of_phantoms, "bundled": read_bundled_gate(), "none": None}[kind]
    pictures = [*UPRIGHT, *(np.rot90(film) for film in UPRIGHT), *(255 - film for film in UPRIGHT), *halves(UPRIGHT)]
    inputs = [GateInput(small) for small in shrink_films([np.ascontiguousarray(film) for film in pictures])]
    inputs[3] = replace(inputs[3], is_lateral=True)
    inputs[5] = replace(inputs[5], chroma=99.0)
    together = find_refusals(inputs, gate)
    assert together == [find_refusals([film], gate)[0] for film in inputs]
    assert together[:6] == [None, None, None, Reason.LATERAL_VIEW, None, Reason.COLOUR_PHOTO]
    assert find_refusals([], gate) == []


def test_too_few_films_give_no_statistics():
    films = np.stack(UPRIGHT)
    assert fit_gate(films, films) is None


def test_films_that_are_all_the_same_still_give_numbers():
    films = np.stack([UPRIGHT[0]] * 60)
    content = fit_gate(films, films).to_json_object()
    assert parse_gate(json.loads(json.dumps(content, allow_nan=False))) is not None
    assert judge(UPRIGHT[0], fit_gate(films, films)) is None


def test_statistics_survive_json_and_stay_small(of_phantoms):
    text = json.dumps(of_phantoms.to_json_object(), allow_nan=False)
    assert len(text) < 300_000
    again = parse_gate(json.loads(text))
    assert json.dumps(again.to_json_object()) == text
    pictures = [*UPRIGHT, *(np.rot90(film) for film in UPRIGHT), *halves(UPRIGHT)]
    assert [judge(one, again) for one in pictures] == [judge(one, of_phantoms) for one in pictures]
    features = describe_films(np.stack([draw_phantom(seed, True, 64) for seed in range(9)]))
    assert np.allclose(again.films.distances(features), of_phantoms.films.distances(features))


def test_a_model_without_statistics_has_none():
    assert parse_gate(None) is None


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda content: content["films"]["mean"].pop(), f"{FEATURES - 1} features per film"),
        (lambda content: [row.pop() for row in content["ends"]["spread"]["components"]], "features per film"),
        (lambda content: content["edges"].update(left_over=-1.0), "invalid numbers"),
        (lambda content: content["films"].update(left_over=float("nan")), "invalid numbers"),
        (lambda content: content.pop("turns"), "missing"),
        (lambda content: content.update(turns=[0.0]), "incomplete"),
        (lambda content: content.update(more=1), "unknown"),
        (lambda content: content["films"].pop("mean"), "incomplete"),
        (lambda content: content.update(threshold=None), "incomplete"),
        (lambda content: content.update(films=content["edges"]), "features per film"),
    ],
)
def test_statistics_of_another_description_are_refused_clearly(of_phantoms, spoil, message):
    content = json.loads(json.dumps(of_phantoms.to_json_object()))
    spoil(content)
    with pytest.raises(ValueError, match=message):
        parse_gate(content)


def test_every_reason_is_reached(of_phantoms):
    told = [{"facts": FilmFacts(is_lateral=True)}, {"facts": FilmFacts(is_raw=True)}, {"chroma": 99.0}]
    by_file = {judge(UPRIGHT[0], of_phantoms, **film) for film in told}
    shown = [np.rot90(UPRIGHT[0]), 255 - UPRIGHT[0], text_page(), *halves(UPRIGHT)]
    noise = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE)).astype(np.uint8)
    assert by_file | reasons([*shown, noise], of_phantoms) - {None} == ALL_REASONS
