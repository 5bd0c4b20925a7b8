"""Trainings that are killed and resumed."""

import pickle
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.datasets.decoded_films import DecodedFilms
from core.datasets.entries import Split
from core.models.model_file import load_model
from core.runs.epoch_log import EpochEnded
from core.system.errors import JobFailed, Reason
from core.training.checkpoint import load_checkpoint, save_checkpoint
from core.training.learner import Learner
from core.training.training import train
from tests.core.training.processes import command, curve, killed_at, train_here
from tests.factories import drained

pytestmark = pytest.mark.usefixtures("tiny_network", "no_shortcut_probe")


@pytest.mark.usefixtures("measured_here")
def test_a_killed_training_ends_as_if_nothing_had_happened(dataset_folder, recipe, forkserver, tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    train_here(dataset_folder, whole, recipe)

    for epoch, more in ((1, ()), (2, ("--resume",))):
        child = killed_at(epoch, command(dataset_folder, killed, recipe, *more), forkserver)
        child.join(100)
        assert child.exitcode == -signal.SIGKILL
        if epoch == 1:
            before = (killed / "last.ckpt").read_bytes()
    (killed / "last.ckpt").write_bytes(before)  # as if the second kill had come between log and checkpoint
    with (killed / "events.jsonl").open("a") as log:
        log.write('{"event": "EpochEn')  # and as a power cut leaves a line
    assert not (killed / "metrics.json").exists()
    train_here(dataset_folder, killed, recipe, "--resume")
    assert curve(killed) == curve(whole)
    files = (folder / "best.safetensors" for folder in (whole, killed))
    assert len({load_model(path).header.content["sha256"] for path in files}) == 1


@pytest.mark.usefixtures("measured_here")
def test_resume_equals_an_unbroken_run(dataset_folder, quick_recipe, tmp_path, cancel):
    recipe = replace(quick_recipe, mixup_alpha=0.4)
    _, whole = drained(train(dataset_folder, recipe, tmp_path / "whole", cancel))
    job = train(dataset_folder, recipe, tmp_path / "broken", cancel)
    for event in job:
        if isinstance(event, EpochEnded):
            break
    job.close()
    _, resumed = drained(train(dataset_folder, recipe, tmp_path / "broken", cancel, resume=True))
    assert resumed.figures == whole.figures
    first, second = (load_model(tmp_path / name / "best.safetensors") for name in ("whole", "broken"))
    assert first.header.content["sha256"] == second.header.content["sha256"]


def new_learner(recipe, seed):
    """A learner of the tiny network on eight films of noise, before its first step."""
    pixels = np.random.default_rng(0).integers(0, 255, (8, 64, 64), dtype=np.uint8)
    films = DecodedFilms(pixels, np.array([0, 1] * 4), tuple("abcdefgh"))
    torch.manual_seed(seed)
    learner = Learner(recipe, dict.fromkeys(Split, films), 2)
    learner.to_device()
    learner.begin_phase(fine_tuning=True)
    return learner


@pytest.fixture
def learner(quick_recipe, cancel):
    """A learner that has trained an epoch."""
    learner = new_learner(replace(quick_recipe, averaging_decay=0.5), 1)
    drained(learner.train_epoch(0, 2, cancel))
    return learner


def all_values(learner):
    """Weights, their average, and the optimizer's moments, as lists."""
    moments = [value for state in learner.phase.optimizer.state_dict()["state"].values() for value in state.values()]
    states = (learner.network.state_dict(), learner.phase.average.network.state_dict())
    return [value.tolist() for value in (*states[0].values(), *states[1].values(), *moments)]


def test_a_checkpoint_brings_everything_back(learner, tmp_path):
    save_checkpoint(tmp_path / "c.ckpt", learner, "films 1", {"epoch": 3, "best_score": -0.25})
    other = new_learner(learner.recipe, 2)
    assert all_values(other) != all_values(learner)
    state = load_checkpoint(tmp_path / "c.ckpt", other, "films 1")
    assert (state["epoch"], state["best_score"]) == (3, -0.25)
    assert all_values(other) == all_values(learner)
    assert other.phase.average.steps == learner.phase.average.steps > 0


def test_a_checkpoint_of_other_films_is_refused(learner, tmp_path):
    save_checkpoint(tmp_path / "c.ckpt", learner, "films 1", {})
    before = all_values(learner)
    with pytest.raises(JobFailed, match="dataset has changed") as refused:
        load_checkpoint(tmp_path / "c.ckpt", learner, "films 2")
    assert refused.value.reason is Reason.NOTHING_TO_RESUME
    assert all_values(learner) == before


class Trap:
    """A pickle that leaves a file behind when it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.mark.parametrize("damage", ["cut", "empty", "other", "pickle"])
def test_a_damaged_checkpoint_is_refused_and_runs_no_code(learner, tmp_path, damage):
    path = tmp_path / "c.ckpt"
    save_checkpoint(path, learner, "films 1", {})
    contents = {
        "cut": path.read_bytes()[:-2000],
        "empty": b"",
        "other": b"x" * 999,
        "pickle": pickle.dumps(Trap(tmp_path / "ran")),
    }
    path.write_bytes(contents[damage])
    with pytest.raises(JobFailed, match="is damaged") as refused:
        load_checkpoint(path, learner, "films 1")
    assert refused.value.reason is Reason.NOTHING_TO_RESUME
    assert not (tmp_path / "ran").exists()
