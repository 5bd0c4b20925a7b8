"""The processor: its name, and whether it has the instructions that the program's libraries need.

Needed is x86-64-v2, for which NumPy and Qt are built: without it they end the program when they are
imported. PyTorch and ONNX Runtime choose among faster instructions (AVX2, AVX-512) themselves.
"""

import ctypes
import platform
import sys
from pathlib import Path
from typing import Final

from core.system.language import tr

CPUINFO: Final = Path("/proc/cpuinfo")
# x86-64-v2: the flag in /proc/cpuinfo, and the feature of IsProcessorFeaturePresent (winnt.h).
# POPCNT belongs to it, too; every processor with SSE4.2 has it.
NEEDED: Final = {"SSSE3": ("ssse3", 36), "SSE4.1": ("sse4_1", 37), "SSE4.2": ("sse4_2", 38)}
FIRST_WINDOWS_BUILD: Final = 19041  # Windows before it reports these features as missing


def processor_name() -> str:
    """Return the processor's name as the operating system reports it."""
    return _read_cpuinfo("model name") or platform.processor() or platform.machine()


def missing_instructions() -> list[str]:
    """Return the needed instruction sets that this processor lacks.

    Empty where that cannot be read, on processors other than x86-64, and on macOS: versions that Qt
    supports run on no processor without them.
    """
    if sys.platform == "win32":
        if platform.machine() != "AMD64" or sys.getwindowsversion().build < FIRST_WINDOWS_BUILD:
            return []
        present = ctypes.windll.kernel32.IsProcessorFeaturePresent
        return [name for name, (_, feature) in NEEDED.items() if not present(feature)]
    flags = _read_cpuinfo("flags").split()
    return [name for name, (flag, _) in NEEDED.items() if flags and flag not in flags]


def format_missing_instructions() -> str:
    """Return what to tell a person whose processor cannot run the program; "" where it can."""
    if not (missing := missing_instructions()):
        return ""
    return tr(
        "PneumoScreen cannot run on this processor ({name}): it lacks the instructions {missing}. Processors for "
        "PCs have had them since about 2011. In a virtual machine, set the processor type to that of the host.",
        name=processor_name(),
        missing=", ".join(missing),
    )


def _read_cpuinfo(key: str) -> str:
    """Return the first value of a key of Linux's /proc/cpuinfo; "" if there is none."""
    try:
        lines = CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    pairs = (line.partition(":") for line in lines)
    return next((value.strip() for name, _, value in pairs if name.strip() == key), "")
