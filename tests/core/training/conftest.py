"""Recipes for short trainings, and a training to start from."""

import json
from dataclasses import replace

import pytest

from core.networks.device import choose_compute
from core.recipes.recipe import MODERATE_AUGMENTATION, Augmentation
from core.recipes.recipe_json import to_json_object


@pytest.fixture
def recipe(quick_recipe, tmp_path):
    made = replace(
        quick_recipe, epochs=4, small_share=0.5, small_size_px=32, batch_size=16, averaging_decay=0.9,
        augmentation=MODERATE_AUGMENTATION,
    )  # fmt: skip
    (tmp_path / "recipe.json").write_text(json.dumps(to_json_object(replace(made, learning_rate=2e-5))))
    return tmp_path / "recipe.json"


@pytest.fixture
def short(quick_recipe):
    return replace(quick_recipe, epochs=2, augmentation=Augmentation(rotation_degrees=10, flip_probability=0.5))


@pytest.fixture
def quick_model(train_once, quick_recipe):
    """A model of the tiny network. No test may change it."""
    return train_once("quick-run", quick_recipe) / "quick" / "best.safetensors"


@pytest.fixture
def measured_here():
    """Measure the precision again, so that a training here and one in a child find the same measurement."""
    choose_compute.cache_clear()
