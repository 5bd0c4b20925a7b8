"""Trainings spread over processes."""

import json
import signal
import socket
import subprocess
import sys

import pytest
import torch
from torch import nn

from core.models.model_file import load_model
from core.runs.epoch_log import read_epochs
from core.training import distributed
from core.training.distributed import (
    agree_to_stop,
    divide_batch,
    join_processes,
    process_count,
    share_statistics,
    sum_over_processes,
    wrap_parallel,
)
from tests.core.training.processes import command, killed_at, train_here
from tests.factories import ROOT

pytestmark = pytest.mark.usefixtures("tiny_network", "no_shortcut_probe", "measured_here")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def kill_two_at(epoch, arguments, context):
    """Train in two processes with the variables that torchrun sets, and kill both when that epoch is printed."""
    place = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
    first, second = (
        killed_at(epoch, arguments, context, **place, RANK=str(rank), LOCAL_RANK=str(rank)) for rank in range(2)
    )
    first.join(100)
    second.kill()
    second.join(100)
    assert first.exitcode == -signal.SIGKILL


def run_on_two_computers(arguments):
    """Run torchrun twice, as on two computers; return what each of the two printed."""
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nnodes=2", "--nproc-per-node=1"]
    place = ["--master-addr=127.0.0.1", f"--master-port={free_port()}"]
    started = [
        subprocess.Popen(
            [*torchrun, f"--node-rank={rank}", *place, "-m", "tests.core.training.processes", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in range(2)
    ]
    printed = [computer.communicate(timeout=110)[0] for computer in started]
    assert [computer.returncode for computer in started] == [0, 0], printed
    return printed


def test_two_processes_train_nearly_as_one(dataset_folder, recipe, forkserver, tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    train_here(dataset_folder, tmp_path / "one", recipe)
    kill_two_at(2, command(dataset_folder, tmp_path / "two", recipe), forkserver)
    first, second = run_on_two_computers(command(dataset_folder, tmp_path / "two", recipe, "--resume", "--verbose"))
    assert first.count("Model of epoch") == first.count("Decoding films") == 1
    assert "Model of epoch" not in second
    assert "Decoding films" not in second
    one, two = (read_epochs(tmp_path / name) for name in ("one", "two"))
    assert len(one) == len(two) == 4
    for first, second in zip(one, two, strict=True):  # BatchNorm sees half a batch in each process
        assert second.training_loss == pytest.approx(first.training_loss, rel=0.15)
        assert second.validation_loss == pytest.approx(first.validation_loss, rel=0.05)
    weights = [load_model(tmp_path / name / "best.safetensors").network.head.weight.float() for name in ("one", "two")]
    apart = float((weights[0] - weights[1]).detach().abs().mean())
    assert apart < 1e-4, "each weight can be 3.2e-4 apart after 8 steps of 2e-5"
    assert len(json.loads((tmp_path / "two/metrics.json").read_text())["confusion"]) == 2


def test_alone_there_is_nothing_to_share(cancel, monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    network, cpu = nn.BatchNorm1d(2), torch.device("cpu")
    before = {name: value.clone() for name, value in network.state_dict().items()}
    with join_processes() as rank:
        assert (rank, process_count()) == (0, 1)
        assert wrap_parallel(network) is network
        assert sum_over_processes([1.5, 2.0], cpu) == [1.5, 2.0]
        assert divide_batch(network, 7) == (slice(0, 7), 1)
        assert not agree_to_stop(cancel, cpu)
        share_statistics(network)
        cancel.set()
        assert agree_to_stop(cancel, cpu)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


@pytest.mark.parametrize(("count", "parts"), [(7, [(0, 2), (2, 4), (4, 7)]), (6, [(0, 2), (2, 4), (4, 6)]), (5, None)])
def test_shares_cover_a_batch_and_none_has_a_single_film(monkeypatch, count, parts):
    monkeypatch.setattr(distributed, "process_count", lambda: 3)
    monkeypatch.setattr(distributed, "DistributedDataParallel", nn.Linear)
    shares = []
    for rank in range(3):
        monkeypatch.setattr(distributed.distributed, "get_rank", lambda rank=rank: rank)
        own, processes = divide_batch(nn.Linear(1, 1), count)
        shares.append((own.start, own.stop))
        assert processes == (3 if parts else 1)
    assert shares == (parts or [(0, count)] * 3)
    assert divide_batch(nn.BatchNorm1d(1), count) == (slice(0, count), 1), "a model whose gradients are not averaged"
