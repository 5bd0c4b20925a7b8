"""The form of a recipe."""

import json
from dataclasses import fields, replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QSpinBox, QWidget

from core.recipes.recipe import BEST, FAST, NAMED_RECIPES, Augmentation, Depth, KeptBy, Optimizer, Recipe, change_start
from core.recipes.recipe_json import load_recipe, to_json_object
from core.system.errors import JobFailed
from gui.training.recipe_form import RecipeForm
from gui.widgets import messages
from tests.gui.person import click


def test_every_choice_is_explained_where_it_is_made(qtbot, window, tab):
    tab.form.advanced.setChecked(True)
    tab.form.findChild(QDoubleSpinBox, "mixup_alpha").setFocus()
    assert "Blends films in pairs" in tab.form.hint.text()
    choices = [tab.form.findChild(QWidget, field.name) for kind in (Recipe, Augmentation) for field in fields(kind)]
    explained = [choice.accessibleDescription() for choice in choices if choice is not None]
    assert len(explained) == len(fields(Recipe)) - 2 + len(fields(Augmentation))
    assert all(sentence.endswith(".") for sentence in explained)


def test_a_changed_recipe_is_called_ones_own(tab):
    form = tab.form
    form.recipe_name.setCurrentText("best")
    assert form.recipe() == BEST
    epochs = form.findChild(QSpinBox, "epochs")
    epochs.setValue(BEST.epochs + 1)
    assert form.recipe_name.currentText() == form.recipe().name == "own"
    assert "Your own settings" in form.sentence.text()
    epochs.setValue(BEST.epochs)
    assert form.recipe_name.currentText() == "best"
    form.show_recipe(replace(BEST, name="trial 3", learning_rate=2e-3))
    assert form.recipe_name.currentText() == "own"
    assert form.recipe().name == "trial 3"


def test_other_starting_weights_bring_what_they_need(tab):
    form = tab.form
    form.recipe_name.setCurrentText("best")
    start, rate = form.findChild(QComboBox, "start"), form.findChild(QDoubleSpinBox, "backbone_rate_factor")
    start.setCurrentText("random")
    assert form.recipe() == replace(change_start(BEST, "random"), name="own")
    assert rate.value() == 1
    rate.setValue(0.5)
    assert form.recipe().backbone_rate_factor == 0.5  # what a person chooses stays
    start.setCurrentText("imagenet")
    assert form.recipe().normalisation == "resnet"
    start.setCurrentText("bundled")
    assert (form.recipe().normalisation, form.recipe().backbone_rate_factor) == ("per_film", 0.2)


def test_another_network_brings_a_start_that_suits_it(tab):
    form = tab.form
    form.recipe_name.setCurrentText("best")
    network, start = form.findChild(QComboBox, "architecture"), form.findChild(QComboBox, "start")
    network.setCurrentText("EfficientNet-Lite0")
    assert form.recipe() == replace(change_start(BEST, "imagenet"), architecture="efficientnet_lite0", name="own")
    assert start.currentText() == "ImageNet photographs"
    start.setCurrentText("nothing (random)")
    assert form.recipe().start == "random"  # what a person chooses stays
    start.setCurrentText("imagenet")
    network.setCurrentText("ResNet-18")
    assert form.recipe() == BEST  # and nothing is downloaded unasked


OWN = replace(
    BEST, name="mine", architecture="densenet121", depth=Depth.LAST_STAGE, optimizer=Optimizer.SGD, epochs=7, seed=4,
    learning_rate=0.00123, kept_by=KeptBy.AUC, class_weights=False, calibrate=False,
    augmentation=Augmentation(rotation_degrees=3, gamma_fraction=0.2),
)  # fmt: skip


@pytest.mark.parametrize("recipe", [*NAMED_RECIPES.values(), OWN], ids=lambda recipe: recipe.name)
def test_a_recipe_comes_back_as_it_was_shown(form, recipe):
    form.show_recipe(recipe)
    assert form.recipe() == recipe


def test_a_recipe_is_saved_and_loaded(form, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(messages, "choose_new_file", lambda *_: tmp_path / "r.json")
    monkeypatch.setattr(messages, "choose_file", lambda *_: tmp_path / "r.json")
    form.show_recipe(OWN)
    click(qtbot, form, "save_recipe")
    assert load_recipe(str(tmp_path / "r.json")) == OWN
    form.show_recipe(BEST)
    with qtbot.waitSignal(form.changed):
        click(qtbot, form, "load_recipe")
    assert form.recipe() == OWN
    assert form.recipe_name.currentText() == "own"


def test_a_file_that_is_no_recipe_is_said_and_changes_nothing(form, qtbot, tmp_path, monkeypatch, errors):
    (tmp_path / "r.json").write_text(json.dumps({**to_json_object(OWN), "epochs": -1}))
    monkeypatch.setattr(messages, "choose_file", lambda *_: tmp_path / "r.json")
    form.show_recipe(BEST)
    click(qtbot, form, "load_recipe")
    assert len(errors) == 1
    assert "epochs" in errors[0]
    assert form.recipe() == BEST


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


def test_both_numbers_of_epochs_are_said(form):
    form.show_recipe(FAST)
    form.findChild(QSpinBox, "epochs").setValue(1)
    assert form.epochs.text() == "20 epochs of the last layer, then 1 of the whole network."
    form.findChild(QSpinBox, "frozen_epochs").setValue(0)
    assert form.epochs.text() == "1 epoch of the whole network."
    form.findChild(QSpinBox, "epochs").setValue(0)
    assert form.epochs.text() == ""


def test_the_first_recipe_has_its_epochs_too(form):
    assert form.epochs.text() != ""
