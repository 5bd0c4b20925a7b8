"""The language in which people are spoken to, in the window and in documents. Codes, keys and logs stay English.

Sentences stand in the code in English; the others are GNU gettext catalogues in resources/translations, one a language.
Nobody chooses a language on the command line, so it speaks English, and so does every
process until `set_language` is called.
"""

import gettext
import io
from enum import Enum

from resources import resource


class Language(Enum):
    """What can be chosen, by its ISO 639-1 code."""

    ENGLISH = "en"
    GERMAN = "de"

    @property
    def own_name(self) -> str:
        """How its speakers call it."""
        return {Language.ENGLISH: "English", Language.GERMAN: "Deutsch"}[self]


class _Spoken:
    """The one language of this process."""

    language = Language.ENGLISH
    catalogue = gettext.NullTranslations()


def set_language(language: Language) -> None:
    """Speak this language from now on. What was said before stays as it is. Raises FileNotFoundError, OSError."""
    _Spoken.catalogue = gettext.NullTranslations() if language is Language.ENGLISH else _catalogue(language)
    _Spoken.language = language


def current_language() -> Language:
    """The language of this process."""
    return _Spoken.language


def _catalogue(language: Language) -> gettext.GNUTranslations:
    import polib  # English needs none

    sentences = polib.pofile(str(resource(f"translations/{language.value}.po")))
    return gettext.GNUTranslations(io.BytesIO(sentences.to_binary()))


def tr(sentence: str, /, **values: object) -> str:
    """The sentence in the language that is spoken, with `values` in its places, as in "{done} of {count}".

    Places are str.format's, so a brace that is meant is doubled where there are values, and only there.
    """
    said = _Spoken.catalogue.gettext(sentence) if sentence else ""  # the empty one is the catalogue's header
    return said.format(**values) if values else said


def tr_count(one: str, many: str, count: int, /, **values: object) -> str:
    """The sentence for so many of something, as in "{count} film" and "{count} films". Places as in `tr`."""
    return _Spoken.catalogue.ngettext(one, many, count).format(count=count, **values)


def marked(sentence: str) -> str:
    """The sentence as it is: a constant of a module, which `tr` translates where it is shown."""
    return sentence
