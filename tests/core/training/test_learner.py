"""The network that learns."""

from dataclasses import replace

import pytest

from core.runs.epoch_log import EpochEnded
from core.training.training import train
from tests.factories import drained

pytestmark = pytest.mark.usefixtures("no_shortcut_probe")


@pytest.mark.parametrize("decay", [0.0, 0.9])
def test_validation_is_sane_after_the_first_steps(decay, dataset_folder, quick_recipe, tmp_path, cancel):
    recipe = replace(quick_recipe, learning_rate=3e-3, averaging_decay=decay, epochs=1)
    events, _ = drained(train(dataset_folder, recipe, tmp_path / "run", cancel))
    (loss,) = [event.validation_loss for event in events if isinstance(event, EpochEnded)]
    assert loss < 2, "with statistics of BatchNorm that lag behind it is 30 to 60 here"
