"""The operating point: from a sentence to a threshold, and what it means. Fitted on validation films only."""

import re
from dataclasses import dataclass
from enum import StrEnum
from math import floor, nextafter
from typing import Final

import numpy as np

from core.metrics.intervals import Figure, Groups, proportion
from core.metrics.roc import Floats, Labels, roc_curve
from core.system.errors import JobFailed, Reason
from core.system.language import tr, tr_count

BAND_ERROR: Final = 0.05  # of three-way answers, unless a person or too few films say otherwise
EVERYTHING: Final = nextafter(1.0, 2.0)  # a bound above every probability
OF_PREVALENCE: Final = 0.1
# words of a wish in every language, whichever is spoken, so that a wish that was written down keeps its meaning
BALANCED: Final = frozenset({"best balance", "balanced", "balance", "beste balance", "ausgewogen"})
THRESHOLD: Final = re.compile(r"(?:threshold |schwelle )?(\d*\.?\d+)")
AT_MOST: Final = re.compile(r"(?:at most|höchstens) (\d*\.?\d+) ?(?:%|percent|prozent|(?:of|in|von) (\d+))")
FALSE_ALARM: Final = re.compile("false alarm|fehlalarm")
MISS: Final = re.compile("miss|überseh")


class Goal(StrEnum):
    """What an operating point is chosen for."""

    BALANCED = "balanced"
    MISSES = "misses"
    FALSE_ALARMS = "false_alarms"
    THRESHOLD = "threshold"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants. value: the most misses or false alarms as a share 0..1, or the threshold; 0 if balanced."""

    goal: Goal
    value: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.value <= 1:
            sentence = tr("{value:g} is no share and no probability: it must lie between 0 and 1.", value=self.value)
            raise _unusable(sentence)

    def __str__(self) -> str:
        """Words for it that `parse_wish` understands, in the language that is spoken."""
        match self.goal:
            case Goal.MISSES:
                return tr("miss at most {count:g} of 100", count=100 * self.value)
            case Goal.FALSE_ALARMS:
                return tr("at most {count:g} of 100 false alarms", count=100 * self.value)
            case Goal.THRESHOLD:
                return tr("threshold {value:.4g}", value=self.value)
            case _:
                return tr("best balance")


def _unusable(sentence: str) -> JobFailed:
    return JobFailed(Reason.OPERATING_POINT_INVALID, sentence)


def parse_wish(sentence: str) -> Wish:
    """A wish from its words: "miss at most 5 of 100", "at most 10 % false alarms", "best balance" or a number 0..1.

    German words mean the same. Raises JobFailed (operating_point_invalid) for other words.
    """
    text = " ".join(sentence.lower().replace(",", ".").split())
    if text in BALANCED:
        return Wish(Goal.BALANCED)
    if match := THRESHOLD.fullmatch(text):
        return Wish(Goal.THRESHOLD, float(match[1]))
    if match := AT_MOST.search(text):
        of = float(match[2] or 100)
        share = float(match[1]) / of if of else 2.0
        if FALSE_ALARM.search(text):
            return Wish(Goal.FALSE_ALARMS, share)
        if MISS.search(text):
            return Wish(Goal.MISSES, share)
    raise _unusable(
        tr(
            "{words!r} is not understood. Say for example: miss at most 5 of 100; at most 10 % false alarms; best "
            "balance; or a threshold such as 0.4.",
            words=sentence,
        )
    )


def fit_threshold(wish: Wish, labels: Labels, probabilities: Floats) -> float:
    """The threshold that keeps a wish, from validation films: labels (n,), calibrated probabilities (n,) of class 1.

    For misses and false alarms the films count as one more than there are, so that a new film breaks the promise
    with at most the wished probability (Vovk 2012, proposition 1, for each class by itself).
    Raises JobFailed (operating_point_invalid) where there are too few films to promise it.
    """
    match wish.goal:
        case Goal.BALANCED:
            return fit_balanced_threshold(labels, probabilities)
        case Goal.THRESHOLD:
            return wish.value
        case Goal.MISSES:
            low = _low_bound(probabilities[labels == 1], wish.value)
            if low is None:
                raise _too_few(wish, int((labels == 1).sum()), tr("with the finding"))
            return low
        case _:
            high = _high_bound(probabilities[labels == 0], wish.value)
            if high is None:
                raise _too_few(wish, int((labels == 0).sum()), tr("without it"))
            return high


def _too_few(wish: Wish, films: int, which: str) -> JobFailed:
    """The error for so few films; which: with or without the finding, in words."""
    if wish.value <= 0:
        return _unusable(
            tr_count(
                "The model's validation had {count} film {which}; '{wish}' cannot be promised.",
                "The model's validation had {count} films {which}; '{wish}' cannot be promised.",
                films,
                which=which,
                wish=wish,
            )
        )
    return _unusable(
        tr_count(
            "The model's validation had {count} film {which}; '{wish}' takes at least {least} of them.",
            "The model's validation had {count} films {which}; '{wish}' takes at least {least} of them.",
            films,
            which=which,
            wish=wish,
            least=int(np.ceil(1 / wish.value)) - 1,
        )
    )


def _low_bound(positives: Floats, error: float) -> float | None:
    """The probability below which a new positive film lies with at most this chance; None for too few films."""
    rank = floor(error * (len(positives) + 1) + 1e-9)
    return float(np.sort(positives)[rank - 1]) if 1 <= rank <= len(positives) else None


def _high_bound(negatives: Floats, error: float) -> float | None:
    """The probability at or above which a new negative film lies with at most this chance; None for too few films."""
    rank = floor(error * (len(negatives) + 1) + 1e-9)
    return nextafter(float(np.sort(negatives)[-rank]), 2.0) if 1 <= rank <= len(negatives) else None


def fit_balanced_threshold(labels: Labels, probabilities: Floats) -> float:
    """The middle of the range of thresholds with the largest sensitivity + specificity (Youden 1950)."""
    false_rate, true_rate, thresholds = roc_curve(labels, probabilities)
    best = 1 + int(np.argmax((true_rate - false_rate)[1:]))  # the first threshold, infinity, calls nothing
    below = probabilities[probabilities < thresholds[best]]
    lower = float(below.max()) if below.size else 0.0
    return float(np.clip((float(thresholds[best]) + lower) / 2, 0.01, 0.99))


def smallest_error(labels: Labels) -> float:
    """The smallest error rate that as many validation films of each class can promise: 1 of one more than there are."""
    return max(1 / (int((labels == label).sum()) + 1) for label in (0, 1))


@dataclass(frozen=True, slots=True)
class Band:
    """Probabilities low <= p < high go to review. error: what likely and unlikely are wrong about at most, 0..1."""

    low: float
    high: float
    error: float


def fit_conformal_band(labels: Labels, probabilities: Floats, threshold: float, error: float = BAND_ERROR) -> Band:
    """The review band, from validation films, that leaves a film of either class the wrong answer at most so rarely.

    The wrong answer is "unlikely" with the finding and "likely" without it. error: its greatest probability, raised to
    the least that so few films can promise.
    Split-conformal prediction, for each class by itself: Vovk 2012, "Conditional validity of inductive conformal
    predictors", proposition 1 (Mondrian); review stands for both classes and for none. The band always encloses the
    threshold, so that "likely" never contradicts the label; that only makes errors rarer.
    """
    error = max(error, smallest_error(labels))
    low = _low_bound(probabilities[labels == 1], error)
    high = _high_bound(probabilities[labels == 0], error)
    edges = (0.0 if low is None else low, EVERYTHING if high is None else high, threshold)
    return Band(min(edges), max(edges), error)


def format_band(low: float, high: float) -> str:
    """The three-way answer of two classes: from which probability on it is likely, below which unlikely."""
    above = tr("Likely never") if high >= EVERYTHING else tr("Likely from {high:.3f} on", high=high)
    below = tr("unlikely never") if low <= 0 else tr("unlikely below {low:.3f}", low=low)
    return tr("{above}, {below}, review between.", above=above, below=below)


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """How a review band divides films: shares with intervals, None for no films.

    review: of all films. missed: films with the finding called unlikely. alarmed: films without called likely.
    """

    review: Figure | None
    missed: Figure | None
    alarmed: Figure | None


def evaluate_band(labels: Labels, probabilities: Floats, band: tuple[float, float], groups: Groups) -> ThreeWay:
    """What the band (low, high) does with films: labels, probabilities, patients' numbers, each (n,)."""
    low, high = band
    to_review = (probabilities >= low) & (probabilities < high)
    with_it, without = labels == 1, labels == 0
    return ThreeWay(
        proportion(to_review, groups),
        proportion((probabilities < low)[with_it], groups[with_it]),
        proportion((probabilities >= high)[without], groups[without]),
    )


def natural_frequencies(sensitivity: Figure, specificity: Figure, prevalence: float = OF_PREVALENCE) -> str:
    """What the figures mean for 1,000 people, as they are best understood: Gigerenzer and Hoffrage 1995."""
    healthy = 1000 * (1 - prevalence)
    found = [round(100 * bound) for bound in (sensitivity.value, sensitivity.low, sensitivity.high)]
    alarms = [round(healthy * (1 - bound)) for bound in (specificity.value, specificity.high, specificity.low)]
    return tr(
        "Of 1,000 films at {prevalence:g} % prevalence: about {found} of 100 found ({fewest} to {most}), {alarms} "
        "false alarms ({fewest_alarms} to {most_alarms}).",
        prevalence=100 * prevalence,
        found=found[0],
        fewest=found[1],
        most=found[2],
        alarms=alarms[0],
        fewest_alarms=alarms[1],
        most_alarms=alarms[2],
    )
