"""Trainings that are killed, repeated, or spread over processes."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.model_file import load_model
from core.recipe import MODERATE_AUGMENTATION, to_json_object
from core.run_folder import read_epochs

ROOT = Path(__file__).parents[2]


@pytest.fixture
def recipe(quick_recipe, tmp_path):
    made = replace(quick_recipe, epochs=4, batch_size=16, averaging_decay=0.9, augmentation=MODERATE_AUGMENTATION)
    (tmp_path / "recipe.json").write_text(json.dumps(to_json_object(replace(made, learning_rate=1e-4))))
    return tmp_path / "recipe.json"


def command(dataset, run_dir, recipe, *more, launcher=()):
    start = [sys.executable, *launcher, "main.py", "train", dataset, "--output", run_dir, "--recipe", recipe, *more]
    return [str(part) for part in start]


def curve(run_dir):
    """What does not depend on the clock, epoch by epoch."""
    return [replace(epoch, seconds=0.0, films_per_second=0.0) for epoch in read_epochs(run_dir)]


def run(*arguments, **named):
    subprocess.run(command(*arguments, **named), cwd=ROOT, check=True, capture_output=True, timeout=100)


def test_a_killed_training_ends_as_if_nothing_had_happened(dataset_folder, recipe, tmp_path):
    run(dataset_folder, tmp_path / "whole", recipe)
    run(dataset_folder, tmp_path / "again", recipe)
    assert curve(tmp_path / "again") == curve(tmp_path / "whole")

    with subprocess.Popen(
        command(dataset_folder, tmp_path / "killed", recipe), cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as killed:
        for line in killed.stdout:
            if line.startswith("Epoch 2/"):
                os.kill(killed.pid, signal.SIGKILL)
                break
    assert not (tmp_path / "killed/metrics.json").exists()
    run(dataset_folder, tmp_path / "killed", recipe, "--resume")
    assert curve(tmp_path / "killed") == curve(tmp_path / "whole")
    files = (tmp_path / name / "best.safetensors" for name in ("whole", "again", "killed"))
    assert len({load_model(path).header.content["sha256"] for path in files}) == 1


def test_two_processes_train_nearly_as_one(dataset_folder, recipe, tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    run(dataset_folder, tmp_path / "one", recipe)
    launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2")
    run(dataset_folder, tmp_path / "two", recipe, launcher=launcher)
    one, two = (read_epochs(tmp_path / name) for name in ("one", "two"))
    assert len(one) == len(two) == 4
    for first, second in zip(one, two, strict=True):  # BatchNorm sees half a batch in each process
        assert second.training_loss == pytest.approx(first.training_loss, rel=0.15)
        assert second.validation_loss == pytest.approx(first.validation_loss, rel=0.05)
    weights = [load_model(tmp_path / name / "best.safetensors").network.head.weight.float() for name in ("one", "two")]
    assert torch.allclose(*weights, atol=0.01)
    assert len(json.loads((tmp_path / "two/metrics.json").read_text())["confusion"]) == 2
