"""Trainings that are killed and resumed."""

import signal
from dataclasses import replace

import pytest

from core.models.model_file import load_model
from core.runs.epoch_log import EpochEnded
from core.training.training import train
from tests.core.training.processes import command, curve, killed_at, train_here
from tests.factories import drained

pytestmark = pytest.mark.usefixtures("tiny_network", "no_shortcut_probe", "measured_here")


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
