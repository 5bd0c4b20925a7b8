"""What a reader learns about one film: a few words, a rank among known films, and a place on a scale.

It is a pure function of a model's description and a row of the ledger; figures are left to the details.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Final

from core.datasets.class_names import class_key
from core.metrics.figure_labels import format_probability
from core.models.decision import Decision
from core.screening.events import LedgerRow, Status
from core.system.errors import EXPLANATIONS, REFUSALS, UNLIKE_CAUTION, Reason, format_reason
from core.system.language import marked, tr
from core.system.product import NOTICE
from core.system.safe_text import escape_name

if TYPE_CHECKING:
    from core.models.model_header import ModelHeader

LEAST: Final = 0.001  # ends of the scale; nearer to 0 and 1 no model knows more
LEDGER_DIGITS: Final = 6  # decimals of the ledger's probabilities
MIN_NORMAL_FILMS: Final = 20  # for a rank; below it says next to nothing
HUNDRED: Final = 100
WORDS: Final = {
    Decision.LIKELY: marked("{finding} likely"),
    Decision.REVIEW: marked("{finding}: to review"),
    Decision.UNLIKELY: marked("{finding} unlikely"),
}
HIDDEN: Final = marked("Make your call first; the model's answer is shown afterwards.")
ANY_FINDING: Final = marked("Abnormality")
# by class key: names of findings that are shown translated and in natural case
FINDINGS: Final = {
    **dict.fromkeys(("pneumonia", "pneumonie", "neumonia", "lungenentzundung"), marked("Pneumonia")),
    **dict.fromkeys(
        ("bacteria", "bacterial", "bacterial pneumonia", "pneumonia bacterial"), marked("Bacterial pneumonia")
    ),
    **dict.fromkeys(("virus", "viral", "viral pneumonia", "pneumonia viral"), marked("Viral pneumonia")),
    **dict.fromkeys(("covid", "covid19", "covid 19"), "COVID-19"),
    **dict.fromkeys(("tuberculosis", "tb", "tuberkulose", "tuberculose"), marked("Tuberculosis")),
    **dict.fromkeys(("opacity", "lung opacity"), marked("Lung opacity")),
    "consolidation": marked("Consolidation"),
    "infiltrate": marked("Infiltrate"),
    **dict.fromkeys(
        (
            *("positive", "pos", "positiv", "positif", "positivo", "positiva", "yes", "y", "ja", "oui", "si", "sim"),
            *("true", "t", "1", "1 0", "+", "abnormal", "anormal", "disease", "diseased", "sick", "ill", "krank"),
            *("pathological", "auffallig", "auffaellig", "befund", "malade", "enfermo", "enferma", "doente"),
        ),
        ANY_FINDING,
    ),
}
ACRONYM_LETTERS: Final = 4  # an unknown name in capitals up to this length stays as it is


@dataclass(frozen=True, slots=True)
class Verdict:
    """A film's verdict, translated.

    words: what the model says, or why it says nothing. decision: its colour and mark, None without an answer.
    caution: the most serious warning, "" if there is none. rank: how the film compares with normal ones, or
    that it cannot be compared; "" where that is not known. position: the probability on a logit scale, 0..1; None
    where it means nothing. limits: both limits of the review band on the same scale. details: lines with all
    warnings and figures.
    """

    words: str
    decision: Decision | None
    caution: str = ""
    rank: str = ""
    position: float | None = None
    limits: tuple[float, float] | None = None
    details: str = ""


def build_verdict(header: "ModelHeader | None", row: LedgerRow, cautions: Sequence[str] = ()) -> Verdict:
    """Return the verdict on the film of a row.

    header: of the model that made the row; None if its file is not at hand, which leaves words and decision only.
    cautions: sentences on this film that its reader must know of, the most serious first.
    """
    if row.decision is None or row.probability is None:
        return _build_without_answer(row, cautions)
    short, full = _list_cautions(row, cautions)
    words = tr(WORDS[row.decision], finding=_find_finding(header, row))
    rank, position, limits = "", None, None
    if row.reason:  # the gate had refused it, or it is unlike the validated films: it has no place among them
        rank = tr("not comparable with the validation films")
    elif header is not None and not _is_negative(header, row.label):
        rank, position = _format_rank(header, row), _scale(row.probability)
        low, high = header.calibration.review_band
        limits = _scale(low), _scale(high)
    details = "\n".join(filter(None, (*full, rank, *_list_figures(header, row), tr(NOTICE))))
    return Verdict(words, row.decision, short[0] if short else "", rank, position, limits, details)


def hidden_verdict() -> Verdict:
    """Return what is shown in place of an answer until the reader has called the film."""
    return Verdict(tr("Answer hidden"), None, details=f"{tr(HIDDEN)}\n{tr(NOTICE)}")


def _build_without_answer(row: LedgerRow, cautions: Sequence[str]) -> Verdict:
    """Return why a film has no answer, with what to do about it in the details."""
    reason = format_reason(row.reason)
    words = (
        tr("Failed: {reason}", reason=reason) if row.status is Status.FAILED else tr("Refused: {reason}", reason=reason)
    )
    lines = [f"⚠ {sentence}" for sentence in cautions]
    if row.reason in set(Reason) and (explanation := EXPLANATIONS.get(Reason(row.reason))):
        lines.append(tr(explanation))
    return Verdict(words, None, next(iter(cautions), ""), details="\n".join((*lines, tr(NOTICE))))


def _list_cautions(row: LedgerRow, cautions: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the warnings on a film with an answer, the most serious first: as one line each, and in full."""
    short, full = [], []
    if row.reason == Reason.UNLIKE_VALIDATED_FILMS:
        short.append(tr("Unlike the validated films"))
        full.append(tr(UNLIKE_CAUTION))
    elif row.reason in REFUSALS:
        full.append(tr("Scored although it was refused: {reason}.", reason=format_reason(row.reason)))
        short.append(full[-1])
    return [*short, *cautions], [f"⚠ {sentence}" for sentence in (*full, *cautions)]


def _is_negative(header: "ModelHeader", label: str | None) -> bool:
    """Whether a film has no probability of a finding: one of several classes, and it is the negative one."""
    return len(header.classes) > 2 and label == header.classes[0]


def _find_finding(header: "ModelHeader | None", row: LedgerRow) -> str:
    """Return the name of what is likely or unlikely; never that of a class without a finding."""
    label = row.label or ""
    if header is None:  # the label of a film in review or unlikely may be the negative class
        return name_finding(label) if row.decision is Decision.LIKELY else tr(ANY_FINDING)
    if _is_negative(header, label):
        return tr("Abnormalities")
    return name_finding(header.finding_of(label))


def name_finding(name: str) -> str:
    """Return a class name as words: a known finding translated, another one in natural case and escaped."""
    known = FINDINGS.get(class_key(name))
    if known is not None:
        return tr(known)
    words = escape_name(name).replace("_", " ").strip()
    is_shouted = words.isupper() and len(words) > ACRONYM_LETTERS and words.isalpha()
    return words.capitalize() if is_shouted else words[:1].upper() + words[1:]


def _scale(probability: float) -> float:
    """Return the place of a probability on the logit scale: LEAST and below is 0, 1 - LEAST and above is 1."""
    clipped = min(max(probability, LEAST), 1 - LEAST)
    return 0.5 + log(clipped / (1 - clipped)) / (2 * log(1 / LEAST - 1))


def _format_rank(header: "ModelHeader", row: LedgerRow) -> str:
    """Return how many of the normal validation films have a lower probability of the finding.

    It is rounded down, so that it never says too much. "" where there are too few films, or none are known.
    """
    films = header.validation
    if films is None or row.probability is None:
        return ""
    probabilities = films.probabilities(header.calibration.temperature)
    if probabilities.ndim == 2:
        if row.label not in header.classes:
            return ""
        probabilities = probabilities[:, header.classes.index(row.label)]
    normal = probabilities[films.labels == 0].round(LEDGER_DIGITS)
    count, lower = len(normal), int((normal < round(row.probability, LEDGER_DIGITS)).sum())
    if count < MIN_NORMAL_FILMS:
        return ""
    if lower == count:
        return tr("higher than all {count:,} normal validation films", count=count)
    if count > HUNDRED:
        lower, count = HUNDRED * lower // count, HUNDRED
    return tr("higher than {lower} of {count} normal validation films", lower=lower, count=count)


def _list_figures(header: "ModelHeader | None", row: LedgerRow) -> list[str]:
    """Return label, probabilities, threshold and model of a scored film as lines."""
    label = escape_name(row.label or "")
    lines = [tr("classified as {label}", label=label)]
    if header is None:
        lines.append(tr("probability {probability}", probability=format_probability(row.probability or 0.0)))
    elif header.threshold is None:
        each = zip(header.classes, row.class_probabilities, strict=False)
        lines += [_format_class(name, probability) for name, probability in each]
    else:
        lines.append(_format_class(header.classes[1], row.probability or 0.0))
        lines.append(tr("threshold {threshold}", threshold=format_probability(header.threshold)))
        low, high = (format_probability(limit) for limit in header.calibration.review_band)
        lines.append(tr("review from {low} to {high}", low=low, high=high))
    return [*lines, escape_name(row.model)]


def _format_class(name: str, probability: float) -> str:
    shown = format_probability(probability)
    return tr("probability of {finding} {probability}", finding=escape_name(name), probability=shown)
