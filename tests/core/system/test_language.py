"""Sentences, numbers and days in the chosen language."""

import locale
import shutil
import sys
from pathlib import Path

import pytest
from babel import Locale
from babel.numbers import get_decimal_symbol, get_group_symbol
from hypothesis import given
from hypothesis import strategies as st

from core.system.language import (
    Language,
    current_language,
    format_day,
    format_number,
    set_language,
    system_language,
    tr,
    tr_count,
)
from tests.factories import ROOT

SPACE, NARROW = "\u00a0", "\u202f"
# decimal sign, separator of thousands, what stands before the percent sign
SIGNS = {
    Language.ENGLISH: (".", ",", " "),
    Language.GERMAN: (",", ".", SPACE),
    Language.SPANISH: (",", NARROW, SPACE),
    Language.FRENCH: (",", NARROW, SPACE),
    Language.PORTUGUESE: (",", ".", ""),
}


@pytest.fixture(params=Language)
def language(request, speak):
    speak(request.param)
    return request.param


def parse(text, language):
    """The number that a reader of this language reads."""
    decimal, group, _ = SIGNS[language]
    return float(text.replace(group, "").replace(decimal, "."))


def test_singular_and_plural(german):
    assert tr_count("{count} day", "{count} days", 1) == "1 Tag"
    assert tr_count("{count} day", "{count} days", 1200) == "1200 Tage"


@pytest.fixture
def other_resources(tmp_path, monkeypatch):
    """The folder of catalogues of a copy of the program that has none."""
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    folder = tmp_path / "resources/translations"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("size", [None, 0, 10, 1000, 100_000])
def test_without_a_sound_catalogue_all_is_in_english_and_the_log_says_so(size, speak, other_resources, caplog):
    if size is not None:
        catalogue = ROOT / "resources/translations/de.mo"
        (other_resources / "de.mo").write_bytes(catalogue.read_bytes()[:size])
    speak(Language.FRENCH if size is None else Language.GERMAN)
    assert current_language() is Language.ENGLISH
    assert tr_count("{count} day", "{count} days", 2) == "2 days"
    assert format_number(0.5, ".1f") == "0.5"
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert f"no translations into {'French' if size is None else 'German'}" in record.getMessage()


def test_a_catalogue_that_is_gone_later_leaves_nothing_in_the_language_before(speak, other_resources):
    shutil.copy(ROOT / "resources/translations/de.mo", other_resources)
    speak(Language.GERMAN)
    speak(Language.FRENCH)
    assert tr_count("{count} day", "{count} days", 2) == "2 days"


def test_languages_are_named_in_themselves():
    names = [language.own_name for language in Language]
    assert names == ["English", "Deutsch", "Español", "Français", "Português"]


def test_a_sentence_without_a_translation_is_english(language):
    assert tr("{count} sheets of paper", count=3) == "3 sheets of paper"
    assert tr_count("{count} sheet", "{count} sheets", 2) == "2 sheets"


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("de_AT.UTF-8", Language.GERMAN),
        ("German_Germany.1252", Language.GERMAN),
        ("en_GB.UTF-8", Language.ENGLISH),
        ("es_MX.UTF-8", Language.SPANISH),
        ("Spanish_Spain.1252", Language.SPANISH),
        ("es-ES", Language.SPANISH),
        ("fr_CD", Language.FRENCH),
        ("french_france.1252", Language.FRENCH),
        ("pt_MZ@euro", Language.PORTUGUESE),
        ("Portuguese_Brazil.1252", Language.PORTUGUESE),
        ("est_EE.UTF-8", Language.ENGLISH),
        ("it_IT.UTF-8", Language.ENGLISH),
        ("C", Language.ENGLISH),
        ("UTF-8", Language.ENGLISH),
        ("", Language.ENGLISH),
    ],
)
def test_language_of_the_system(monkeypatch, name, language):
    monkeypatch.setattr(locale, "setlocale", lambda _category: name)
    assert system_language() is language


def test_numbers_are_written_as_the_language_does(language):
    decimal, group, percent = SIGNS[language]
    assert format_number(0.1234, ".3f") == f"0{decimal}123"
    assert format_number(-1234567.5, ",.1f") == f"-1{group}234{group}567{decimal}5"
    assert format_number(0.1234, ".1%") == f"12{decimal}3{percent}%"
    assert format_number(0.00001, ".1e") == f"1{decimal}0e-05"
    assert format_number(float("nan"), ".2f") == "nan"


def test_signs_are_those_of_unicode_but_where_a_language_has_a_better_authority(language):
    cldr = Locale(language.value)
    percent = cldr.percent_formats[None].pattern.removeprefix("#,##0").removesuffix("%")
    signs = get_decimal_symbol(cldr), get_group_symbol(cldr), percent
    own = {Language.SPANISH: (",", ".", SPACE), Language.ENGLISH: (".", ",", "")}  # core.system.language says why
    assert signs == own.get(language, SIGNS[language])


def test_numbers_within_sentences_are_too(language):
    decimal, group, percent = SIGNS[language]
    told = tr("x {share:.0%} {rate:+.2f} {count:,} {wide:>7.2f}", share=0.5, rate=0.25, count=1200, wide=1.5)
    assert told == f"x 50{percent}% +0{decimal}25 1{group}200    1{decimal}50"
    assert tr_count("x {count:,}", "x {count:,} of {all}", 1000, all=2.5) == f"x 1{group}000 of 2{decimal}5"


def test_what_is_no_number_is_never_touched(language):
    path = Path("/films/a,b.c/50%.png")
    told = tr(
        "x {path} {version} {whole} {flag} {quoted!r}", path=path, version="2.1,0", whole=1200, flag=True, quoted="0.5"
    )
    assert told == "x /films/a,b.c/50%.png 2.1,0 1200 True '0.5'"


@given(st.sampled_from(Language), st.floats(-1e12, 1e12), st.integers(0, 6), st.sampled_from(["", ","]))
def test_a_number_is_read_as_what_it_was(language, value, decimals, group):
    set_language(language)
    try:
        text = format_number(value, f"{group}.{decimals}f")
    finally:
        set_language(Language.ENGLISH)
    assert parse(text, language) == float(f"{value:.{decimals}f}")


def test_days(speak):
    days = []
    for language in Language:
        speak(language)
        days.append(format_day("2026-03-04"))
    assert days == ["2026-03-04", "04.03.2026", "04/03/2026", "04/03/2026", "04/03/2026"]
    assert format_day("unknown") == "unknown"
    assert format_day("") == ""
