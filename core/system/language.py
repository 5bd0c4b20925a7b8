"""Translate the sentences of the window and of documents. Codes, keys and logs stay English.

The code holds the English sentences; the translations are GNU gettext catalogues in
resources/translations, one for each language. Every process uses English until `set_language` is
called; the command line never calls it.
"""

import gettext
import io
import locale
from enum import Enum

from resources import resource


class Language(Enum):
    """The languages to choose from, by ISO 639-1 code."""

    ENGLISH = "en"
    GERMAN = "de"

    @property
    def own_name(self) -> str:
        """The name of the language in the language itself."""
        return {Language.ENGLISH: "English", Language.GERMAN: "Deutsch"}[self]


class _Active:
    """The language of this process and its catalogue."""

    language = Language.ENGLISH
    catalogue = gettext.NullTranslations()


def set_language(language: Language) -> None:
    """Translate into this language from now on. Raises OSError if its catalogue cannot be read."""
    _Active.catalogue = gettext.NullTranslations() if language is Language.ENGLISH else _load_catalogue(language)
    _Active.language = language


def system_language() -> Language:
    """Return the language of the operating system, English if it is not available. Needs no Qt."""
    name = locale.setlocale(locale.LC_CTYPE).lower()  # "de_de.utf-8"; on Windows "german_germany.1252"
    return next((one for one in Language if name.startswith((f"{one.value}_", one.name.lower()))), Language.ENGLISH)


def current_language() -> Language:
    """Return the language of this process."""
    return _Active.language


def _load_catalogue(language: Language) -> gettext.GNUTranslations:
    import polib  # not needed for English

    sentences = polib.pofile(str(resource(f"translations/{language.value}.po")))
    return gettext.GNUTranslations(io.BytesIO(sentences.to_binary()))


def tr(sentence: str, /, **values: object) -> str:
    """Return the translated sentence with its placeholders filled, as in "{done} of {count}".

    Placeholders are those of str.format: a literal brace is doubled where there are `values`, and
    only there.
    """
    # "" is the key of the catalogue's header
    translated = _Active.catalogue.gettext(sentence) if sentence else ""
    return translated.format(**values) if values else translated


def tr_count(singular: str, plural: str, count: int, /, **values: object) -> str:
    """Return the translated sentence for a count, as in "{count} film" and "{count} films"."""
    return _Active.catalogue.ngettext(singular, plural, count).format(count=count, **values)


def marked(sentence: str) -> str:
    """Mark a constant for the catalogue and return it unchanged; `tr` translates it when shown."""
    return sentence
