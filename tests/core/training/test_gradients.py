"""Batches in parts: the same gradient, in less memory."""

import re
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn import functional

from core.jobs.events import Noted
from core.models.model_file import load_model
from core.networks.architectures import Network
from core.networks.device import Compute
from core.recipes.recipe import Depth
from core.system.errors import JobFailed, Reason
from core.training import learner
from core.training.gradients import Batch, compute_gradients
from core.training.training import train
from tests.factories import drained

pytestmark = pytest.mark.usefixtures("tiny_network", "no_shortcut_probe")


@pytest.mark.parametrize("fails_above", [5, 3])
def test_memory_that_runs_out_makes_smaller_parts_and_nearly_the_same_step(
    dataset_folder, quick_recipe, tmp_path, cancel, monkeypatch, fails_above
):
    real = Network.forward

    def scarce(self, films):
        if len(films) > fails_above and torch.is_grad_enabled():
            raise torch.OutOfMemoryError("CUDA out of memory")
        return real(self, films)

    monkeypatch.setattr(Network, "forward", scarce)
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
        self.part_size = 2

    monkeypatch.setattr(learner.Learner, "__init__", in_parts)
    drained(train(dataset_folder, recipe, tmp_path / "parts", cancel))
    models = (load_model(tmp_path / name / "best.safetensors") for name in ("whole", "parts"))
    first, second = (model.network.head.weight for model in models)
    assert torch.allclose(first.float(), second.float(), atol=1e-3)


FILMS = torch.linspace(-1, 1, 7 * 3).reshape(7, 3)
LABELS = torch.tensor([0, 1, 1, 0, 1, 0, 1])


def mean_loss(logits, labels):
    return functional.binary_cross_entropy_with_logits(logits[:, 0], labels.float())


CPU = Compute(torch.device("cpu"), half=False)


def run_batch(model, part_size, mix=1.0, films=7):
    """Notes and result of one batch."""
    return drained(compute_gradients(model, Batch(FILMS[:films], LABELS[:films], mix), mean_loss, CPU, part_size))


@pytest.fixture
def network():
    torch.manual_seed(0)
    return nn.Linear(3, 1)


def expected_gradient(network, mix=1.0):
    """The gradient of the mean loss over the whole batch."""
    network.zero_grad()
    logits = network(FILMS)
    loss = mix * mean_loss(logits, LABELS) + (1 - mix) * mean_loss(logits, LABELS.flip(0))
    loss.backward()
    return network.weight.grad.clone(), float(loss.detach())


@pytest.mark.parametrize("mix", [1.0, 0.7])
@pytest.mark.parametrize("part_size", [2, 3, 7, 100])
def test_any_parts_give_the_gradient_and_the_mean_loss_of_the_batch(network, part_size, mix):
    gradient, loss = expected_gradient(network, mix)
    network.weight.grad.fill_(99)  # of an earlier batch
    notes, (mean, correct, parts) = run_batch(network, part_size, mix)
    assert (notes, parts) == ([], part_size)
    assert torch.allclose(network.weight.grad, gradient, atol=1e-6)
    assert mean == pytest.approx(loss, abs=1e-6)
    assert correct == int(((network(FILMS)[:, 0] >= 0) == LABELS.bool()).sum())


@pytest.mark.parametrize(
    ("films", "part_size", "sizes"),
    [
        (7, 100, [7]),
        (7, 4, [4, 3]),
        (7, 3, [4, 3]),
        (6, 2, [2, 2, 2]),
        (7, 2, [3, 2, 2]),
        (3, 2, [3]),
    ],
)
def test_no_part_has_a_single_film(network, films, part_size, sizes):
    seen = []
    network.register_forward_pre_hook(lambda _, inputs: seen.append(len(inputs[0])))
    run_batch(network, part_size, films=films)
    assert seen == sizes


def limit(network, most, error):
    """Let the network run on a computer that has memory for so many films."""

    def check(_, inputs):
        if len(inputs[0]) > most:
            raise error

    network.register_forward_pre_hook(check)


@pytest.mark.parametrize("error", [MemoryError(), torch.OutOfMemoryError("CUDA out of memory")])
def test_memory_that_runs_out_halves_the_parts_from_then_on(network, error):
    gradient, _ = expected_gradient(network)
    limit(network, 3, error)
    notes, result = run_batch(network, 8)
    assert [re.findall(r"\d+ films", note.sentence) for note in notes] == [["4 films"], ["2 films"]]
    assert torch.allclose(network.weight.grad, gradient, atol=1e-6)
    assert run_batch(network, result.part_size)[0] == []  # what is known is not tried again


def test_where_not_even_two_films_fit_the_training_ends_in_a_sentence(network):
    limit(network, 1, MemoryError())
    with pytest.raises(JobFailed, match="two films at once") as failed:
        run_batch(network, 8)
    assert failed.value.reason is Reason.OUT_OF_MEMORY


def test_another_error_is_no_matter_of_memory(network):
    limit(network, 3, RuntimeError("shape"))
    with pytest.raises(RuntimeError, match="shape"):
        run_batch(network, 8)
