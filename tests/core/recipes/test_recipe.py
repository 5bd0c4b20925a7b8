"""The named recipes."""

from core.recipes.recipe import SEED


def test_seed_recipe_is_the_origins():
    assert (SEED.optimizer, SEED.learning_rate, SEED.epochs, SEED.depth, SEED.operating_point) == (
        "adam", 0.01, 3, "head", "fixed",
    )  # fmt: skip
