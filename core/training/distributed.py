"""One training on several processes, started by torchrun. Without torchrun everything here does nothing.

Every process holds the same films and weights and draws the same batches and changes; each takes its share of a batch
through the network, and gradients are averaged (DistributedDataParallel), so that the global batch is the recipe's.
BatchNorm's statistics are those of a process's share, so results equal those of one process only within a tolerance.
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
    """Join the processes that torchrun started, if it did; gives this one's number, 0 for the one that writes."""
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
    """How many processes train together."""
    return distributed.get_world_size() if distributed.is_available() and distributed.is_initialized() else 1


def wrap_parallel(network: nn.Module) -> nn.Module:
    """The network with gradients averaged over all processes; itself where there is one."""
    if process_count() == 1:
        return network
    device = next(network.parameters()).device
    return DistributedDataParallel(network, device_ids=[device.index] if device.type == "cuda" else None)


def select_own_films(count: int) -> slice:
    """Which of a batch of `count` films this process takes: all of them where a share would have fewer than two."""
    parts = process_count()
    if count < 2 * parts:
        return slice(0, count)
    number = distributed.get_rank() if parts > 1 else 0
    return slice(count * number // parts, count * (number + 1) // parts)


def sum_over_processes(values: list[float], device: torch.device) -> list[float]:
    """The sum of each value over all processes."""
    if process_count() == 1:
        return values
    total = torch.tensor(values, dtype=torch.float64 if device.type == "cpu" else torch.float32, device=device)
    distributed.all_reduce(total)
    return [float(value) for value in total]


def agree_to_stop(cancel: threading.Event, device: torch.device) -> bool:
    """True in every process at the same batch, as soon as one of them was asked to stop."""
    if sum_over_processes([float(cancel.is_set())], device)[0] > 0:
        cancel.set()
    return cancel.is_set()


def share_statistics(*networks: nn.Module) -> None:
    """Give every process the buffers (BatchNorm's statistics) of the first."""
    if process_count() > 1:
        for network in networks:
            for buffer in network.buffers():
                _broadcast(buffer)


def copy_to_processes(source: Path, target: Path) -> None:
    """Give every process but the first its own copy, in `target`, of the files in the first one's folder `source`.

    The machines of a training need not share a disk, and a folder that is being written must not be copied.
    """
    own = sorted(path for path in source.iterdir() if path.is_file()) if distributed.get_rank() == 0 else []
    names = json.loads(_from_first(json.dumps([path.name for path in own]).encode()))
    for number, name in enumerate(names):
        content = _from_first(own[number].read_bytes() if own else b"")
        if not own:
            target.mkdir(exist_ok=True)
            (target / name).write_bytes(content)


def _from_first(content: bytes) -> bytes:
    """The first process's bytes, in every process."""
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
