"""Two trainings of one dataset."""

import shutil
from dataclasses import replace

import pytest


@pytest.fixture
def two_runs(train_once, quick_recipe, tmp_path):
    """A training of one epoch and one of three, of another rate."""
    short = replace(quick_recipe, name="short", epochs=1, learning_rate=1e-8)
    return shutil.copytree(
        train_once("two-runs", short, replace(quick_recipe, name="long", epochs=3)), tmp_path / "runs"
    )
