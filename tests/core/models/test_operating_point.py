"""Operating points: from words to thresholds that keep their promise on films that were not used to choose them."""

from gettext import NullTranslations

import numpy as np
import pytest

from core.metrics.intervals import Figure
from core.models.operating_point import (
    EVERYTHING,
    Goal,
    Wish,
    evaluate_band,
    fit_conformal_band,
    fit_threshold,
    format_natural_frequencies,
    parse_wish,
)
from core.system.errors import JobFailed
from core.system.language import Language


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("miss at most 5 of 100", Wish(Goal.MISSES, 0.05)),
        ("Miss at most 5 of 100 pneumonias", Wish(Goal.MISSES, 0.05)),
        ("miss at most 2.5 %", Wish(Goal.MISSES, 0.025)),
        ("at most 10 % false alarms", Wish(Goal.FALSE_ALARMS, 0.1)),
        ("at most 3 in 200 false alarms", Wish(Goal.FALSE_ALARMS, 0.015)),
        ("best balance", Wish(Goal.BALANCED)),
        ("0.37", Wish(Goal.THRESHOLD, 0.37)),
        ("threshold .5", Wish(Goal.THRESHOLD, 0.5)),
        ("höchstens 5 von 100 übersehen", Wish(Goal.MISSES, 0.05)),
        ("Höchstens 2,5 Prozent übersehen", Wish(Goal.MISSES, 0.025)),
        ("höchstens 10 % Fehlalarme", Wish(Goal.FALSE_ALARMS, 0.1)),
        ("höchstens 5 von 100 als Fehlalarm", Wish(Goal.FALSE_ALARMS, 0.05)),
        ("beste Balance", Wish(Goal.BALANCED)),
        ("Schwelle 0,37", Wish(Goal.THRESHOLD, 0.37)),
    ],
)
def test_a_sentence_becomes_a_wish_and_is_understood_again(words, wish):
    assert parse_wish(words) == wish
    assert parse_wish(str(wish)) == wish


@pytest.mark.parametrize("goal", Goal)
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("value", [0.125, 0.07, 0.00001])
def test_a_wish_is_understood_again_in_every_language(speak, language, goal, value):
    speak(language)
    wish = Wish(goal, 0.0 if goal is Goal.BALANCED else value)
    understood = parse_wish(str(wish))
    assert understood.goal is goal
    assert understood.value == pytest.approx(wish.value)


def test_a_wish_in_words_of_a_catalogue_is_understood(monkeypatch):
    words = {
        "miss at most {count:g} of 100": "pasar por alto como máximo {count:g} de 100",
        "at most {count:g} of 100 false alarms": "como máximo {count:g} de 100 falsas alarmas",
        "at most 5 % false alarms": "como máximo un 5\u00a0% de falsas alarmas",
        "threshold {value:.4g}": "umbral {value:.4g}",
        "best balance": "mejor equilibrio",
    }
    monkeypatch.setattr(NullTranslations, "gettext", lambda _self, sentence: words.get(sentence, sentence))
    assert parse_wish("Pasar por alto como máximo 2,5 de 100") == Wish(Goal.MISSES, 0.025)
    assert parse_wish("como máximo 3 de 100 falsas alarmas") == Wish(Goal.FALSE_ALARMS, 0.03)
    assert parse_wish("como máximo un 8 % de falsas alarmas") == Wish(Goal.FALSE_ALARMS, 0.08)
    assert parse_wish("como máximo un 8% de falsas alarmas") == Wish(Goal.FALSE_ALARMS, 0.08)
    assert parse_wish("umbral 0,37") == Wish(Goal.THRESHOLD, 0.37)
    assert parse_wish("mejor equilibrio") == Wish(Goal.BALANCED)
    with pytest.raises(JobFailed, match="must be between"):
        parse_wish("pasar por alto como máximo 5 de 0")
    with pytest.raises(JobFailed, match="not understood"):
        parse_wish("pasar por alto como máximo muchas de 100")


@pytest.mark.parametrize("words", ["", "as good as possible", "miss at most 5 of 0", "threshold 1.5", "miss few"])
def test_other_words_are_refused_in_a_sentence(words):
    with pytest.raises(JobFailed, match=r"not understood|must be between"):
        parse_wish(words)


def films(random, count):
    labels = random.integers(0, 2, count)
    return labels, 1 / (1 + np.exp(-random.normal(3 * labels - 1.5, 1.5)))


@pytest.mark.parametrize("goal", [Goal.MISSES, Goal.FALSE_ALARMS])
@pytest.mark.parametrize("share", [0.05, 0.1])
def test_a_promise_is_kept_on_new_films(goal, share):
    random, broken = np.random.default_rng(1), []
    for _ in range(400):
        labels, probabilities = films(random, 120)
        threshold = fit_threshold(Wish(goal, share), labels, probabilities)
        labels, probabilities = films(random, 120)
        called = probabilities >= threshold
        broken.append((~called[labels == 1]).mean() if goal is Goal.MISSES else called[labels == 0].mean())
    assert np.mean(broken) <= share
    assert np.mean(broken) > share - 0.03  # not by calling everything


def test_too_few_films_promise_nothing():
    labels, probabilities = np.array([0, 1] * 10), np.linspace(0, 1, 20)
    with pytest.raises(JobFailed, match=r"had 10 films with the finding; 'miss at most 5 of 100' needs at least 19"):
        fit_threshold(Wish(Goal.MISSES, 0.05), labels, probabilities)
    with pytest.raises(JobFailed, match="cannot be guaranteed"):
        fit_threshold(Wish(Goal.FALSE_ALARMS, 0), labels, probabilities)


@pytest.mark.parametrize("error", [0.02, 0.05, 0.2])
def test_three_way_answers_are_wrong_as_rarely_as_stated(error):
    random, missed, alarmed = np.random.default_rng(2), [], []
    for _ in range(300):
        labels, probabilities = films(random, 200)
        band = fit_conformal_band(labels, probabilities, 0.5, error)
        labels, probabilities = films(random, 200)
        shares = evaluate_band(labels, probabilities, (band.low, band.high), np.arange(200))
        missed.append(shares.missed.value)
        alarmed.append(shares.alarmed.value)
        assert band.error == error
        assert band.low <= 0.5 <= band.high
    assert np.mean(missed) <= error + 0.002
    assert np.mean(alarmed) <= error + 0.002


def test_films_unlike_validated_ones_are_in_review_and_neither_missed_nor_false_alarms():
    labels = np.array([0, 0, 0, 1, 1, 1])
    probabilities = np.array([0.1, 0.9, 0.95, 0.05, 0.5, 0.9])
    unlike = np.array([0, 1, 0, 1, 0, 0], dtype=bool)
    shares = evaluate_band(labels, probabilities, (0.2, 0.8), np.arange(6), unlike)
    assert (shares.review.value, shares.unlike.value) == (3 / 6, 2 / 6)
    assert (shares.missed.value, shares.alarmed.value) == (0, 1 / 3)
    assert evaluate_band(labels, probabilities, (0.2, 0.8), np.arange(6)).unlike is None


def test_few_films_promise_what_they_can():
    labels = np.array([0] * 4 + [1] * 9)
    probabilities = np.linspace(0.1, 0.9, 13)
    assert fit_conformal_band(labels, probabilities, 0.5).error == pytest.approx(0.2)
    assert fit_conformal_band(labels, probabilities, 0.5, 0.3).error == 0.3
    one_class = fit_conformal_band(np.ones(9, int), probabilities[:9], 0.5)
    assert one_class.high == EVERYTHING > 1
    assert one_class.error == 1


def test_natural_frequencies_say_people_not_shares():
    sentence = format_natural_frequencies(Figure(0.96, 0.92, 0.98), Figure(0.92, 0.88, 0.95), 0.1)
    assert sentence == (
        "Of 1,000 films at 10 % prevalence: about 96 of 100 found (92 to 98), 72 false alarms (45 to 108)."
    )
