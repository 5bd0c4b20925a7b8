"""The form of a recipe."""

import json
from dataclasses import fields, replace

import pytest
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QSpinBox, QWidget

from core.recipes.recipe import BEST, NAMED_RECIPES, Augmentation, Depth, KeptBy, Optimizer, Recipe, change_start
from core.recipes.recipe_json import load_recipe, to_json_object
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


@pytest.fixture
def form(qtbot):
    made = RecipeForm()
    qtbot.addWidget(made)
    made.show()
    return made


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


def test_a_file_that_is_no_recipe_is_said_and_changes_nothing(form, qtbot, tmp_path, monkeypatch, errors):
    (tmp_path / "r.json").write_text(json.dumps({**to_json_object(OWN), "epochs": -1}))
    monkeypatch.setattr(messages, "choose_file", lambda *_: tmp_path / "r.json")
    form.show_recipe(BEST)
    click(qtbot, form, "load_recipe")
    assert len(errors) == 1
    assert "epochs" in errors[0]
    assert form.recipe() == BEST


def test_a_suggested_rate_is_taken_over(form):
    form.show_recipe(BEST)
    form.set_learning_rate(0.0021)
    assert form.recipe() == replace(BEST, name="own", learning_rate=0.0021)
