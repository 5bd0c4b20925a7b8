"""The named recipes."""

import json

import pytest

from core.recipes.recipe import NAMED_RECIPES, SEED, Normalisation, change_start, choose_start
from core.recipes.recipe_json import format_recipe, from_json_object


def test_seed_recipe_is_the_origins():
    assert (SEED.optimizer, SEED.learning_rate, SEED.epochs, SEED.depth, SEED.operating_point) == (
        "adam", 0.01, 3, "head", "fixed",
    )  # fmt: skip


def test_no_named_recipe_starts_from_what_must_be_downloaded():
    assert {recipe.start for recipe in NAMED_RECIPES.values()} == {"bundled"}
    asked_for = change_start(SEED, "imagenet")
    assert (asked_for.start, asked_for.normalisation) == ("imagenet", Normalisation.RESNET)


@pytest.mark.parametrize(
    ("architecture", "earlier", "start", "chosen"),
    [
        ("efficientnet_lite0", "resnet18", "bundled", "imagenet"),
        ("efficientnet_lite0", "resnet18", "random", "random"),
        ("efficientnet_lite0", "resnet18", "/a/model.safetensors", "/a/model.safetensors"),
        ("resnet18", "efficientnet_lite0", "imagenet", "bundled"),
        ("resnet34", "efficientnet_lite0", "imagenet", "bundled"),  # refused, rather than downloaded unasked
        ("resnet34", "resnet18", "imagenet", "imagenet"),
        ("resnet34", "resnet18", "bundled", "bundled"),
        ("efficientnet_lite0", "efficientnet_lite0", "imagenet", "imagenet"),
    ],
)
def test_another_network_gets_a_start_that_needs_no_download(architecture, earlier, start, chosen):
    assert choose_start(architecture, earlier, start) == chosen


@pytest.mark.parametrize("name", NAMED_RECIPES)
def test_a_recipe_is_the_same_after_it_was_written_and_read(name):
    recipe = NAMED_RECIPES[name]
    read = from_json_object(json.loads(format_recipe(recipe)))
    assert read == recipe
    assert read.fingerprint == recipe.fingerprint  # else a training could not be resumed with it
    assert format_recipe(read) == format_recipe(recipe)
