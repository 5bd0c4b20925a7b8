"""Recipes as JSON."""

import json

import pytest

from core.recipes.recipe import FAST
from core.recipes.recipe_json import from_json_object, load_recipe, to_json_object
from core.system.errors import JobFailed


def test_recipe_survives_json_and_names_wrong_keys():
    assert from_json_object(json.loads(json.dumps(to_json_object(FAST)))) == FAST
    with pytest.raises(JobFailed, match="learning_rte"):
        from_json_object({**to_json_object(FAST), "learning_rte": 1})
    with pytest.raises(JobFailed, match="neither a file"):
        load_recipe("nonsense")


def test_a_recipe_from_before_stretching_is_read_as_one_that_does_not_stretch():
    old = to_json_object(FAST)
    del old["augmentation"]["stretch_fraction"]
    recipe = from_json_object({**old, "format": 1})
    assert recipe.augmentation.stretch_fraction == 0
    assert recipe.augmentation.zoom_fraction == FAST.augmentation.zoom_fraction
