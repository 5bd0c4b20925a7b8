"""Settings, recipes, runs and models of earlier and of later versions. Models of the history: earlier_models.py."""

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import QSettings
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from core.models import model_header
from core.models.model_file import load_model
from core.models.model_header import (
    ACCEPTED,
    AGES,
    FILMS,
    GATE,
    HEAT_SCALE,
    KEY,
    SEAL,
    VALIDATION,
    bundled_model_path,
    compute_seal,
    read_header,
)
from core.recipes.recipe import Recipe
from core.recipes.recipe_json import from_json_object, to_json_object
from core.system.errors import JobFailed
from gui.state.settings import Settings, Theme, load_settings, save_settings

LATER_ADDITIONS = (GATE, VALIDATION, FILMS, ACCEPTED, AGES, SEAL, "drift", "card", "band_error", HEAT_SCALE)

SETTINGS = {
    "none": b"",
    "half": b"[General]\nthe",
    "binary": bytes(range(256)) * 20,
    "other": b"[General]\ntheme=purple\n",
    "list": b"[General]\ntheme=a, b, c\n",
    "object": b"[General]\ntheme=@Variant(\\0\\0\\0\\x7f\\0\\0)\n",
    "newer": b"[General]\ntheme=light\nlanguage=de\n[window]\nroom=reading\n",
}


@pytest.fixture
def settings_file(tmp_path):
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))
    path = tmp_path / "settings" / QSettings().fileName().rpartition("settings/")[2]
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


@pytest.mark.qt_log_ignore("QVariant::load", extend=True)
@pytest.mark.parametrize("content", SETTINGS)
def test_any_settings_file_gives_settings_and_keeps_what_is_newer(qapp, settings_file, content):
    settings_file.write_bytes(SETTINGS[content])
    assert load_settings().theme in set(Theme)
    save_settings(replace(load_settings(), theme=Theme.LIGHT))
    QSettings().sync()
    assert load_settings().theme is Theme.LIGHT
    if content == "newer":
        assert b"language=de" in settings_file.read_bytes()
        assert b"room=reading" in settings_file.read_bytes()


def test_settings_on_a_full_disk_leave_the_old_ones(qapp, disk):
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(disk.path))
    save_settings(Settings(theme=Theme.LIGHT))
    QSettings().sync()
    disk.fill()
    before = {path: path.read_bytes() for path in disk.path.rglob("*") if path.suffix in {".ini", ".conf"}}
    assert before
    save_settings(Settings(theme=Theme.DARK))
    QSettings().sync()
    assert all(path.read_bytes() in (content, content.replace(b"light", b"dark")) for path, content in before.items())


def changed_model(path, change):
    """The bundled model with another description; return its path, and what its seal would be."""
    with safe_open(bundled_model_path(), framework="numpy") as file:
        content = json.loads(file.metadata()[KEY])
    change(content)
    save_file(load_file(bundled_model_path()), path, {KEY: json.dumps(content)})
    return path, compute_seal(content)


def test_a_model_from_before_all_additions_is_used(tmp_path, told, monkeypatch):
    def age(content):
        for name in LATER_ADDITIONS:
            content.pop(name, None)

    model, seal = changed_model(tmp_path / "old.safetensors", age)
    assert "has no seal" in told("card", model)[1]
    monkeypatch.setattr(model_header, "EARLIER_MODELS", {seal})
    assert read_header(model).validation is None
    assert load_model(model).header.classes == read_header(bundled_model_path()).classes
    assert told("card", model)[0] == 0
    status, said = told("operating-point", model, "--wish", "best balance")
    assert (status, "Retrain the model" in said) == (1, True)
    (tmp_path / "films").mkdir()
    (tmp_path / "films" / "letter.txt").write_text("no film")
    assert told("screen", tmp_path / "films", "--output", tmp_path / "r.csv", "--model", model)[0] == 3


def test_a_model_of_a_later_format_is_refused_in_words(tmp_path, told):
    model, _ = changed_model(tmp_path / "new.safetensors", lambda content: content.update(format=2))
    status, said = told("card", model)
    assert status == 1
    assert str(model) in said
    assert "format is 2, and this version reads format 1" in said


def test_recipes_of_the_first_format_are_read_and_later_ones_refused():
    first = to_json_object(Recipe())
    first["format"] = 1
    del first["augmentation"]["stretch_fraction"]
    assert from_json_object(first).augmentation.stretch_fraction == 0
    with pytest.raises(JobFailed, match="format is 3"):
        from_json_object({**to_json_object(Recipe()), "format": 3})
