"""Which device computes, and at which precision: measured once, remembered from start to start."""

import os
import platform
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import nn

from core.system.language import tr
from core.system.measurement_cache import measurement_path, processor_name, recall, store

TRIALS = 6
WORTH_IT = 1.2  # so many times as fast bfloat16 must be: less is not worth its rounding


@dataclass(frozen=True, slots=True)
class Compute:
    """Where and how tensors are computed. half: bfloat16 autocast is on for training because it was measured faster."""

    device: torch.device
    half: bool

    def autocast(self) -> AbstractContextManager[object]:
        """The context in which a training step runs."""
        if not self.half:
            return nullcontext()
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    def __str__(self) -> str:
        return tr("{device} with bfloat16", device=self.device.type) if self.half else self.device.type


@lru_cache(maxsize=1)
def choose_compute() -> Compute:
    """The best device here: CUDA, then Apple's, then the processor, its precision by measurement.

    The measurement is kept for later starts, so that a training which goes on, or is repeated, is computed as before.
    """
    if torch.cuda.is_available():
        return Compute(torch.device("cuda"), torch.cuda.is_bf16_supported())
    if torch.backends.mps.is_available():
        return Compute(torch.device("mps"), half=False)
    key = computer_key()
    path = measurement_path("training", key)
    half = (recall(path, key) or {}).get("half")
    if not isinstance(half, bool):
        half = _times_as_fast() > WORTH_IT
        store(path, key, {"half": half})
    return Compute(torch.device("cpu"), half)


def computer_key() -> list[str]:
    """What a measurement of speed on the processor depends on, whatever is computed."""
    system, cores = platform.platform(), str(os.cpu_count())
    return [processor_name(), torch.backends.cpu.get_cpu_capability(), torch.__version__, system, cores]


@torch.inference_mode(mode=False)  # whatever the caller is in: a step goes backward
@torch.enable_grad()
def _times_as_fast() -> float:
    """How many times as fast as in fp32 a small convolution is in bfloat16, forward and backward.

    Not every processor has bfloat16 instructions. On one thread, in turn, and the quickest of each, so that other work
    on the computer does not tip it.
    """
    with torch.random.fork_rng(devices=[]):  # a training that measures first must begin with the same random weights
        layer = nn.Conv2d(64, 64, 3, padding=1).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    films = torch.zeros(8, 64, 56, 56).contiguous(memory_format=torch.channels_last)

    def seconds(half: bool) -> float:
        start = time.perf_counter()
        with Compute(torch.device("cpu"), half).autocast():
            layer(films).sum().backward()
        return time.perf_counter() - start

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        each = [(seconds(half=False), seconds(half=True)) for _ in range(TRIALS)]
    finally:
        torch.set_num_threads(threads)
    return min(full for full, _ in each) / min(half for _, half in each)
