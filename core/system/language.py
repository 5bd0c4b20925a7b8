"""Translate the sentences of the window and of documents. Codes, keys and logs stay English.

The code holds the English sentences; the translations are GNU gettext catalogues in
resources/translations, one for each language, compiled from .po to .mo by
packaging/translations.py. Numbers in sentences, and those of `format_number`, are written as is
usual in the language; what machines read is formatted by `format` alone. Every process uses English
until `set_language` is called; the command line never calls it.
"""

import gettext
import locale
import logging
import re
import struct
from dataclasses import dataclass
from datetime import date
from enum import Enum
from numbers import Integral, Real
from string import Formatter
from typing import Any, Final

from resources import resource

log = logging.getLogger(__name__)


class Language(Enum):
    """The languages to choose from, by ISO 639-1 code."""

    ENGLISH = "en"
    GERMAN = "de"
    SPANISH = "es"
    FRENCH = "fr"
    PORTUGUESE = "pt"

    @property
    def own_name(self) -> str:
        """The name of the language in the language itself."""
        return OWN_NAMES[self]


OWN_NAMES: Final = {
    Language.ENGLISH: "English",
    Language.GERMAN: "Deutsch",
    Language.SPANISH: "Español",
    Language.FRENCH: "Français",
    Language.PORTUGUESE: "Português",
}


@dataclass(frozen=True, slots=True)
class _Convention:
    """How a language writes numbers and days.

    decimal: before the fraction. group: between thousands. percent: what ends a percentage. day: for
    strftime.
    """

    decimal: str
    group: str
    percent: str
    day: str


# Unicode CLDR, but for English: % has a space before it as in the English sentences of the code, and days are in
# ISO 8601, since 3/4 is two days among its speakers. Babel would bring these as 31 MB, and write by CLDR's patterns,
# which the placeholders of sentences ("{share:.0%}") are not; the tests compare them with Babel's.
CONVENTIONS: Final = {
    Language.ENGLISH: _Convention(".", ",", " %", "%Y-%m-%d"),
    Language.GERMAN: _Convention(",", ".", "\u00a0%", "%d.%m.%Y"),
    Language.SPANISH: _Convention(",", "\u202f", "\u00a0%", "%d/%m/%Y"),  # Ortografía de la RAE: a space, no point
    Language.FRENCH: _Convention(",", "\u202f", "\u00a0%", "%d/%m/%Y"),
    Language.PORTUGUESE: _Convention(",", ".", "%", "%d/%m/%Y"),
}


class _Active:
    """The language of this process and its catalogue."""

    language = Language.ENGLISH
    catalogue = gettext.NullTranslations()


def set_language(language: Language) -> None:
    """Translate into this language from now on: into English, with an error in the log, if its catalogue is no good."""
    _Active.language, _Active.catalogue = Language.ENGLISH, gettext.NullTranslations()
    if language is Language.ENGLISH:
        return
    try:
        with resource(f"translations/{language.value}.mo").open("rb") as file:
            _Active.catalogue = gettext.GNUTranslations(file)
    except (OSError, ValueError, struct.error) as error:  # missing, damaged text, cut off
        log.error("no translations into %s, so all is in English: %s", language.name.title(), type(error).__name__)
    else:
        _Active.language = language


def system_language() -> Language:
    """Return the language of the operating system, English if it is not available. Needs no Qt."""
    name = locale.setlocale(locale.LC_CTYPE).lower()  # "de_de.utf-8"; on Windows "german_germany.1252"
    first = re.split(r"[^a-z]", name)[0]
    return next((one for one in Language if first in (one.value, one.name.lower())), Language.ENGLISH)


def current_language() -> Language:
    """Return the language of this process."""
    return _Active.language


def localize_number(number: str) -> str:
    """Return a number that `format` wrote, such as "1,234.5" or "12.5%", as the current language writes it."""
    convention = CONVENTIONS[_Active.language]
    signs = {ord("."): convention.decimal, ord(","): convention.group, ord("%"): convention.percent}
    return number.translate(signs)


def format_number(value: float, spec: str = "") -> str:
    """Return `format(value, spec)` as the current language writes numbers."""
    return localize_number(format(value, spec))


def format_day(day: str) -> str:
    """Return a day in ISO 8601 as the current language writes days; any other text unchanged."""
    try:
        return f"{date.fromisoformat(day):{CONVENTIONS[_Active.language].day}}"
    except ValueError:
        return day


class _NumberFormatter(Formatter):
    """str.format that writes numbers as the current language does; all other values as they are."""

    def format_field(self, value: Any, format_spec: str) -> str:
        text: str = super().format_field(value, format_spec)
        is_plain = not isinstance(value, Real) or (isinstance(value, Integral) and not format_spec)
        return text if is_plain else localize_number(text)


FORMATTER: Final = _NumberFormatter()


def tr(sentence: str, /, **values: object) -> str:
    """Return the translated sentence with its placeholders filled, as in "{done} of {count}".

    Placeholders are those of str.format: a literal brace is doubled where there are `values`, and
    only there.
    """
    # "" is the key of the catalogue's header
    translated = _Active.catalogue.gettext(sentence) if sentence else ""
    return FORMATTER.vformat(translated, (), values) if values else translated


def tr_count(singular: str, plural: str, count: int, /, **values: object) -> str:
    """Return the translated sentence for a count, as in "{count} film" and "{count} films"."""
    return FORMATTER.vformat(_Active.catalogue.ngettext(singular, plural, count), (), {"count": count, **values})


def marked(sentence: str) -> str:
    """Mark a constant for the catalogue and return it unchanged; `tr` translates it when shown."""
    return sentence
