"""Names and explanations of every choice of a recipe."""

from dataclasses import fields
from enum import StrEnum

import pytest

from core.recipes import recipe
from core.recipes.recipe import ARCHITECTURES, FAST, NAMED_RECIPES, START_NAMES, Augmentation, Depth, Recipe
from core.recipes.recipe_labels import (
    AUGMENTATION_CHOICES,
    CHOICES,
    OWN,
    RECIPES,
    VALUES,
    choice_title,
    choice_value,
    format_epoch,
    format_epochs,
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


@pytest.mark.parametrize(
    ("frozen", "epochs", "depth", "sentence"),
    [
        (20, 1, Depth.ALL, "20 epochs of the last layer, then 1 of the whole network"),
        (1, 3, Depth.LAST_STAGE, "1 epoch of the last layer, then 3 of the last part of the network"),
        (0, 24, Depth.ALL, "24 epochs of the whole network"),
        (0, 1, Depth.LAST_STAGE, "1 epoch of the last part of the network"),
        (20, 0, Depth.ALL, "20 epochs of the last layer"),
        (2, 3, Depth.HEAD, "5 epochs of the last layer"),
    ],
)
def test_the_epochs_of_each_part_are_said(frozen, epochs, depth, sentence):
    assert format_epochs(Recipe(frozen_epochs=frozen, epochs=epochs, depth=depth)) == sentence


def test_an_epoch_is_counted_in_its_part():
    assert [format_epoch(FAST, epoch) for epoch in (1, 20, 21, 23)] == [
        "last layer 1 of 20", "last layer 20 of 20", "whole network 1 of 3", "whole network 3 of 3",
    ]  # fmt: skip
    assert format_epoch(Recipe(frozen_epochs=0, epochs=3), 2) == ""
