"""Whose film a file is, told from its name. Opens no file; a person can always correct the pattern."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from core.system.errors import JobFailed, Reason
from core.system.language import tr

CANDIDATES: Final = (
    r"(person\d+_[a-z]+)_\d+",  # Kermany 2018, pneumonia films
    r"((?:NORMAL\d*-)?IM-\d+)-\d+(?:-\d+)?",  # Kermany 2018, normal films
    r"(.*\d.*?)[-_ ]\d{1,4}",  # an identifier with a digit, then a film's number
)
EACH_FILE: Final = r"(.*)"  # every file is a patient of its own
TOKENS: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{\d*,?\d*\}|.", re.DOTALL)  # escape, class, count, else
REPETITION: Final = re.compile(r"[*+]|\{\d*,\}|\{(?:\d*,)?(?:[4-9]|\d\d+)\}")  # fewer than four times cost little
LARGEST_PATIENT_SHARE: Final = 0.2  # a pattern that puts more of the films on one patient is taken for wrong


def propose_pattern(stems: Sequence[str]) -> str:
    """A regular expression that tells the patient from these file names (without suffix), made of those that fit.

    Its first group that takes part is the patient. A pattern that lumps a fifth of the films together is not
    believed: then each file is a patient.
    """
    left, chosen = list(stems), []
    for candidate in CANDIDATES:
        rest = [stem for stem in left if not re.fullmatch(candidate, stem)]
        if len(rest) < len(left):
            chosen.append(candidate)
        left = rest
    if not chosen:
        return EACH_FILE
    pattern = "|".join(chosen)
    largest = Counter(extract_patients(stems, pattern)).most_common(1)[0][1]
    return EACH_FILE if largest > max(2, LARGEST_PATIENT_SHARE * len(stems)) else pattern


def extract_patients(stems: Sequence[str], pattern: str) -> list[str]:
    """The patient of each name; the whole name where the pattern does not fit it.

    person17_bacteria_54 -> person17_bacteria, NORMAL2-IM-0587-0001 -> NORMAL2-IM-0587, p12_3 -> p12.
    Raises JobFailed (dataset_invalid) for what is no regular expression, and for one that might never end.
    """
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        sentence = tr("The patient pattern is not a regular expression ({error}).", error=error)
        raise JobFailed(Reason.DATASET_INVALID, sentence) from error
    if _repeats_a_repetition(pattern):
        sentence = tr(
            "The patient pattern repeats a repetition, as (a+)+ does, which can take for ever. Write it without."
        )
        raise JobFailed(Reason.DATASET_INVALID, sentence)
    return [_patient(compiled.fullmatch(stem), stem) for stem in stems]


def _repeats_a_repetition(pattern: str) -> bool:
    """True where a group that repeats something is itself repeated: on some names that takes exponential time."""
    inside, closed = [False], False  # for each open group, whether it repeats anything; the same of one just closed
    for token in TOKENS.findall(pattern):
        if token == ")" and len(inside) > 1:
            closed = inside.pop()
            inside[-1] |= closed
            continue
        if token == "(":
            inside.append(False)
        elif REPETITION.fullmatch(token):
            if closed:
                return True
            inside[-1] = True
        closed = False
    return False


def _patient(match: re.Match[str] | None, stem: str) -> str:
    if match is None:
        return stem
    return next((group for group in match.groups() if group), match.group(0)) or stem


def example_patients(stems: Sequence[str], pattern: str, most: int = 6) -> list[tuple[str, str]]:
    """Up to `most` names with the patient that `pattern` tells, of as different forms as there are."""
    found: dict[str, tuple[str, str]] = {}
    for stem, patient in zip(stems, extract_patients(stems, pattern), strict=True):
        found.setdefault(re.sub(r"\d+", "0", stem), (stem, patient))
        if len(found) == most:
            break
    return list(found.values())
