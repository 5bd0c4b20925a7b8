"""The named recipes."""

import json

import pytest

from core.recipes.recipe import NAMED_RECIPES, SEED, Normalisation, change_start
from core.recipes.recipe_json import format_recipe, from_json_object


def test_seed_recipe_is_the_origins():
    assert (SEED.optimizer, SEED.learning_rate, SEED.epochs, SEED.depth, SEED.operating_point) == (
        "adam", 0.01, 3, "head", "fixed",
    )  # fmt: skip


def test_no_named_recipe_starts_from_what_must_be_downloaded():
    assert {recipe.start for recipe in NAMED_RECIPES.values()} == {"bundled"}
    asked_for = change_start(SEED, "imagenet")
    assert (asked_for.start, asked_for.normalisation) == ("imagenet", Normalisation.RESNET)


@pytest.mark.parametrize("name", NAMED_RECIPES)
def test_a_recipe_is_the_same_after_it_was_written_and_read(name):
    recipe = NAMED_RECIPES[name]
    read = from_json_object(json.loads(format_recipe(recipe)))
    assert read == recipe
    assert read.fingerprint == recipe.fingerprint  # else a training could not be resumed with it
    assert format_recipe(read) == format_recipe(recipe)
