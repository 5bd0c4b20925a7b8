"""Batches in parts: the same gradient, in less memory."""

from dataclasses import replace

import pytest
import torch

from core.jobs.events import Noted
from core.models.model_file import load_model
from core.recipes.recipe import Depth
from core.training import learner
from core.training.training import train
from tests.factories import drained

pytestmark = pytest.mark.usefixtures("tiny_network", "no_shortcut_probe")


@pytest.mark.parametrize("fails_above", [5, 3])
def test_memory_that_runs_out_makes_smaller_parts_and_nearly_the_same_step(
    dataset_folder, quick_recipe, tmp_path, cancel, monkeypatch, fails_above
):
    real = learner.network_input

    def scarce(films, preprocessing):
        if len(films) > fails_above and torch.is_grad_enabled():
            raise torch.OutOfMemoryError("CUDA out of memory")
        return real(films, preprocessing)

    monkeypatch.setattr(learner, "network_input", scarce)
    events, result = drained(train(dataset_folder, quick_recipe, tmp_path / "run", cancel))
    assert result.completed
    said = [event.sentence for event in events if isinstance(event, Noted) and "Memory ran out" in event.sentence]
    assert said
    assert f"{4 if fails_above == 5 else 2} films at a time" in said[-1]


def test_parts_of_a_batch_sum_to_the_whole_gradient(dataset_folder, quick_recipe, tmp_path, cancel, monkeypatch):
    recipe = replace(quick_recipe, depth=Depth.HEAD, epochs=1)  # no BatchNorm in the part that trains
    drained(train(dataset_folder, recipe, tmp_path / "whole", cancel))
    real = learner.Learner.__init__

    def in_parts(self, *arguments):
        real(self, *arguments)
        self.gradients.part_size = 2

    monkeypatch.setattr(learner.Learner, "__init__", in_parts)
    drained(train(dataset_folder, recipe, tmp_path / "parts", cancel))
    models = (load_model(tmp_path / name / "best.safetensors") for name in ("whole", "parts"))
    first, second = (model.network.head.weight for model in models)
    assert torch.allclose(first.float(), second.float(), atol=1e-3)
