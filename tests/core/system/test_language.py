"""Sentences in the chosen language."""

import locale

import pytest

from core.system.language import Language, system_language, tr_count


def test_singular_and_plural(german):
    assert tr_count("{count} day", "{count} days", 1) == "1 Tag"
    assert tr_count("{count} day", "{count} days", 1200) == "1200 Tage"


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("de_AT.UTF-8", Language.GERMAN),
        ("German_Germany.1252", Language.GERMAN),
        ("en_GB.UTF-8", Language.ENGLISH),
        ("C", Language.ENGLISH),
        ("", Language.ENGLISH),
    ],
)
def test_language_of_the_system(monkeypatch, name, language):
    monkeypatch.setattr(locale, "setlocale", lambda _category: name)
    assert system_language() is language
