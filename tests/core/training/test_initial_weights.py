"""Where a training begins."""

from dataclasses import replace

import pytest

from core.jobs.events import Noted
from core.training.training import train
from tests.factories import drained

pytestmark = pytest.mark.usefixtures("tiny_network", "no_shortcut_probe")


@pytest.mark.parametrize(("renamed", "rate", "is_told"), [(True, 0.2, True), (True, 1.0, False), (False, 0.2, False)])
def test_a_start_for_other_classes_that_may_hardly_learn_is_told(
    quick_model, dataset_folder, renamed, rate, is_told, quick_recipe, tmp_path, cancel
):
    if renamed:
        (dataset_folder / "PNEUMONIA").rename(dataset_folder / "OTHER")
    recipe = replace(quick_recipe, start=str(quick_model), epochs=1, backbone_rate_factor=rate)
    events, _ = drained(train(dataset_folder, recipe, tmp_path / "run", cancel))
    told = [event.sentence for event in events if isinstance(event, Noted) and "other classes" in event.sentence]
    assert bool(told) is is_told
    assert all("NORMAL, PNEUMONIA" in text and "uses 0.2" in text for text in told)
