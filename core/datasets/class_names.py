"""Decide which class of a dataset is the finding, and which names mean the same class."""

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from resources import resource

SHORT_WORD: Final = 2  # letters; such a word counts only alone: "y" is yes, "grade y" is not
SEPARATORS: Final = re.compile(r"(?<=\w)[\s_\-./,;:]+(?=\w)|_+")


@dataclass(frozen=True, slots=True)
class ClassOrder:
    """Class names, negative first.

    is_certain: with two classes, whether the names tell which one is the finding (index 1); True for
    more classes, each of which is a finding of its own.
    """

    names: tuple[str, ...]
    is_certain: bool


def order_classes(names: Iterable[str], finding: str | None = None) -> ClassOrder:
    """Order class names, so that with two classes the finding comes second.

    finding: the class that a person named, None to recognise it by words of many languages. With
    more than two classes those that mean "nothing found" come first. Where the names tell nothing,
    the order is alphabetical and not certain.
    Raises ValueError if there is no class of the name `finding`.
    """
    ordered = sorted(names)
    if finding is not None:
        named = [name for name in ordered if class_key(name) == class_key(finding)]
        if not named:
            raise ValueError(finding)
        return ClassOrder((*(name for name in ordered if name not in named), *named), True)
    negative = [name for name in ordered if is_negative(name)]
    if len(ordered) != 2:
        return ClassOrder((*negative, *(name for name in ordered if name not in negative)), True)
    if len(negative) != 1:
        positive = [name for name in ordered if is_positive(name)]
        # 1 and 2: some code yes as 1 and no as 2, others no as 1 and yes as 2
        if len(positive) != 1 or all(name.strip().isdigit() for name in ordered):
            return ClassOrder(tuple(ordered), False)
        negative = [name for name in ordered if name not in positive]
    return ClassOrder((*negative, *(name for name in ordered if name not in negative)), True)


def is_negative(name: str) -> bool:
    """Return True if a class name means that nothing was found, such as Normal or "kein Befund"."""
    words, key = class_words(), class_key(name)
    if key in words["negative"]:
        return True
    negated = _find_negated(key)
    if negated:
        return not is_negative(negated)
    long = _long_words(key)
    return bool(long & words["negative"]) and not long & words["positive"]


def is_positive(name: str) -> bool:
    """Return True if a class name means a finding, such as Pneumonia or "auffällig"."""
    words, key = class_words(), class_key(name)
    if is_negative(name):
        return False
    return key in words["positive"] or bool(_find_negated(key)) or bool(_long_words(key) & words["positive"])


def _find_negated(key: str) -> str:
    """Return what a class key negates, normal of "not normal"; "" if it negates nothing."""
    first, _, rest = key.partition(" ")
    return rest if first in class_words()["negations"] else ""


def _long_words(key: str) -> set[str]:
    """Return the words of a class key that tell something even beside others."""
    return {word for word in key.split() if word.isalpha() and (len(word) > SHORT_WORD or not word.isascii())}


def class_key(name: str) -> str:
    """Return a class name without case, accents and separators; equal keys name the same class.

    Other characters count: ER+ and ER- are different classes.
    """
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return SEPARATORS.sub(" ", plain).strip(" ._") or name.strip()


def fold_classes(names: Iterable[str]) -> tuple[dict[str, str], Mapping[str, tuple[str, ...]]]:
    """Return for each spelling of a class the one to use, and all spellings of classes with several.

    names: of every film, with repeats; the most frequent spelling of a class is used.
    """
    counts = Counter(names)
    spellings: dict[str, list[str]] = defaultdict(list)
    for name in sorted(counts, key=lambda name: (-counts[name], name)):
        spellings[class_key(name)].append(name)
    used = {name: group[0] for group in spellings.values() for name in group}
    return used, {group[0]: tuple(group) for group in spellings.values() if len(group) > 1}


@cache
def class_words() -> dict[str, frozenset[str]]:
    """Return the words for negative and positive classes, from resources/class_words.json, as keys."""
    content = json.loads(resource("class_words.json").read_text(encoding="utf-8"))
    return {kind: frozenset(class_key(word) for word in words) for kind, words in content.items()}
