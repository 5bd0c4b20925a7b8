"""Names and explanations of every choice of a recipe."""

from dataclasses import fields
from enum import StrEnum

import pytest

from core.recipes import recipe
from core.recipes.recipe import ARCHITECTURES, NAMED_RECIPES, START_NAMES, Augmentation, Recipe
from core.recipes.recipe_labels import (
    AUGMENTATION_CHOICES,
    CHOICES,
    OWN,
    RECIPES,
    VALUES,
    choice_title,
    choice_value,
    recipe_title,
)


def test_every_choice_has_a_name_and_a_sentence():
    assert set(CHOICES) == {field.name for field in fields(Recipe)} - {"name", "augmentation"}
    assert set(AUGMENTATION_CHOICES) == {field.name for field in fields(Augmentation)}
    for title, sentence in (CHOICES | AUGMENTATION_CHOICES).values():
        assert title == title.strip() != ""
        assert sentence.endswith(".")


def test_every_value_that_can_be_chosen_has_a_name():
    kinds = [kind for kind in vars(recipe).values() if isinstance(kind, type) and kind.__module__ == recipe.__name__]
    named = {value.value for kind in kinds if issubclass(kind, StrEnum) for value in kind}
    assert len(named) > 10
    assert named | {*ARCHITECTURES, *START_NAMES} <= set(VALUES)
    assert set(RECIPES) == {*NAMED_RECIPES, OWN}


@pytest.mark.parametrize(
    ("key", "title"), [("epochs", "Epochs"), ("augmentation sharpness", "Blur and sharpness"), ("seed", "Seed")]
)
def test_titles_of_settings_also_inside_the_augmentation(key, title):
    assert choice_title(key) == title


def test_values_without_a_name_are_said_as_they_are(german):
    assert choice_value("resnet18") == "ResNet-18"
    assert choice_value("0.001") == "0.001"
    assert choice_value("/runs/best.safetensors") == "/runs/best.safetensors"
    assert choice_value("True") == "ja"
    assert recipe_title("trial 3") == "trial 3"
    assert recipe_title("fast") != "fast"
