"""Which device computes, and at which precision."""

import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import nn

from core.language import tr

TRIAL_SECONDS = 0.15


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
def chosen_compute() -> Compute:
    """The best device here: CUDA, then Apple's, then the processor; precision by measurement, once a process."""
    if torch.cuda.is_available():
        return Compute(torch.device("cuda"), torch.cuda.is_bf16_supported())
    if torch.backends.mps.is_available():
        return Compute(torch.device("mps"), half=False)
    cpu = torch.device("cpu")
    return Compute(cpu, half=_films_a_second(Compute(cpu, half=True)) > 1.2 * _films_a_second(Compute(cpu, half=False)))


@torch.inference_mode(mode=False)  # whatever the caller is in: a step goes backward
@torch.enable_grad()
def _films_a_second(compute: Compute) -> float:
    """Speed of a small convolution, forward and backward. Not every processor has bfloat16 instructions."""
    with torch.random.fork_rng(devices=[]):  # a training that measures first must begin with the same random weights
        layer = nn.Conv2d(64, 64, 3, padding=1).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    films = torch.zeros(8, 64, 56, 56).contiguous(memory_format=torch.channels_last)

    def step() -> None:
        with compute.autocast():
            layer(films).sum().backward()

    step()
    steps, start = 0, time.perf_counter()
    while time.perf_counter() - start < TRIAL_SECONDS:
        step()
        steps += 1
    return 8 * steps / (time.perf_counter() - start)
