"""The catalogues of translations: whole, and what is missing is named."""

import subprocess
import sys

import polib
import pytest

from tests.factories import ROOT


def test_the_catalogues_are_whole():
    check = [sys.executable, "packaging/translations.py", "--check"]
    ended = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)})
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.fixture
def check(tmp_path):
    """Check a catalogue in a folder of its own: the exit status, and what is said of it."""
    for folder in ("core", "gui", "packaging"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    (tmp_path / "resources/translations").mkdir(parents=True)

    def run(catalogue, *, language="de", options=("--check",)):
        catalogue.save(str(tmp_path / f"resources/translations/{language}.po"))
        command = [sys.executable, "packaging/translations.py", *options]
        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        return ended.returncode, ended.stdout + ended.stderr

    return run


@pytest.fixture
def catalogue():
    return polib.pofile(str(ROOT / "resources/translations/de.po"))


def test_a_catalogue_that_lacks_a_sentence_is_not_whole(check, catalogue):
    gone = catalogue.pop()
    catalogue[0].msgstr, catalogue[0].msgstr_plural = "", {}
    status, said = check(catalogue)
    assert status == 1
    assert f"missing: {gone.msgid}" in said
    assert f"not translated: {catalogue[0].msgid}" in said
    assert "2 faults" in said


def test_every_plural_form_of_the_header_is_wanted(check, catalogue):
    catalogue.metadata["Plural-Forms"] = "nplurals=3; plural=(n != 1);"
    counted = [entry for entry in catalogue if entry.msgid_plural]
    status, said = check(catalogue, language="xx")
    assert status == 1
    assert f" {len(counted)} faults" in said
    assert all(f"not translated: {entry.msgid}" in said for entry in counted)


def test_a_header_without_plural_forms_is_refused(check, catalogue):
    del catalogue.metadata["Plural-Forms"]
    status, said = check(catalogue)
    assert status == 1
    assert "de.po: its header lacks Plural-Forms" in said


def test_new_sentences_get_the_plural_forms_of_the_header(check, tmp_path):
    empty = polib.POFile()
    empty.metadata = {"Language": "xx", "Plural-Forms": "nplurals=3; plural=(n != 1);"}
    status, said = check(empty, language="xx", options=())
    assert status == 0
    assert "not translated" in said
    written = polib.pofile(str(tmp_path / "resources/translations/xx.po"))
    assert {len(entry.msgstr_plural) for entry in written if entry.msgid_plural} == {3}


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
def test_keys_and_numbers_are_those_of_the_sentence(check, catalogue, sentence, translation, fault):
    catalogue.find(sentence).msgstr = translation
    status, said = check(catalogue)
    assert status == 1
    assert f"{fault}: {sentence}" in said
    assert "1 faults" in said
