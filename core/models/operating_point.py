"""Fit and explain operating points: thresholds and review bands from validation films."""

import re
from dataclasses import dataclass
from enum import StrEnum
from math import floor, nextafter
from typing import Final

import numpy as np

from core.input_checks.likeness import Mask
from core.metrics.intervals import Figure, Groups, proportion
from core.metrics.roc import Floats, Labels, roc_curve
from core.system.errors import JobFailed, Reason
from core.system.language import marked, tr, tr_count

BAND_ERROR: Final = 0.05  # default error rate of the three-way decision
EVERYTHING: Final = nextafter(1.0, 2.0)  # smallest bound above every probability
OF_PREVALENCE: Final = 0.1  # default prevalence for natural frequencies
# English and German are understood in every language, the others' own words where they are spoken
BALANCED: Final = frozenset({"best balance", "balanced", "balance", "beste balance", "ausgewogen"})
NUMBER: Final = re.compile(r"\d*\.?\d+(?:e[+-]\d+)?")
THRESHOLD: Final = re.compile(rf"(?:threshold |schwelle )?({NUMBER.pattern})")
AT_MOST: Final = re.compile(r"(?:at most|höchstens) (\d*\.?\d+) ?(?:%|percent|prozent|(?:of|in|von) (\d+))")
FALSE_ALARM: Final = re.compile("false alarm|fehlalarm")
MISS: Final = re.compile("miss|überseh")
FALSE_ALARM_PERCENTAGE: Final = marked("at most 5 % false alarms")
SAID: Final = 0.05  # value of a wish of which only the words matter


class Goal(StrEnum):
    """The criterion an operating point is fitted to."""

    BALANCED = "balanced"
    MISSES = "misses"
    FALSE_ALARMS = "false_alarms"
    THRESHOLD = "threshold"


@dataclass(frozen=True, slots=True)
class Wish:
    """A requested operating point.

    value: largest fraction of misses or of false alarms, or the threshold; 0 for the best balance.
    Raises JobFailed (operating_point_invalid) for a value outside 0..1.
    """

    goal: Goal
    value: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.value <= 1:
            sentence = tr(
                "{value:g} is neither a fraction nor a probability: it must be between 0 and 1.", value=self.value
            )
            raise _invalid_point(sentence)

    def __str__(self) -> str:
        """Return the request in words that `parse_wish` understands, in the current language."""
        match self.goal:
            case Goal.MISSES:
                return tr("miss at most {count:g} of 100", count=100 * self.value)
            case Goal.FALSE_ALARMS:
                return tr("at most {count:g} of 100 false alarms", count=100 * self.value)
            case Goal.THRESHOLD:
                return tr("threshold {value:.4g}", value=self.value)
            case _:
                return tr("best balance")


def _invalid_point(sentence: str) -> JobFailed:
    return JobFailed(Reason.OPERATING_POINT_INVALID, sentence)


def parse_wish(sentence: str) -> Wish:
    """Parse "miss at most 5 of 100", "at most 10 % false alarms", "best balance" or a number 0..1.

    The German phrases are understood as well, and in the current language those that the program
    says itself, with other numbers. Raises JobFailed (operating_point_invalid) otherwise.
    """
    text = _normalize(sentence)
    if text in BALANCED:
        return Wish(Goal.BALANCED)
    if match := THRESHOLD.fullmatch(text):
        return Wish(Goal.THRESHOLD, float(match[1]))
    if match := AT_MOST.search(text):
        total = float(match[2] or 100)
        fraction = float(match[1]) / total if total else 2.0  # 2.0 is refused by Wish
        if FALSE_ALARM.search(text):
            return Wish(Goal.FALSE_ALARMS, fraction)
        if MISS.search(text):
            return Wish(Goal.MISSES, fraction)
    if wish := _parse_own_words(text):
        return wish
    raise _invalid_point(
        tr(
            "{words!r} is not understood. Examples: miss at most 5 of 100; at most 10 % false "
            "alarms; best balance; or a threshold such as 0.4.",
            words=sentence,
        )
    )


def _normalize(sentence: str) -> str:
    """Return a request in lower case, with decimal points and single spaces, none before %."""
    return " ".join(sentence.lower().replace(",", ".").split()).replace(" %", "%")


def _parse_own_words(text: str) -> Wish | None:
    """Parse what the program says of a wish in the current language; None for other words."""
    own_words = [(goal, str(Wish(goal, SAID))) for goal in Goal]
    own_words.append((Goal.FALSE_ALARMS, tr(FALSE_ALARM_PERCENTAGE)))
    numbers = [float(number) for number in NUMBER.findall(text)]
    for goal, words in own_words:
        if NUMBER.sub("#", text) != NUMBER.sub("#", _normalize(words)):
            continue
        match goal:
            case Goal.BALANCED:
                return Wish(goal)
            case Goal.THRESHOLD:
                return Wish(goal, numbers[0])
            case _:
                total = numbers[1] if len(numbers) > 1 else 100.0
                return Wish(goal, numbers[0] / total if total else 2.0)  # 2.0 is refused by Wish
    return None


def fit_threshold(wish: Wish, labels: Labels, probabilities: Floats) -> float:
    """Return the threshold that meets a request, fitted on validation films.

    labels: (n,). probabilities: calibrated, of class 1, (n,).
    Misses and false alarms are bounded with the conformal rank on n + 1 films, so that a new film
    violates the bound with at most the requested probability (Vovk 2012, proposition 1, applied per
    class).
    Raises JobFailed (operating_point_invalid) for too few films to guarantee it.
    """
    match wish.goal:
        case Goal.BALANCED:
            return fit_balanced_threshold(labels, probabilities)
        case Goal.THRESHOLD:
            return wish.value
        case Goal.MISSES:
            low = _fit_low_bound(probabilities[labels == 1], wish.value)
            if low is None:
                raise _too_few(wish, int((labels == 1).sum()), tr("with the finding"))
            return low
        case _:
            high = _fit_high_bound(probabilities[labels == 0], wish.value)
            if high is None:
                raise _too_few(wish, int((labels == 0).sum()), tr("without it"))
            return high


def _too_few(wish: Wish, films: int, which: str) -> JobFailed:
    """Return the error for too few validation films. which: a clause, with or without finding."""
    if wish.value <= 0:
        return _invalid_point(
            tr_count(
                "The model's validation set had {count} film {which}; '{wish}' cannot be guaranteed.",
                "The model's validation set had {count} films {which}; '{wish}' cannot be guaranteed.",
                films,
                which=which,
                wish=wish,
            )
        )
    return _invalid_point(
        tr_count(
            "The model's validation set had {count} film {which}; '{wish}' needs at least {least} of them.",
            "The model's validation set had {count} films {which}; '{wish}' needs at least {least} of them.",
            films,
            which=which,
            wish=wish,
            least=int(np.ceil(1 / wish.value)) - 1,
        )
    )


def _fit_low_bound(positives: Floats, error: float) -> float | None:
    """Return the bound below which a new positive falls with probability <= error.

    None for too few films.
    """
    rank = floor(error * (len(positives) + 1) + 1e-9)
    return float(np.sort(positives)[rank - 1]) if 1 <= rank <= len(positives) else None


def _fit_high_bound(negatives: Floats, error: float) -> float | None:
    """Return the bound at or above which a new negative falls with probability <= error.

    None for too few films.
    """
    rank = floor(error * (len(negatives) + 1) + 1e-9)
    return nextafter(float(np.sort(negatives)[-rank]), 2.0) if 1 <= rank <= len(negatives) else None


def fit_balanced_threshold(labels: Labels, probabilities: Floats) -> float:
    """Return the threshold with the largest sensitivity + specificity (Youden 1950).

    It is the midpoint of the range of equally good thresholds, limited to 0.01..0.99.
    """
    false_rate, true_rate, thresholds = roc_curve(labels, probabilities)
    best = 1 + int(np.argmax((true_rate - false_rate)[1:]))  # skips the first threshold, infinity
    below = probabilities[probabilities < thresholds[best]]
    lower = float(below.max()) if below.size else 0.0
    return float(np.clip((float(thresholds[best]) + lower) / 2, 0.01, 0.99))


def smallest_error(labels: Labels) -> float:
    """Return the smallest error rate these films can guarantee: 1 / (n + 1) of the rarer class."""
    return max(1 / (int((labels == label).sum()) + 1) for label in (0, 1))


@dataclass(frozen=True, slots=True)
class Band:
    """Review band: films with low <= p < high go to review.

    error: upper bound on the error rate of "likely" and of "unlikely" (conformal alpha), 0..1.
    """

    low: float
    high: float
    error: float


def fit_conformal_band(labels: Labels, probabilities: Floats, threshold: float, error: float = BAND_ERROR) -> Band:
    """Fit the review band on validation films that bounds the error rate of each class by `error`.

    An error is "unlikely" with the finding, or "likely" without it. `error` is raised to the
    smallest rate that the number of films can guarantee.
    Split-conformal prediction per class (Mondrian): Vovk 2012, "Conditional validity of inductive
    conformal predictors", proposition 1. Review covers the prediction sets with both classes and
    with none. The band always encloses the threshold, so that "likely" never contradicts the label;
    that can only make errors rarer.
    """
    error = max(error, smallest_error(labels))
    low = _fit_low_bound(probabilities[labels == 1], error)
    high = _fit_high_bound(probabilities[labels == 0], error)
    if low is None:
        low = 0.0
    if high is None:
        high = EVERYTHING
    return Band(min(low, high, threshold), max(low, high, threshold), error)


def format_band(low: float, high: float) -> str:
    """Return the band in words: likely from which probability, unlikely below which."""
    above = tr("Likely never") if high >= EVERYTHING else tr("Likely from {high:.3f}", high=high)
    below = tr("unlikely never") if low <= 0 else tr("unlikely below {low:.3f}", low=low)
    return tr("{above}, {below}, review in between.", above=above, below=below)


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """Result of a review band on films: fractions with intervals, None for no films.

    review: of all films. missed: of films with the finding, those rated unlikely.
    alarmed: of films without it, those rated likely. unlike: of all films, those that are unlike the
    validation films and go to review for that; None where the model cannot tell.
    """

    review: Figure | None
    missed: Figure | None
    alarmed: Figure | None
    unlike: Figure | None = None


def evaluate_band(
    labels: Labels, probabilities: Floats, band: tuple[float, float], groups: Groups, unlike: Mask | None = None
) -> ThreeWay:
    """Return the fractions that the band (low, high) sends to review, misses and falsely alarms.

    labels, probabilities, groups (patient numbers): (n,) each. unlike: films that go to review
    whatever their probability, (n,); None for none.
    """
    low, high = band
    answered = np.ones(len(labels), dtype=bool) if unlike is None else ~unlike
    to_review = ((probabilities >= low) & (probabilities < high)) | ~answered
    with_it, without = labels == 1, labels == 0
    return ThreeWay(
        proportion(to_review, groups),
        proportion((answered & (probabilities < low))[with_it], groups[with_it]),
        proportion((answered & (probabilities >= high))[without], groups[without]),
        None if unlike is None else proportion(unlike, groups),
    )


def format_natural_frequencies(sensitivity: Figure, specificity: Figure, prevalence: float = OF_PREVALENCE) -> str:
    """Return sensitivity and specificity as counts per 1,000 people.

    Natural frequencies are understood best: Gigerenzer and Hoffrage 1995.
    """
    healthy = 1000 * (1 - prevalence)
    return tr(
        "Of 1,000 films at {prevalence:g} % prevalence: about {found} of 100 found ({fewest} to {most}), {alarms} "
        "false alarms ({fewest_alarms} to {most_alarms}).",
        prevalence=100 * prevalence,
        found=round(100 * sensitivity.value),
        fewest=round(100 * sensitivity.low),
        most=round(100 * sensitivity.high),
        alarms=round(healthy * (1 - specificity.value)),
        fewest_alarms=round(healthy * (1 - specificity.high)),
        most_alarms=round(healthy * (1 - specificity.low)),
    )
