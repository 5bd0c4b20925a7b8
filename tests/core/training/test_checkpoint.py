"""Trainings that are killed and resumed."""

import csv
import json
import os
import pickle
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.datasets.decoded_films import DecodedFilms
from core.datasets.entries import Split
from core.jobs.events import Noted, Severity
from core.models.calibration import Calibration
from core.networks.architectures import build_network
from core.networks.device import choose_compute
from core.runs.epoch_log import EpochEnded
from core.runs.run_folder import read_card, write_card
from core.runs.run_list import read_run
from core.system.errors import JobFailed, Reason
from core.training.checkpoint import load_checkpoint, save_checkpoint
from core.training.learner import Learner
from core.training.progress import TrainingProgress
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
    assert (killed / "best.safetensors").read_bytes() == (whole / "best.safetensors").read_bytes()


@pytest.mark.usefixtures("measured_here")
def test_resume_equals_an_unbroken_run_also_where_the_folder_is_removed_meanwhile(
    dataset_folder, quick_recipe, tmp_path, cancel
):
    recipe = replace(quick_recipe, epochs=4, mixup_alpha=0.4)
    whole, broken, told = tmp_path / "whole", tmp_path / "broken", []
    drained(train(dataset_folder, recipe, whole, cancel))
    job = train(dataset_folder, recipe, broken, cancel)
    next(event for event in job if isinstance(event, EpochEnded))
    job.close()
    for event in train(dataset_folder, recipe, broken, cancel, resume=True):
        match event:
            case Noted(sentence, Severity.WARNING):
                told.append(sentence)
            case EpochEnded(epoch=2):
                assert not told
                shutil.rmtree(broken)
            case EpochEnded(epoch=3):
                assert "were removed or changed" in told.pop()
                (broken / "run.json").write_text("{")
                (broken / "recipe.json").write_text("{}")
            case EpochEnded(epoch=4):
                assert "recipe.json, run.json" in told.pop()
    for name in ("best.safetensors", "metrics.json", "predictions.csv", "splits.csv", "recipe.json", "looks.json"):
        assert (broken / name).read_bytes() == (whole / name).read_bytes()
    assert curve(broken) == curve(whole)
    assert read_run(broken).card.seconds is not None


def test_a_folder_that_cannot_be_made_again_ends_the_training_at_once(dataset_folder, quick_recipe, tmp_path, cancel):
    job = train(dataset_folder, replace(quick_recipe, epochs=9), tmp_path / "run", cancel)
    next(event for event in job if isinstance(event, EpochEnded))
    shutil.rmtree(tmp_path / "run")
    (tmp_path / "run").write_text("another's file")
    with pytest.raises(JobFailed, match=r"cannot be written .* Choose another location"):
        next(event for event in job if isinstance(event, EpochEnded))
    assert (tmp_path / "run").read_text() == "another's file"


@pytest.fixture
def interrupted(made_once, dataset_folder, quick_recipe, tmp_path, cancel):
    """The run folder of a training on films like those of dataset_folder, interrupted after its first epoch."""

    def fill(folder):
        job = train(dataset_folder, quick_recipe, folder / "run", cancel)
        next(event for event in job if isinstance(event, EpochEnded))
        job.close()

    return shutil.copytree(made_once("interrupted", fill) / "run", tmp_path / "run")


def flip_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def exchange(dataset):
    """Exchange a film of each class, with their times."""
    films = [next((dataset / name).iterdir()) for name in ("NORMAL", "PNEUMONIA")]
    for film in films:
        os.utime(film, ns=(0, 0))
    films[0].rename(dataset / "x")
    films[1].rename(films[0])
    (dataset / "x").rename(films[1])


CHANGES = {
    "bit of checkpoint": (lambda run, films: flip_bit(run / "last.ckpt"), "last.ckpt is damaged"),
    "exchanged films": (lambda run, films: exchange(films), "their classes or their splits have changed"),
    "other recipe": (lambda run, films: change_recipe(run), "was changed since"),
    "card": (lambda run, films: (run / "run.json").write_text("{"), "run.json is damaged"),
    "model": (lambda run, films: flip_bit(run / "best.safetensors"), "cannot be resumed without it"),
    "no model": (lambda run, films: (run / "best.safetensors").unlink(), "no such file"),
}


def change_recipe(run):
    recipe = json.loads((run / "recipe.json").read_text())
    (run / "recipe.json").write_text(json.dumps({**recipe, "learning_rate": 0.5}))


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_since_the_interruption_is_said_before_any_epoch(
    interrupted, dataset_folder, quick_recipe, cancel, change
):
    do, sentence = CHANGES[change]
    do(interrupted, dataset_folder)
    before = {path.name: path.read_bytes() for path in interrupted.iterdir()}
    with pytest.raises(JobFailed, match=sentence) as refused:
        drained(train(dataset_folder, quick_recipe, interrupted, cancel, resume=True))
    assert refused.value.reason is Reason.NOTHING_TO_RESUME
    assert {path.name: path.read_bytes() for path in interrupted.iterdir()} == before


def test_a_missing_card_is_written_again(interrupted, dataset_folder, quick_recipe, cancel):
    (interrupted / "run.json").unlink()
    _, result = drained(train(dataset_folder, quick_recipe, interrupted, cancel, resume=True))
    assert result.completed
    assert read_run(interrupted).card.dataset == str(dataset_folder)


def test_a_run_that_is_resumed_from_moved_films_says_where_they_are(interrupted, dataset_folder, quick_recipe, cancel):
    card = read_card(interrupted)
    write_card(interrupted, replace(card, name="renamed"))
    moved = dataset_folder.rename(dataset_folder.with_name("moved"))
    _, result = drained(train(moved, quick_recipe, interrupted, cancel, resume=True))
    assert result.completed
    after = read_card(interrupted)
    assert after == replace(card, name="renamed", dataset=str(moved), seconds=after.seconds)
    with (interrupted / "splits.csv").open(newline="") as stream:
        assert all(Path(row["file"]).is_relative_to(moved) for row in csv.DictReader(stream))


def new_learner(recipe, seed):
    """A learner of the tiny network on eight films of noise, before its first step."""
    pixels = np.random.default_rng(0).integers(0, 255, (8, 64, 64), dtype=np.uint8)
    films = DecodedFilms(pixels, np.array([0, 1] * 4), tuple("abcdefgh"))
    torch.manual_seed(seed)
    return Learner(recipe, dict.fromkeys(Split, films), build_network("resnet18", 2), choose_compute())


@pytest.fixture
def learner(quick_recipe, cancel):
    """A learner that has trained an epoch."""
    learner = new_learner(replace(quick_recipe, averaging_decay=0.5), 1)
    drained(learner.train_epoch(0, cancel))
    return learner


def all_values(learner):
    """Weights, their average, and the optimizer's moments, as lists."""
    moments = [value for state in learner.phase.optimizer.state_dict()["state"].values() for value in state.values()]
    states = (learner.network.state_dict(), learner.phase.average.state_dict())
    return [value.tolist() for value in (*states[0].values(), *states[1].values(), *moments)]


PROGRESS = TrainingProgress(3, 2, -0.25)


def test_a_checkpoint_brings_everything_back(learner, tmp_path):
    calibration = Calibration(1.25, 0.5, (0.25, 0.75))
    save_checkpoint(tmp_path / "c.ckpt", learner, "films 1", PROGRESS, calibration)
    other = new_learner(learner.recipe, 2)
    assert all_values(other) != all_values(learner)
    assert load_checkpoint(tmp_path / "c.ckpt", other, "films 1") == (PROGRESS, calibration)
    assert all_values(other) == all_values(learner)
    assert other.phase.average.n_averaged > 1


@pytest.mark.parametrize("half", [True, False])
def test_a_resumed_training_computes_as_before_its_interruption(learner, tmp_path, half):
    learner.compute = replace(learner.compute, half=half)
    learner.part_size = 4
    save_checkpoint(tmp_path / "c.ckpt", learner, "films 1", PROGRESS, None)
    other = new_learner(learner.recipe, 2)
    other.compute = replace(other.compute, half=not half)
    load_checkpoint(tmp_path / "c.ckpt", other, "films 1")
    assert (other.phase.compute.half, other.part_size) == (half, 4)


def test_precision_and_parts_of_batches_are_not_taken_over_from_another_device(learner, tmp_path):
    learner.compute = replace(learner.compute, half=True)
    learner.part_size = 4
    save_checkpoint(tmp_path / "c.ckpt", learner, "films 1", PROGRESS, None)
    other = new_learner(learner.recipe, 2)
    own = other.part_size
    other.compute = replace(other.compute, device=torch.device("meta"), half=False)
    load_checkpoint(tmp_path / "c.ckpt", other, "films 1")
    assert (other.phase.compute.half, other.part_size) == (False, own)
    assert all_values(other) == all_values(learner)


def test_a_checkpoint_of_other_films_is_refused(learner, tmp_path):
    save_checkpoint(tmp_path / "c.ckpt", learner, "films 1", PROGRESS, None)
    before = all_values(learner)
    with pytest.raises(JobFailed, match="films, their classes or their splits have changed") as refused:
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
    save_checkpoint(path, learner, "films 1", PROGRESS, None)
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
