"""Extract patients from file names, with a pattern that the user can correct. No file is opened."""

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
REPETITION: Final = re.compile(r"[*+]|\{\d*,\}|\{(?:\d*,)?(?:[4-9]|\d\d+)\}")  # up to three repeats cost little
MAX_PATIENT_FRACTION: Final = 0.2  # a pattern that assigns more of the films to one patient is rejected


def propose_pattern(stems: Sequence[str]) -> str:
    """Propose a regular expression that extracts the patient from file names without suffix.

    It combines the CANDIDATES that match; the patient is the first group that takes part. A pattern
    that assigns more than a fifth of the films to one patient is rejected: then each file is a
    patient.
    """
    unmatched, chosen = list(stems), []
    for candidate in CANDIDATES:
        rest = [stem for stem in unmatched if not re.fullmatch(candidate, stem)]
        if len(rest) < len(unmatched):
            chosen.append(candidate)
        unmatched = rest
    if not chosen:
        return EACH_FILE
    pattern = "|".join(chosen)
    largest = Counter(extract_patients(stems, pattern)).most_common(1)[0][1]
    return EACH_FILE if largest > max(2, MAX_PATIENT_FRACTION * len(stems)) else pattern


def extract_patients(stems: Sequence[str], pattern: str) -> list[str]:
    """Return the patient of each file name; the whole name where the pattern does not match.

    person17_bacteria_54 -> person17_bacteria, NORMAL2-IM-0587-0001 -> NORMAL2-IM-0587,
    p12_3 -> p12.
    Raises JobFailed (dataset_invalid) for an invalid regular expression, and for one that could
    take exponential time.
    """
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        sentence = tr("The patient pattern is not a regular expression ({error}).", error=error)
        raise JobFailed(Reason.DATASET_INVALID, sentence) from error
    if _has_nested_repetition(pattern):
        sentence = tr(
            "The patient pattern repeats a repetition, as (a+)+ does, which can take forever. Write "
            "it without nested repetition."
        )
        raise JobFailed(Reason.DATASET_INVALID, sentence)
    return [_extract_patient(compiled.fullmatch(stem), stem) for stem in stems]


def _has_nested_repetition(pattern: str) -> bool:
    """Return True if a group that contains a repetition is itself repeated.

    On some names such a pattern takes exponential time.
    """
    open_groups = [False]  # for each open group, whether it contains a repetition
    closed_repeats = False  # the same for a group closed by the previous token
    for token in TOKENS.findall(pattern):
        if token == ")" and len(open_groups) > 1:
            closed_repeats = open_groups.pop()
            open_groups[-1] |= closed_repeats
            continue
        if token == "(":
            open_groups.append(False)
        elif REPETITION.fullmatch(token):
            if closed_repeats:
                return True
            open_groups[-1] = True
        closed_repeats = False
    return False


def _extract_patient(match: re.Match[str] | None, stem: str) -> str:
    if match is None:
        return stem
    return next((group for group in match.groups() if group), match.group(0)) or stem


def example_patients(stems: Sequence[str], pattern: str, most: int = 6) -> list[tuple[str, str]]:
    """Return up to `most` names with their patients, one per form of name (digits ignored)."""
    examples: dict[str, tuple[str, str]] = {}
    for stem, patient in zip(stems, extract_patients(stems, pattern), strict=True):
        examples.setdefault(re.sub(r"\d+", "0", stem), (stem, patient))
        if len(examples) == most:
            break
    return list(examples.values())
