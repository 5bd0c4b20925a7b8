"""Measure start-up time and memory of the packaged program: medians of several starts.

    python packaging/start_up.py dist/PneumoScreen [--starts 5] [--cold]

--cold drops the system's file cache before each start (Linux, as root), as after a reboot.
"""

import argparse
import json
import os
import statistics
import subprocess
import time
from pathlib import Path


def measure_start(executable: Path, cold: bool) -> dict[str, float]:
    """Start the program once; return seconds since its start for each event, and memory in MB.

    Keys are those of `gui.shell.startup_times`; keys that end with "_mb" are memory.
    """
    if cold:
        os.sync()
        Path("/proc/sys/vm/drop_caches").write_text("3")
    start = time.monotonic()
    command = [str(executable), "--measure-start"]
    process = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    numbers = {
        key: value for key, value in json.loads(process.stdout.splitlines()[-1]).items() if isinstance(value, float)
    }
    return {key: value if key.endswith("_mb") else value - start for key, value in numbers.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure starts of the packaged program.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--cold", action="store_true")
    arguments = parser.parse_args()
    starts = [measure_start(arguments.bundle / "PneumoScreen", arguments.cold) for _ in range(arguments.starts)]
    for key in starts[0]:
        values = [start[key] for start in starts]
        unit = "MB" if key.endswith("_mb") else "s"
        print(f"{key:14} median {statistics.median(values):7.2f} {unit}   from {min(values):.2f} to {max(values):.2f}")


if __name__ == "__main__":
    main()
