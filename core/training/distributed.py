"""Train on several processes started by torchrun. Without torchrun, everything here does nothing.

Every process holds the same films and weights and draws the same batches and augmentation. Each
computes its share of a batch, and gradients are averaged (DistributedDataParallel), so the global
batch size is the recipe's. BatchNorm's statistics are those of one process's share, so results
equal those of a single process only within a tolerance.
"""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel


@contextmanager
def join_processes() -> Iterator[int]:
    """Join the processes that torchrun started, if any.

    Yields the rank of this process; only rank 0 writes files.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        yield 0
        return
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    try:
        yield distributed.get_rank()
    finally:
        distributed.destroy_process_group()


def process_count() -> int:
    """Return the number of processes that train together."""
    return distributed.get_world_size() if distributed.is_available() and distributed.is_initialized() else 1


def wrap_parallel(network: nn.Module) -> nn.Module:
    """Wrap the network so that gradients are averaged over all processes, if several."""
    if process_count() == 1:
        return network
    device = next(network.parameters()).device
    return DistributedDataParallel(network, device_ids=[device.index] if device.type == "cuda" else None)


def divide_batch(model: nn.Module, count: int) -> tuple[slice, int]:
    """Return this process's share of a batch of `count` films, and among how many processes it is divided.

    Every process computes the whole batch if its model's gradients are not averaged, or if a share
    would have fewer than two films.
    """
    processes = process_count()
    if not isinstance(model, DistributedDataParallel) or count < 2 * processes:
        return slice(0, count), 1
    rank = distributed.get_rank()
    return slice(count * rank // processes, count * (rank + 1) // processes), processes


def sum_over_processes(values: list[float], device: torch.device) -> list[float]:
    """Return the sum of each value over all processes."""
    if process_count() == 1:
        return values
    total = torch.tensor(values, dtype=torch.float64 if device.type == "cpu" else torch.float32, device=device)
    distributed.all_reduce(total)
    return [float(value) for value in total]


def agree_to_stop(cancel: threading.Event, device: torch.device) -> bool:
    """Return True in every process at the same batch once one of them is cancelled."""
    if sum_over_processes([float(cancel.is_set())], device)[0] > 0:
        cancel.set()
    return cancel.is_set()


def share_statistics(*networks: nn.Module) -> None:
    """Copy the buffers (BatchNorm's statistics) of rank 0 to every process."""
    if process_count() > 1:
        for network in networks:
            for buffer in network.buffers():
                _broadcast(buffer)


def copy_to_processes(source: Path, target: Path) -> None:
    """Copy the files in rank 0's folder `source` to the folder `target` of every other process.

    The machines need not share a disk. No process may write to the folder meanwhile.
    """
    own = sorted(path for path in source.iterdir() if path.is_file()) if distributed.get_rank() == 0 else []
    names = json.loads(_broadcast_bytes(json.dumps([path.name for path in own]).encode()))
    for number, name in enumerate(names):
        content = _broadcast_bytes(own[number].read_bytes() if own else b"")
        if not own:
            target.mkdir(exist_ok=True)
            (target / name).write_bytes(content)


def _broadcast_bytes(content: bytes) -> bytes:
    """Return rank 0's bytes in every process."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    size = torch.tensor([len(content)], device=device)
    _broadcast(size)
    values = torch.zeros(int(size), dtype=torch.uint8, device=device)
    if distributed.get_rank() == 0:
        values.copy_(torch.from_numpy(np.frombuffer(content, np.uint8).copy()))
    _broadcast(values)
    return values.cpu().numpy().tobytes()


def _broadcast(values: Tensor) -> None:
    distributed.broadcast(values, src=0)
