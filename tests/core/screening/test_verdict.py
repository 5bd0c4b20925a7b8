"""What is said about a film: words, rank, place on the scale, warnings."""

from dataclasses import replace

import numpy as np
import pytest

from core.models.calibration import Calibration
from core.models.decision import Decision
from core.models.model_header import ModelHeader
from core.models.predictions import Predictions
from core.screening.events import LedgerRow, Status
from core.screening.verdict import build_verdict, hidden_verdict, name_finding
from core.system.errors import UNLIKE_CAUTION
from core.system.product import NOTICE

UNLIKE = "unlike_validated_films"
AGE = "The patient's age is not among those of the training films."


def logit(probability):
    return np.log(probability / (1 - np.asarray(probability, float)))


def known_films(normal, ill=(0.9,)):
    """Predictions of normal films and of ill ones, by their probabilities."""
    values = [*normal, *ill]
    labels = np.array([0] * len(normal) + [1] * len(ill))
    logits = logit(values).astype(np.float32)[:, None]
    return Predictions(labels, logits, np.arange(len(values)), ("",) * len(values))


def described(validation=None, classes=("NORMAL", "PNEUMONIA"), threshold=0.5, band=(0.2, 0.8)):
    return ModelHeader("lungs 12345678", "resnet18", classes, Calibration(1.0, threshold, band), validation, {})


def answered(probability, header=None, reason="", label=None, each=()):
    """The row of a scored film, as screening decides."""
    header = header or described()
    score = np.asarray(each or probability)
    number = header.calibration.label(score)
    decision = header.calibration.decision(score, reason == UNLIKE)
    name = label or header.classes[number]
    return LedgerRow("a.png", Status.SCORED, reason, name, probability, decision, header.name, tuple(each))


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.9, "Pneumonia likely"),
        (0.3, "Pneumonia: to review"),
        (0.7, "Pneumonia: to review"),
        (0.1, "Pneumonia unlikely"),
    ],
)
def test_the_words_name_the_finding_and_never_the_class_of_healthy_films(probability, words):
    row = answered(probability)
    verdict = build_verdict(described(), row)
    assert (verdict.words, verdict.decision, verdict.caution) == (words, row.decision, "")
    assert "NORMAL" not in verdict.words + verdict.rank


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("PNEUMONIA", "Pneumonia"),
        ("pneumonia", "Pneumonia"),
        ("Lungenentzündung", "Pneumonia"),
        ("BACTERIAL_PNEUMONIA", "Bacterial pneumonia"),
        ("COVID-19", "COVID-19"),
        ("TB", "Tuberculosis"),
        ("1", "Abnormality"),
        ("auffällig", "Abnormality"),
        ("EDEMA", "Edema"),
        ("ILD", "ILD"),
        ("pleural_effusion", "Pleural effusion"),
        ("<b>\u202ex</b>", "<b>\\u202Ex</b>"),
    ],
)
def test_a_finding_is_named_in_natural_case(name, words):
    assert name_finding(name) == words


def test_known_findings_are_translated(german):
    assert "Pneumon" in build_verdict(described(), answered(0.9)).words


def test_without_the_model_there_are_words_alone():
    verdict = build_verdict(None, answered(0.9))
    assert (verdict.words, verdict.rank, verdict.position, verdict.limits) == ("Pneumonia likely", "", None, None)
    assert "0.900" in verdict.details
    assert build_verdict(None, answered(0.1)).words == "Abnormality unlikely"
    assert build_verdict(None, answered(0.3)).words == "Abnormality: to review"


RANKS = [
    (0.975, 100, "higher than 97 of 100 normal validation films"),
    (0.9789, 1000, "higher than 97 of 100 normal validation films"),
    (0.9999, 1000, "higher than all 1,000 normal validation films"),
    (0.9985, 1000, "higher than 99 of 100 normal validation films"),
    (0.035, 100, "higher than 3 of 100 normal validation films"),
    (0.0001, 100, "higher than 0 of 100 normal validation films"),
    (0.93, 20, "higher than 19 of 20 normal validation films"),
    (0.93, 19, ""),
]


@pytest.mark.parametrize(("probability", "count", "rank"), RANKS)
def test_the_rank_counts_normal_films_and_is_never_too_high(probability, count, rank):
    """Their probabilities are spread evenly over 0..1."""
    films = known_films((np.arange(count) + 0.5) / count, ill=[0.99] * 500)
    assert build_verdict(described(films), answered(probability)).rank == rank


def test_a_film_is_not_higher_than_a_normal_film_of_its_own_probability():
    films = known_films([0.4] * 10 + [0.6] * 10)
    assert build_verdict(described(films), answered(0.6)).rank == "higher than 10 of 20 normal validation films"
    certain = known_films([0.4] * 10 + [0.9999999] * 10)
    assert "10 of 20" in build_verdict(described(certain), answered(1.0)).rank, "a ledger has six decimals"


def test_the_scale_is_that_of_logits_and_has_ends():
    def place(probability):
        return build_verdict(described(), answered(probability)).position

    assert place(0.5) == pytest.approx(0.5)
    assert (place(0.0), place(0.0009), place(1.0)) == pytest.approx((0, 0, 1))
    assert place(0.999) == pytest.approx(1)
    assert place(0.9) - 0.5 == pytest.approx(logit(0.9) / (2 * logit(0.999)))
    low, high = build_verdict(described(), answered(0.5)).limits
    assert (low, high) == pytest.approx((place(0.2), place(0.8)))
    assert place(0.19) < low < place(0.21)


def test_the_most_serious_warning_is_shown_and_all_are_in_the_details():
    header = described(known_films([0.1] * 30))
    age = build_verdict(header, answered(0.9), [AGE, "Letters are burned in."])
    assert age.caution == AGE
    assert "Letters are burned in." in age.details
    overridden = build_verdict(header, answered(0.9, reason="lateral_view"), [AGE])
    assert overridden.caution == "Scored although it was refused: lateral view."
    assert (overridden.words, AGE in overridden.details) == ("Pneumonia likely", True)
    unlike = build_verdict(header, answered(0.9, reason=UNLIKE), [AGE])
    assert unlike.caution == "Unlike the validated films"
    assert unlike.decision is Decision.REVIEW
    for film in (overridden, unlike):
        assert film.rank == "not comparable with the validation films"
        assert (film.position, film.limits) == (None, None)
    assert unlike.details.splitlines()[:2] == [
        f"⚠ {UNLIKE_CAUTION}",
        f"⚠ {AGE}",
    ]


def test_the_details_have_every_figure():
    details = build_verdict(described(), answered(0.12345)).details
    for part in (
        "classified as NORMAL",
        "PNEUMONIA 0.123",
        "threshold 0.500",
        "0.200 to 0.800",
        "lungs 12345678",
        NOTICE,
    ):
        assert part in details


def test_a_certain_probability_is_never_0_or_1():
    assert "> 0.999" in build_verdict(described(), answered(1.0)).details
    assert "< 0.001" in build_verdict(described(), answered(0.0)).details


def three_classes():
    logits = np.log(np.array([[0.8, 0.1, 0.1]] * 30 + [[0.2, 0.5, 0.3]] * 30)).astype(np.float32)
    labels = np.array([0] * 30 + [1] * 30)
    films = Predictions(labels, logits, np.arange(60), ("",) * 60)
    return described(films, ("NORMAL", "BACTERIA", "VIRUS"), None, (0.0, 0.6))


def test_of_several_classes_the_chosen_finding_is_named():
    header = three_classes()
    likely = build_verdict(header, answered(0.7, header, each=(0.1, 0.2, 0.7)))
    assert (likely.words, likely.rank) == ("Viral pneumonia likely", "higher than all 30 normal validation films")
    assert likely.limits[0] == 0
    assert "BACTERIA 0.200" in likely.details
    review = build_verdict(header, answered(0.5, header, each=(0.3, 0.5, 0.2)))
    assert review.words == "Bacterial pneumonia: to review"


def test_of_several_classes_the_negative_one_is_never_likely():
    header = three_classes()
    healthy = build_verdict(header, answered(0.9, header, each=(0.9, 0.05, 0.05)))
    assert (healthy.words, healthy.decision) == ("Abnormalities unlikely", Decision.UNLIKELY)
    assert (healthy.rank, healthy.position, healthy.limits) == ("", None, None)
    unsure = build_verdict(header, answered(0.5, header, each=(0.5, 0.25, 0.25)))
    assert unsure.words == "Abnormalities: to review"


def test_a_row_of_an_unknown_class_has_no_rank():
    header = three_classes()
    row = replace(answered(0.7, header, each=(0.1, 0.2, 0.7)), label="OTHER")
    assert build_verdict(header, row).rank == ""


def test_a_film_without_an_answer_says_why_and_what_to_do():
    row = LedgerRow("leg.png", Status.REFUSED, "not_a_chest_film", None, None, None, "lungs 12345678")
    refused = build_verdict(described(), row)
    assert (refused.words, refused.decision, refused.position) == ("Refused: not a chest film", None, None)
    assert "It does not look like a chest film" in refused.details
    assert NOTICE in refused.details
    failed = build_verdict(None, replace(row, status=Status.FAILED, reason="some_new_reason"), [AGE])
    assert (failed.words, failed.caution) == ("Failed: some new reason", AGE)
    assert f"⚠ {AGE}" in failed.details


def test_a_hidden_answer_tells_nothing():
    verdict = hidden_verdict()
    assert (verdict.words, verdict.decision, verdict.rank, verdict.caution) == ("Answer hidden", None, "", "")
    assert "Make your call first" in verdict.details
