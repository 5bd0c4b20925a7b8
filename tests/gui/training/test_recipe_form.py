"""The form of a recipe."""

from dataclasses import fields, replace

from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QSpinBox, QWidget

from core.recipes.recipe import BEST, Augmentation, Recipe, change_start


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
    assert "Your own choices" in form.sentence.text()
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
