"""The catalogues of translations: whole, what is missing is named, and compiled as they are written."""

import gettext
import importlib.util
import io
from contextlib import chdir

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from tests.factories import ROOT

SPEC = importlib.util.spec_from_file_location("translations", ROOT / "packaging/translations.py")
translations = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(translations)
CATALOGUES = sorted((ROOT / "resources/translations").glob("*.po"))


@pytest.fixture(scope="module")
def template():
    with chdir(ROOT):
        return translations.build_template()


@pytest.fixture
def catalogue():
    return translations.read_catalogue(ROOT / "resources/translations/de.po")


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_the_catalogues_are_whole(path, template):
    assert list(translations.find_faults(translations.read_catalogue(path), template)) == []


def extract(code):
    file = io.BytesIO(code.encode())
    file.name = "code.py"
    found = translations.extract_sentences(file, translations.KEYWORDS.keys(), (), {})
    return [(name, sentences) for _, name, sentences, _ in found]


def test_sentences_are_found_within_formats_but_not_in_names():
    assert extract('f\'{tr("Films")}: {tr_count("{count} film", "{count} films", 3)}\'') == [
        ("tr", ["Films"]),
        ("tr_count", ["{count} film", "{count} films"]),
    ]
    assert extract("tr(FILMS); self.tr('of Qt')") == [("tr", [None])]


@pytest.mark.parametrize("code", ["tr(f'{count} films')", "tr('Films ' + name)", "tr_count('film', 'films' + more, 2)"])
def test_a_sentence_that_is_put_together_is_refused(code):
    with pytest.raises(SystemExit, match=r"code\.py:1: a sentence must be one literal"):
        extract(code)


def test_what_is_missing_or_left_over_is_named(catalogue, template):
    first, *_, last = (message for message in catalogue if message.id)
    first.string = ""
    catalogue.delete(last.id)
    catalogue.add("An old sentence", "Ein alter Satz")
    assert set(translations.find_faults(catalogue, template)) == {
        f"not translated: {first.id}",
        f"missing: {last.id}",
        "no longer used: An old sentence",
    }


@pytest.mark.parametrize(
    ("sentence", "translation", "fault"),
    [
        ("Unsure (U)", "Unsicher (V)", "another key"),
        ("Unsure (U)", "Unsicher", "another key"),
        ("Display", "&Anzeige", "a key of one language (&)"),
        ("fixed at 0.5", "fest bei 0.5", "an English number"),
        ("fixed at 0.5", "fest bei 1,000", "an English number"),
        ("{shown:,} of {count:,}", "{shown} von {count:,}", "other placeholders"),
    ],
)
def test_keys_and_numbers_are_those_of_the_sentence(catalogue, template, sentence, translation, fault):
    catalogue.get(sentence).string = translation
    assert list(translations.find_faults(catalogue, template)) == [f"{fault}: {sentence}"]


def write(path, catalogue):
    with path.open("wb") as file:
        write_po(file, catalogue)
    return path


def test_an_update_adds_and_removes_sentences_and_changes_nothing_else(tmp_path, template):
    catalogue = Catalog("pl")  # of three plural forms
    catalogue.add("Films", "Zdjęcia")
    catalogue.add("An old sentence", "Stare zdanie")
    path = write(tmp_path / "pl.po", catalogue)
    translations.update(path, template)
    written = read_po(io.BytesIO(path.read_bytes()))
    assert written.get("Films").string == "Zdjęcia"
    assert "An old sentence" not in path.read_text("utf-8")
    assert {len(message.string) for message in written if message.pluralizable} == {3}
    faults = list(translations.find_faults(written, template))
    assert len(faults) == len(template) - 1
    assert all(fault.startswith("not translated: ") for fault in faults)
    before = path.read_bytes()
    translations.update(path, template)
    assert path.read_bytes() == before


def test_a_compiled_catalogue_holds_every_translation(tmp_path, catalogue):
    path = write(tmp_path / "de.po", catalogue)
    translations.compile_catalogue(path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["de.mo", "de.po"]
    with (tmp_path / "de.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in catalogue:
        if message.pluralizable:
            assert [compiled.ngettext(*message.id, count) for count in (1, 2)] == list(message.string)
        elif message.id:
            assert compiled.gettext(message.id) == message.string
