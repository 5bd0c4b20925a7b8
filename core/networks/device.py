"""Choose the device and precision for computing. The precision is measured once and cached."""

import os
import platform
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import nn

from core.system.language import tr
from core.system.measurement_cache import measurement_path, read_measurement, write_measurement
from core.system.processor import processor_name

TRIALS = 6
MIN_SPEEDUP = 1.2  # of bfloat16 over fp32; less does not justify its rounding


@dataclass(frozen=True, slots=True)
class Compute:
    """Device and precision for computing. half: training uses bfloat16 autocast."""

    device: torch.device
    half: bool

    def autocast(self) -> AbstractContextManager[object]:
        """Return the context in which a training step runs."""
        if not self.half:
            return nullcontext()
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    def __str__(self) -> str:
        return tr("{device} with bfloat16", device=self.device.type) if self.half else self.device.type


@lru_cache(maxsize=2)
def choose_compute(*, depthwise: bool = False) -> Compute:
    """Choose the best available device: CUDA, then Apple's MPS, then the CPU.

    On a CPU bfloat16 is used if it was measured to be MIN_SPEEDUP times as fast as fp32. The
    measurement is cached on disk, so that a training that is resumed or repeated is computed in the
    same way.
    depthwise: for a network that filters each channel alone, which some CPUs do slowly in bfloat16
    although their other convolutions are faster; it is measured apart.
    """
    if torch.cuda.is_available():
        return Compute(torch.device("cuda"), torch.cuda.is_bf16_supported())
    if torch.backends.mps.is_available():
        return Compute(torch.device("mps"), half=False)
    key = [*computer_key(), "depthwise"] if depthwise else computer_key()
    path = measurement_path("training", key)
    half = (read_measurement(path, key) or {}).get("half")
    if not isinstance(half, bool):
        half = _measure_bfloat16_speedup(depthwise) > MIN_SPEEDUP
        write_measurement(path, key, {"half": half})
    return Compute(torch.device("cpu"), half)


def has_depthwise(network: nn.Module) -> bool:
    """Return whether a network has convolutions that filter each channel alone."""
    convolutions = (module for module in network.modules() if isinstance(module, nn.Conv2d))
    return any(convolution.groups == convolution.in_channels > 1 for convolution in convolutions)


def computer_key() -> list[str]:
    """Return what a speed measurement on the CPU depends on, whatever is measured."""
    system, cores = platform.platform(), str(os.cpu_count())
    return [processor_name(), torch.backends.cpu.get_cpu_capability(), torch.__version__, system, cores]


@torch.inference_mode(mode=False)  # the caller's mode may be another, and the step needs gradients
@torch.enable_grad()
def _measure_bfloat16_speedup(depthwise: bool) -> float:
    """Measure the speed of bfloat16 relative to fp32: a convolution, forward and backward.

    depthwise: one of each channel alone, between two that widen and narrow, as in EfficientNet.

    Not every CPU has bfloat16 instructions. Measured on one thread, alternating, by the fastest run
    of each, so that other load on the computer does not decide.
    """
    with torch.random.fork_rng(devices=[]):  # measuring must not change a training's random weights
        layer: nn.Module = nn.Conv2d(64, 64, 3, padding=1)
        if depthwise:
            filtering = nn.Conv2d(192, 192, 5, padding=2, groups=192)
            layer = nn.Sequential(nn.Conv2d(64, 192, 1), filtering, nn.Conv2d(192, 64, 1))
    layer = layer.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    films = torch.zeros(8, 64, 56, 56).contiguous(memory_format=torch.channels_last)

    def measure_step(half: bool) -> float:
        start = time.perf_counter()
        with Compute(torch.device("cpu"), half).autocast():
            layer(films).sum().backward()
        return time.perf_counter() - start

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        times = [(measure_step(half=False), measure_step(half=True)) for _ in range(TRIALS)]
    finally:
        torch.set_num_threads(threads)
    return min(full for full, _ in times) / min(half for _, half in times)
