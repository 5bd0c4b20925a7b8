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
# controls that are no blanks, formats such as joiners and marks of direction, fillers, variation selectors
# (Unicode's DerivedCoreProperties.txt, Default_Ignorable_Code_Point)
INVISIBLE: Final = re.compile(
    r"[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
# Cyrillic and Greek letters that look like a Latin one, small or as capitals, some rare ones, and the marks
# that keyboards and word processors put for each other
LOOKALIKES: Final = str.maketrans(
    {
        **dict(zip("авекмнорстухіјѕԁһԛԝӏ", "abekmhopctyxijsdhqwl", strict=True)),
        **dict(zip("αβεζηικμνορτυχ", "abezhikmnoptyx", strict=True)),
        **dict(zip("ıɑɡ", "iag", strict=True)),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("’‘ʼ", "'"),
    }
)


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


def plain_text(text: str) -> str:
    """Return a text without what nobody sees: invisible characters, blanks around it, full width (NFKC)."""
    return INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()


def class_key(name: str) -> str:
    """Return a class name without case, accents and separators; equal keys name the same class.

    Letters of Cyrillic and Greek that look like Latin ones are taken for these, after the idea of
    Unicode's skeletons (UTS 39, section 4). Letters of other scripts, and Latin letters and digits
    among themselves, as l and I or O and 0, are not. Other characters count: ER+ and ER- are
    different classes.
    """
    decomposed = unicodedata.normalize("NFKD", plain_text(name).casefold()).translate(LOOKALIKES)
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return SEPARATORS.sub(" ", letters).strip(" ._") or name.strip()


def describe_spellings(names: Iterable[str]) -> str:
    """Return spellings of a class in quotation marks, with the code point of all that looks the same or is not seen."""
    spellings = list(names)
    is_latin = any(name.isascii() for name in spellings)

    def show(letter: str) -> str:
        return f"[U+{ord(letter):04X}]" if _is_unseen(letter) or (is_latin and _is_lookalike(letter)) else letter

    return ", ".join(f'"{"".join(map(show, name))}"' for name in spellings)


def _is_unseen(letter: str) -> bool:
    return bool(INVISIBLE.match(letter) or unicodedata.combining(letter))


def _is_lookalike(letter: str) -> bool:
    return ord(letter.casefold()[0]) in LOOKALIKES


def fold_classes(names: Iterable[str]) -> tuple[dict[str, str], Mapping[str, tuple[str, ...]]]:
    """Return for each spelling of a class the one to use, and all spellings of classes with several.

    names: of every film, with repeats; the most frequent spelling of a class is used, one without
    unseen characters and look-alikes if there is any.
    """
    counts = Counter(names)
    spellings: dict[str, list[str]] = defaultdict(list)

    def rank(name: str) -> tuple[bool, int, str]:
        return any(_is_unseen(letter) or _is_lookalike(letter) for letter in name), -counts[name], name

    for name in sorted(counts, key=rank):
        spellings[class_key(name)].append(name)
    used = {name: group[0] for group in spellings.values() for name in group}
    return used, {group[0]: tuple(group) for group in spellings.values() if len(group) > 1}


@cache
def class_words() -> dict[str, frozenset[str]]:
    """Return the words for negative and positive classes, from resources/class_words.json, as keys."""
    content = json.loads(resource("class_words.json").read_text(encoding="utf-8"))
    return {kind: frozenset(class_key(word) for word in words) for kind, words in content.items()}
