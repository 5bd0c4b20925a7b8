"""A case of `fuzz_readers`, and the outcome of a refusal."""

import re
from typing import NamedTuple

FOR_NOBODY = re.compile(  # Python's own words, and names of its classes
    r"Traceback|Errno|inside the program|\b[A-Z]\w+(?:Error|Exception|Warning)\b|BadZip|NoneType|<class|0x[0-9a-f]{6}|"
    r"'\w+' object|subscriptable|invalid literal|could not convert|to unpack|out of range|unhashable|indices must be"
)


class Case(NamedTuple):
    """files: contents by name. expected: what the reader must not contradict, None if nothing is known."""

    files: dict
    expected: object = None


def refused(error):
    """The outcome of a refusal, which must be a sentence for a person."""
    sentence = error.sentence
    assert sentence.endswith("."), f"no full stop: {sentence!r}"
    assert not FOR_NOBODY.search(sentence), f"for nobody: {sentence!r}"
    return f"refused: {error.reason}", sentence
