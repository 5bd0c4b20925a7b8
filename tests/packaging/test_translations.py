"""The catalogues of translations: whole, and what is missing is named."""

import subprocess
import sys

import polib

from tests.factories import ROOT


def test_the_catalogues_are_whole():
    check = [sys.executable, "packaging/translations.py", "--check"]
    ended = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)})
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_catalogue_that_lacks_a_sentence_is_not_whole(tmp_path):
    for folder in ("core", "gui", "packaging"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    (tmp_path / "resources/translations").mkdir(parents=True)
    catalogue = polib.pofile(str(ROOT / "resources/translations/de.po"))
    gone = catalogue.pop()
    catalogue[0].msgstr, catalogue[0].msgstr_plural = "", {}
    catalogue.save(str(tmp_path / "resources/translations/de.po"))
    check = [sys.executable, "packaging/translations.py", "--check"]
    ended = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == 1
    assert f"missing: {gone.msgid}" in ended.stdout
    assert f"not translated: {catalogue[0].msgid}" in ended.stdout
    assert "2 faults" in ended.stdout
