"""The form of a recipe, without a window."""

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QSpinBox

from core.recipes.recipe import BEST, FAST, NAMED_RECIPES, Augmentation
from core.recipes.recipe_json import load_recipe
from core.system.errors import JobFailed
from gui.training.recipe_form import RecipeForm
from gui.widgets import messages
from tests.gui.person import click


@pytest.fixture
def form(qtbot):
    form = RecipeForm()
    qtbot.addWidget(form)
    form.show()
    return form


@pytest.mark.parametrize("name", NAMED_RECIPES)
def test_a_named_recipe_is_shown_as_it_is(form, name):
    form.recipe_name.setCurrentText(name)
    assert form.recipe() == NAMED_RECIPES[name]
    assert form.sentence.text().endswith(".")


def test_settings_are_read_from_the_widgets(form):
    form.show_recipe(BEST)
    form.advanced.setChecked(True)
    form.findChild(QCheckBox, "class_weights").click()
    form.findChild(QSpinBox, "batch_size").setValue(7)
    form.findChild(QDoubleSpinBox, "zoom_fraction").setValue(0.25)
    augmentation = replace(BEST.augmentation, zoom_fraction=0.25)
    own = replace(BEST, name="own", class_weights=not BEST.class_weights, batch_size=7, augmentation=augmentation)
    assert form.recipe() == own


def test_a_recipe_is_announced_once_although_many_settings_change(form):
    changes = []
    form.changed.connect(lambda: changes.append(form.recipe()))
    form.show_recipe(FAST)
    assert changes == [FAST]
    form.set_learning_rate(0.004)
    assert changes[1:] == [replace(FAST, name="own", learning_rate=0.004)]


def test_settings_that_contradict_each_other_are_refused_and_the_form_stays_usable(form):
    form.show_recipe(BEST)
    form.findChild(QSpinBox, "epochs").setValue(0)
    with pytest.raises(JobFailed, match="nothing would be trained"):
        form.recipe()
    form.findChild(QSpinBox, "epochs").setValue(BEST.epochs)
    assert form.recipe() == BEST


def test_advanced_settings_are_hidden_until_they_are_wanted(qtbot, form):
    box = form.findChild(QSpinBox, "batch_size")
    assert not box.isVisible()
    assert form.findChild(QSpinBox, "epochs").isVisible()
    form.advanced.setChecked(True)
    assert box.isVisible()


def test_a_setting_is_explained_under_the_pointer_and_with_the_focus(qtbot, form):
    form.activateWindow()
    seed = form.findChild(QSpinBox, "seed")
    seed.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(lambda: form.hint.text().startswith("The same number reproduces"))
    assert form.hint.text() == seed.toolTip() == seed.accessibleDescription()


def test_a_recipe_is_saved_and_loaded(qtbot, form, tmp_path, monkeypatch):
    path = tmp_path / "recipe.json"
    own = replace(BEST, name="own", learning_rate=0.002, augmentation=Augmentation(rotation_degrees=3))
    form.show_recipe(own)
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: path)
    click(qtbot, form, "save_recipe")
    assert load_recipe(str(path)) == own
    form.show_recipe(FAST)
    monkeypatch.setattr(messages, "choose_file", lambda *_: path)
    click(qtbot, form, "load_recipe")
    assert form.recipe() == own
    assert form.recipe_name.currentText() == "own"


def test_nothing_is_saved_or_loaded_without_a_file(qtbot, form, monkeypatch):
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: None)
    monkeypatch.setattr(messages, "choose_file", lambda *_: None)
    form.show_recipe(FAST)
    click(qtbot, form, "save_recipe")
    click(qtbot, form, "load_recipe")
    assert form.recipe() == FAST


def test_a_file_that_is_no_recipe_changes_nothing_but_is_explained(qtbot, form, tmp_path, monkeypatch, errors):
    path = tmp_path / "recipe.json"
    path.write_text(json.dumps({"epochs": "many"}))
    monkeypatch.setattr(messages, "choose_file", lambda *_: path)
    form.show_recipe(FAST)
    click(qtbot, form, "load_recipe")
    assert len(errors) == 1
    assert form.recipe() == FAST
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: path / "below a file.json")
    click(qtbot, form, "save_recipe")
    assert len(errors) == 2


def test_a_model_file_can_be_the_start(form):
    form.show_recipe(replace(BEST, start="/models/ours.safetensors"))
    assert form.findChild(QComboBox, "start").currentText() == "/models/ours.safetensors"
    assert form.recipe().start == "/models/ours.safetensors"
