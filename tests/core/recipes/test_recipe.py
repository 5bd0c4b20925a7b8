"""The named recipes."""

from core.recipes.recipe import NAMED_RECIPES, SEED, Normalisation, change_start


def test_seed_recipe_is_the_origins():
    assert (SEED.optimizer, SEED.learning_rate, SEED.epochs, SEED.depth, SEED.operating_point) == (
        "adam", 0.01, 3, "head", "fixed",
    )  # fmt: skip


def test_no_named_recipe_starts_from_what_must_be_downloaded():
    assert {recipe.start for recipe in NAMED_RECIPES.values()} == {"bundled"}
    asked_for = change_start(SEED, "imagenet")
    assert (asked_for.start, asked_for.normalisation) == ("imagenet", Normalisation.RESNET)
