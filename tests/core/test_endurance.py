"""Trainings that are killed, repeated, or spread over processes."""

import json
import os
import platform
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from core.models.model_file import load_model
from core.recipes.recipe import MODERATE_AUGMENTATION
from core.recipes.recipe_json import to_json_object
from core.runs.epoch_log import read_epochs

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(300)  # each test starts the program several times


@pytest.fixture
def recipe(quick_recipe, tmp_path):
    made = replace(
        quick_recipe, epochs=4, small_share=0.5, small_size_px=32, batch_size=16, averaging_decay=0.9,
        augmentation=MODERATE_AUGMENTATION,
    )  # fmt: skip
    (tmp_path / "recipe.json").write_text(json.dumps(to_json_object(replace(made, learning_rate=2e-5))))
    return tmp_path / "recipe.json"


def command(dataset, run_dir, recipe, *more, launcher=()):
    start = [sys.executable, *launcher, "main.py", "train", dataset, "--output", run_dir, "--recipe", recipe, *more]
    return [str(part) for part in start]


def curve(run_dir):
    """What does not depend on the clock, epoch by epoch."""
    return [replace(epoch, seconds=0.0, films_per_second=0.0) for epoch in read_epochs(run_dir)]


def run(*arguments, **named):
    done = subprocess.run(command(*arguments, **named), cwd=ROOT, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr


def kill_after(words, arguments):
    """Start a training and kill -9 it with all its processes at the first line that begins with `words`."""
    killed = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
    with killed:
        for line in killed.stdout:
            if line.startswith(words):
                break
        for pid in (*workers_of(killed.pid), killed.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def workers_of(launcher):
    """Processes that another one started: torchrun gives each a session of its own, and they outlive it."""
    pids = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    return [pid for pid in pids if parent_of(pid) == launcher]


def parent_of(pid):
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return None


def test_a_killed_training_ends_as_if_nothing_had_happened(dataset_folder, recipe, tmp_path):
    run(dataset_folder, tmp_path / "whole", recipe)

    killed = tmp_path / "killed"
    kill_after("Epoch 1/", command(dataset_folder, killed, recipe))
    before = (killed / "last.ckpt").read_bytes()
    kill_after("Epoch 2/", command(dataset_folder, killed, recipe, "--resume"))
    (killed / "last.ckpt").write_bytes(before)  # as if the second kill had come between log and checkpoint
    with (killed / "events.jsonl").open("a") as log:
        log.write('{"event": "EpochEn')  # and as a power cut leaves a line
    assert not (killed / "metrics.json").exists()
    run(dataset_folder, killed, recipe, "--resume")
    assert curve(killed) == curve(tmp_path / "whole")
    files = (tmp_path / name / "best.safetensors" for name in ("whole", "killed"))
    assert len({load_model(path).header.content["sha256"] for path in files}) == 1


def test_two_processes_train_nearly_as_one(dataset_folder, recipe, tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    run(dataset_folder, tmp_path / "one", recipe)
    launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2")
    kill_after("Epoch 2/", command(dataset_folder, tmp_path / "two", recipe, launcher=launcher))
    run(dataset_folder, tmp_path / "two", recipe, "--resume", launcher=launcher)
    one, two = (read_epochs(tmp_path / name) for name in ("one", "two"))
    assert len(one) == len(two) == 4
    for first, second in zip(one, two, strict=True):  # BatchNorm sees half a batch in each process
        assert second.training_loss == pytest.approx(first.training_loss, rel=0.15)
        assert second.validation_loss == pytest.approx(first.validation_loss, rel=0.05)
    weights = [load_model(tmp_path / name / "best.safetensors").network.head.weight.float() for name in ("one", "two")]
    apart = float((weights[0] - weights[1]).detach().abs().mean())
    assert apart < 1e-4, "each weight can be 3.2e-4 apart after 8 steps of 2e-5"
    assert len(json.loads((tmp_path / "two/metrics.json").read_text())["confusion"]) == 2


def test_the_c_library_is_told_to_keep_memory_only_where_it_can():
    code = "from core.system.malloc import keep_freed_memory; print(keep_freed_memory())"
    for before, answer in (("", platform.libc_ver()[0] == "glibc"), ("import sys; sys.platform = 'win32'; ", False)):
        done = subprocess.run(
            [sys.executable, "-c", before + code], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == str(answer)
